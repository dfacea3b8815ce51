/**
 * Which lines are wanted: those in which all fields of one of the clauses have their value. Here it is compared, and
 * CloudWatch is told the same as a filter pattern.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { type Fields, textOf } from '../../../functions/core/fields.ts';

/** A value that ends in `*` stands for all that begin so. */
export type Clause = Readonly<Record<string, string>>;
/** Without a clause, every line is wanted. */
export type LogFilter = readonly Clause[];

export const passes = (filter: LogFilter, fields: Fields): boolean =>
  filter.length === 0 || filter.some((clause) => Object.entries(clause).every(([name, value]) => isLike(textOf(fields[name]), value)));

const isLike = (text: string, value: string): boolean => (value.endsWith('*') ? text.startsWith(value.slice(0, -1)) : text === value);

/** Undefined where every line is wanted. */
export const patternOf = (filter: LogFilter): string | undefined => {
  const clauses = filter.map((clause) => all(Object.entries(clause).map(([name, value]) => `$.${name} = "${quoted(value)}"`)));
  return clauses.length === 0 ? undefined : `{ ${clauses.length === 1 ? clauses[0] : clauses.map((clause) => `(${clause})`).join(' || ')} }`;
};

const all = (comparisons: readonly string[]): string => (comparisons.length === 1 ? (comparisons[0] ?? '') : comparisons.map((one) => `(${one})`).join(' && '));

/** Ids and names hold nothing that a pattern could take for its own. */
const quoted = (value: string): string => {
  if (!/^[\w.!:/@+-]*\*?$/.test(value)) throw new Error(`${JSON.stringify(value)} cannot stand in a filter of CloudWatch`);
  return value;
};

/** Of a call with that ULID: from its delivery to its end. */
export const ofCall = (id: string, ulid: string): LogFilter => [{ call: id }, { by: id }, { push: ulid }, { of: ulid }, ...deliveredBy(ulid)];
/** Lines of a delivery that speak of it as a whole. */
export const deliveredBy = (delivery: string): LogFilter => ['push.received', 'push.refused'].map((event) => ({ event, delivery }));
export const ofDelivery = (id: string): LogFilter => [{ delivery: id }, { push: id }, { call: `${id}.*` }];
export const ofApplication = (name: string): LogFilter => [{ application: name }];
