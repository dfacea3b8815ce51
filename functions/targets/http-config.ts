/** The configuration of an `http` target. */
import * as z from 'zod/mini';
import { shown } from '../core/shown.ts';
import { json, schemaOf, text } from './config.ts';
import { secretField } from './secret-field.ts';
import { templateProblem } from './template.ts';
import { urlProblem } from './url-problem.ts';

const MOST_HEADERS = 20;

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;
/** Set by the request itself or by other fields. */
const TAKEN = /^(?:host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|idempotency-key|webhook-.*)$/i;

const headerProblem = (name: string, value: unknown): string | undefined => {
  if (!HEADER_NAME.test(name)) return `${shown(name)} is not a header name`;
  if (/^(?:proxy-)?authorization$|^cookie$/i.test(name)) return `${name} is a credential: name it as a secret in "authorization"`;
  if (TAKEN.test(name)) return `${name} is set by the request itself: leave it out`;
  if (typeof value !== 'string' || !HEADER_VALUE.test(value)) return `the value of ${name} must be a text of printable ASCII characters`;
  return undefined;
};

const headersProblem = (headers: Readonly<Record<string, unknown>>): string | undefined => {
  const entries = Object.entries(headers);
  if (entries.length > MOST_HEADERS) return `has ${entries.length} headers: at most ${MOST_HEADERS}`;
  return entries.map(([name, value]) => headerProblem(name, value)).find((problem) => problem !== undefined);
};

const FIELDS = {
  kind: z.literal('http', { error: 'must be "http"' }),
  /** Without its fragment. */
  url: z.pipe(
    text('write https://host/path', urlProblem),
    z.transform((value) => {
      const url = new URL(value);
      url.hash = '';
      return url.href;
    }),
  ),
  /** The body, instead of the registry's own. */
  template: z.optional(json(templateProblem)),
  /** Not for secrets: they are stored and shown. */
  headers: z.optional(
    z.record(z.string(), z.string({ error: 'must be a text' }), { error: 'must be an object of header names and texts' }).check((context) => {
      const why = headersProblem(context.value);
      if (why !== undefined) context.issues.push({ code: 'custom', input: undefined, message: why });
    }),
  ),
  /** Reference to the key of the Standard Webhooks signature. */
  secret: z.optional(secretField),
  /** Reference to the value of the Authorization header. */
  authorization: z.optional(secretField),
};

const HttpConfig = z.strictObject(FIELDS, { error: 'must be an object' });
export type HttpConfig = z.infer<typeof HttpConfig>;
export const httpConfig = schemaOf<HttpConfig>(HttpConfig, Object.keys(FIELDS));
