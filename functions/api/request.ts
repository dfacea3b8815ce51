/** Reading a request: its body and its query, bounded, then against a schema. */
import type { Context } from 'hono';
import type * as z from 'zod/mini';
import { shown } from '../core/shown.ts';
import { check, type FieldProblem } from '../schema/check.ts';
import { isName } from '../schema/name.ts';
import { invalid, Problem, unknownName } from './problem.ts';

/** A definition is an item that `deploy` reads each time, so it is kept far below what an item may hold. */
const MAX_BODY_BYTES = 65_536;
const MAX_DEPTH = 32;
const JSON_TYPE = /^(?:application|text)\/(?:[\w.-]+\+)?json\b/i;

/** The body as a schema reads it; an absent body is `{}`, which schemas with required fields refuse by name. */
export const readBody = async <T extends z.ZodMiniType>(c: Context, schema: T, most = MAX_BODY_BYTES): Promise<z.output<T>> => {
  const bytes = await c.req.arrayBuffer();
  if (bytes.byteLength > most) throw new Problem('body-too-large', `the body has ${bytes.byteLength} bytes: at most ${most} are allowed`);
  const value = bytes.byteLength === 0 ? {} : parseJson(new TextDecoder().decode(bytes), c.req.header('content-type'));
  refuseStrangeShape(value);
  const checked = check(schema, value);
  if (!checked.ok) throw invalid(checked.problems);
  return checked.value;
};

/** What a schema makes of no body. */
export const readNoBody = <T extends z.ZodMiniType>(schema: T): z.output<T> => {
  const checked = check(schema, {});
  if (!checked.ok) throw invalid(checked.problems);
  return checked.value;
};

export const readQuery = <T extends z.ZodMiniType>(c: Context, schema: T): z.output<T> => {
  const all = Object.entries(c.req.queries());
  const twice = all.flatMap(([field, values]) => (values.length > 1 ? [{ field, why: `it is given ${values.length} times: give it once` }] : []));
  if (twice.length > 0) throw invalid(twice);
  const checked = check(schema, Object.fromEntries(all.map(([field, [value]]) => [field, value])));
  if (!checked.ok) throw invalid(checked.problems);
  return checked.value;
};

/** The name in the path; one that cannot exist is answered like one that does not. */
export const nameIn = (c: Context, kind: 'hook' | 'trigger' | 'application'): string => {
  const name = c.req.param('name') ?? '';
  if (!isName(name)) throw unknownName(kind, name);
  return name;
};

/** Something that `core` refused, as a problem of the field it came from. */
export const refuse = (field: string, why: string, ...next: readonly string[]): Problem => invalid([{ field, why }], next);

const parseJson = (text: string, type: string | undefined): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (type !== undefined && !JSON_TYPE.test(type) && !type.startsWith('application/x-www-form-urlencoded'))
      throw new Problem('unsupported-media-type', `the body is ${shown(type)}: send JSON, with the header "content-type: application/json"`);
    throw new Problem('not-json', `the body is not JSON (${error instanceof Error ? error.message.slice(0, 100) : 'it cannot be read'}): send one JSON object`);
  }
};

/** Looks at every value once, without recursion: the depth comes from outside. */
const refuseStrangeShape = (value: unknown): void => {
  const problems: FieldProblem[] = [];
  let level: readonly (readonly [string, unknown])[] = [['', value]];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new Problem('too-deep', `the body nests deeper than ${MAX_DEPTH} levels: send a flatter one`);
    level = level.flatMap(([path, each]) =>
      typeof each === 'object' && each !== null ? Object.entries(each).map(([key, inner]) => [path === '' ? key : `${path}.${key}`, inner] as const) : [],
    );
    for (const [path] of level)
      if (path === '__proto__' || path.endsWith('.__proto__')) problems.push({ field: path.slice(0, 200), why: 'a field cannot have this name: leave it out' });
  }
  if (problems.length > 0) throw invalid(problems.slice(0, 20));
};
