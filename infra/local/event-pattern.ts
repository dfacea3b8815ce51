/**
 * Event patterns of EventBridge, as far as the templates use them: exact values, `prefix` and `exists`. Any other operator
 * stops the engine with its name, so that a rule is never wider or narrower here than on AWS.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
import { type Fields, fields, isFields, list } from './json.ts';

export type Matches = (event: Fields) => boolean;

type Test = (value: unknown) => boolean;

/** Every field of the pattern must match; the event may have more. */
export const readEventPattern = (pattern: unknown, where: string): Matches => {
  const parts = Object.entries(fields(pattern, where)).map(([name, wanted]) => {
    if (name.startsWith('$')) throw new Error(`${where}: the local engine does not know the operator ${name} of event patterns`);
    const place = `${where}.${name}`;
    if (Array.isArray(wanted)) return { name, test: anyOf(list(wanted, place), place) };
    const inner = readEventPattern(wanted, place);
    return { name, test: (value: unknown) => inner(isFields(value) ? value : {}) };
  });
  return (event) => parts.every(({ name, test }) => test(Object.hasOwn(event, name) ? event[name] : undefined));
};

const anyOf = (wanted: readonly unknown[], where: string): Test => {
  const tests = wanted.map((one) => readTest(one, where));
  // A list in an event matches by any of its values.
  return (value) => (Array.isArray(value) && value.length > 0 ? value : [value]).some((each) => tests.some((test) => test(each)));
};

const readTest = (wanted: unknown, where: string): Test => {
  if (!isFields(wanted)) return (value) => value === wanted;
  const [[operator, argument] = ['', undefined], ...more] = Object.entries(wanted);
  if (more.length === 0 && operator === 'prefix' && typeof argument === 'string') return (value) => typeof value === 'string' && value.startsWith(argument);
  if (more.length === 0 && operator === 'exists' && typeof argument === 'boolean') return (value) => (value !== undefined) === argument;
  throw new Error(`${where}: the local engine does not know ${JSON.stringify(wanted)} in event patterns; it knows values, {"prefix":"…"} and {"exists":true}`);
};
