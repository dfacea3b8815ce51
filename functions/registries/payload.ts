/** Reading a payload: bytes to JSON to the shape that one format knows. Nothing here throws, whatever was sent. */
import * as z from 'zod/mini';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import type { RawRequest } from './registry.ts';

/** Text that may be missing, null or empty: all three mean "none". */
export const optionalText = z.optional(z.nullable(z.string()));
/** What is nice to have: of any other type it counts as missing, so `textOr` and `textIn` read it. (`z.catch` says the same and weighs 10 kB.) */
export const detail = z.optional(z.unknown());

export const textOr = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
/** The same of a field of an object that is itself a detail. */
export const textIn = (value: unknown, field: string): string | undefined => textOr(fieldIn(value, field));

/** A field of any type, of an object that is itself a detail. */
export const fieldIn = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, field)?.value : undefined;

/** `name` in lower case; undefined where the header is missing or empty. */
export const headerOf = ({ headers }: RawRequest, name: string): string | undefined => textIn(headers, name);

/** The body, or the one field of a form or of the query that some senders put it in. */
export const payloadBytes = (request: RawRequest, field: string): Uint8Array | undefined => {
  if (request.method === 'GET' && request.body.length === 0) return encode(textIn(request.query, field));
  if (headerOf(request, 'content-type')?.toLowerCase().startsWith(FORM) !== true) return request.body;
  return encode(new URLSearchParams(new TextDecoder().decode(request.body)).get(field));
};

const FORM = 'application/x-www-form-urlencoded';
const encode = (text: string | null | undefined): Uint8Array | undefined => (text == null ? undefined : new TextEncoder().encode(text));

export const decodePayload = (request: RawRequest, field: string): Parsed<unknown> => {
  const bytes = payloadBytes(request, field);
  return bytes === undefined ? refused(`the delivery has no field "${field}", which is what this sender puts its JSON in`) : decodeJson(bytes);
};

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A format looks at a delivery twice, and where it does not know it again every other one does: decoded once, as long as it is there. */
const decoded = new WeakMap<Uint8Array, Parsed<unknown>>();

export const decodeJson = (body: Uint8Array): Parsed<unknown> => {
  const known = decoded.get(body) ?? decode(body);
  decoded.set(body, known);
  return known;
};

const decode = (body: Uint8Array): Parsed<unknown> => {
  if (body.length === 0) return refused('the body is empty: send the registry’s JSON with POST');
  try {
    return parsed(JSON.parse(UTF8.decode(body)));
  } catch {
    return refused(`the body (${body.length} bytes) is not JSON in UTF-8: send the registry’s JSON as it is, not as a form and not compressed`);
  }
};

/** `what` names the payload in the sentence ("an ACR notification"). Values are never repeated. */
export const readShape = <T>(shape: z.ZodMiniType<T>, value: unknown, what: string): Parsed<T> => {
  const read = shape.safeParse(value);
  if (read.success) return parsed(read.data);
  const [issue] = read.error.issues;
  if (issue?.code === 'unrecognized_keys')
    return refused(`the body is not ${what}: the field "${[...issue.path, issue.keys[0] ?? ''].map(String).join('.').slice(0, 100)}" cannot be given`);
  const expected = issue?.code === 'invalid_type' ? issue.expected : 'valid';
  const field = issue === undefined || issue.path.length === 0 ? 'the whole body' : `the field "${issue.path.map(String).join('.').slice(0, 100)}"`;
  return refused(`the body is not ${what}: ${field} is missing or not ${expected === 'valid' ? expected : `of type ${expected}`}`);
};

export const decodeShape = <T>(shape: z.ZodMiniType<T>, body: Uint8Array, what: string): Parsed<T> => {
  const json = decodeJson(body);
  return json.ok ? readShape(shape, json.value, what) : json;
};
