/** Unknown data against a schema: the typed value, or every problem by its field, in sentences of our own. Values are shown short, those of secrets never. */
import * as z from 'zod/mini';
import { shown } from '../core/shown.ts';

export interface FieldProblem {
  /** `rule.tags[3]`; `body` for the whole. */
  readonly field: string;
  readonly why: string;
}

type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly FieldProblem[] };

type Path = readonly PropertyKey[];

/** More would hide the first ones. */
const MOST = 20;
/** Nothing below fields of these names is repeated in a problem: a secret is given there, or by mistake. */
const SECRET: readonly PropertyKey[] = ['credential', 'access'];

export const check = <T extends z.ZodMiniType>(schema: T, value: unknown): Checked<z.output<T>> => {
  const read = z.safeParse(schema, value);
  return read.success ? { ok: true, value: read.data } : { ok: false, problems: read.error.issues.flatMap((issue) => problemsOf(issue, value)).slice(0, MOST) };
};

const problemsOf = (issue: z.core.$ZodIssue, whole: unknown): FieldProblem[] => {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: fieldOf([...path, key.slice(0, 60)]), why: 'there is no such field here: leave it out, or correct its name' }));
  const got = at(path, whole);
  return [{ field: fieldOf(path), why: got === undefined ? `it is missing: ${allowed(issue)}` : `${describe(got, path)} is not allowed: ${allowed(issue)}` }];
};

/** What a schema says itself (`error:`), or what follows from the kind of issue. */
const allowed = (issue: z.core.$ZodIssue): string => {
  if (issue.message !== 'Invalid input') return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `give ${TYPES[issue.expected] ?? `a value of type ${issue.expected}`}`;
    case 'invalid_value':
      return `give one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return `at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `at most ${issue.maximum}${unitOf(issue.origin)}`;
    default:
      return 'give another value';
  }
};

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
const unitOf = (origin: string): string => (origin === 'string' ? ' character(s)' : origin === 'array' ? ' entries' : '');

const describe = (value: unknown, path: Path): string => {
  if (path.some((part) => SECRET.includes(part))) return 'the value given';
  if (typeof value === 'string') return shown(value);
  if (Array.isArray(value)) return value.length === 1 ? 'a list of 1 entry' : `a list of ${value.length} entries`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 60);
};

const fieldOf = (path: Path): string => {
  const text = path.reduce<string>((sum, part) => (typeof part === 'number' ? `${sum}[${part}]` : `${sum}${sum === '' ? '' : '.'}${String(part)}`), '');
  return text === '' ? 'body' : text;
};

const at = (path: Path, whole: unknown): unknown =>
  path.reduce<unknown>((value, part) => (typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, part)?.value : undefined), whole);
