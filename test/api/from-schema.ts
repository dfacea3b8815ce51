/** Values as a JSON Schema allows them, and such that went wrong somewhere. */
import fc from 'fast-check';
import type { JsonSchema } from '../../functions/schema/json-schema.ts';

/** By the name of a field: what means something there. A schema alone hardly ever guesses a digest. */
export type Hints = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Larger ones are slow and find nothing more. */
const MOST_LETTERS = 80;
const MOST_ITEMS = 4;

export const fromSchema = (schema: JsonSchema, hints: Hints, field = ''): fc.Arbitrary<unknown> => {
  const either = schema.oneOf ?? schema.anyOf;
  const hint = schema.type === 'array' || either !== undefined ? undefined : hints[field];
  const plain = plainOf(schema, hints, field);
  return hint === undefined ? plain : fc.oneof({ arbitrary: hint, weight: 4 }, { arbitrary: plain, weight: 1 });
};

const plainOf = (schema: JsonSchema, hints: Hints, field: string): fc.Arbitrary<unknown> => {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const either = schema.oneOf ?? schema.anyOf;
  if (either !== undefined) return fc.oneof(...either.map((one) => fromSchema(schemaOf(one), hints, field)));
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1_000, max: Math.min(schema.maximum ?? 1_000, 2 ** 31 - 1) });
    case 'number':
      return fc.double({ noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(fromSchema(schemaOf(Array.isArray(schema.items) ? schema.items[0] : schema.items), hints, field), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? MOST_ITEMS, MOST_ITEMS),
      });
    case 'object':
      return object(schema, hints);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
};

/** `true` and `false` are schemas too; none of ours holds one that matters. */
const schemaOf = (schema: JsonSchema | boolean | undefined): JsonSchema => (typeof schema === 'object' ? schema : {});

const text = ({ pattern, minLength = 0, maxLength = MOST_LETTERS }: JsonSchema): fc.Arbitrary<string> =>
  pattern === undefined
    ? fc
        .string({
          minLength,
          maxLength: Math.max(minLength, Math.min(maxLength, MOST_LETTERS)),
          unit: fc.oneof(fc.string({ minLength: 1, maxLength: 1 }), fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme' })),
        })
        .map((one) => one.slice(0, maxLength))
    : fc.stringMatching(new RegExp(pattern));

const object = ({ properties = {}, required = [], additionalProperties }: JsonSchema, hints: Hints): fc.Arbitrary<unknown> => {
  const fields = fc.record(Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, fromSchema(schemaOf(one), hints, name)])), {
    requiredKeys: [...required],
  });
  if (additionalProperties === false || additionalProperties === undefined) return fields;
  const more = fc.dictionary(fc.stringMatching(/^[A-Za-z_]\w{0,8}$/), fromSchema(schemaOf(additionalProperties), hints), { maxKeys: 3 });
  return fc.tuple(more, fields).map(([some, own]) => ({ ...some, ...own }));
};

/** What nobody expects anywhere. */
const JUNK = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    null,
    '',
    '\0',
    '\ud800',
    '..',
    '%00',
    'a'.repeat(5_000),
    -1,
    0.5,
    1e308,
    2 ** 53,
    true,
    [],
    {},
    [[[[]]]],
    { kind: '' },
    '\u202e',
    '__proto__',
    'constructor',
  ),
);

type Path = readonly (string | number)[];
const KINDS = ['replace', 'drop', 'add', 'wrap'] as const;

/** One to three places of it are replaced, left out, wrapped in a list, or have a field too many. */
export const mutated = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(valid, fc.array(fc.tuple(fc.nat(), fc.constantFrom(...KINDS), JUNK, fc.string({ maxLength: 12 })), { minLength: 1, maxLength: 3 }))
    .map(([value, changes]) =>
      changes.reduce<unknown>((now, [n, kind, junk, name]) => {
        const paths = pathsIn(now);
        return changedAt(now, paths[n % paths.length] ?? [], (found) => {
          if (kind === 'wrap') return [found];
          if (kind === 'add' && isObject(found)) return { ...found, [name]: junk };
          return kind === 'drop' ? undefined : junk;
        });
      }, value),
    );

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const pathsIn = (value: unknown, at: Path = []): readonly Path[] => {
  if (Array.isArray(value)) return [at, ...value.flatMap((one, i) => pathsIn(one, [...at, i]))];
  return isObject(value) ? [at, ...Object.entries(value).flatMap(([name, one]) => pathsIn(one, [...at, name]))] : [at];
};

const changedAt = (value: unknown, [first, ...rest]: Path, change: (found: unknown) => unknown): unknown => {
  if (first === undefined) return change(value);
  if (Array.isArray(value)) return value.map((one, i) => (i === first ? changedAt(one, rest, change) : one));
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, name === first ? changedAt(one, rest, change) : one])) : value;
};
