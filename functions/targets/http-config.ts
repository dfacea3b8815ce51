/** The configuration of an `http` target. */
import * as z from 'zod/mini';
import { parseSecretReference } from '../core/secret-reference.ts';
import { shown } from '../core/shown.ts';
import { json, schemaOf, text } from './config.ts';
import { templateProblem } from './template.ts';

const MOST_URL = 1024;
const MOST_HEADERS = 20;

/** Whether the address may be called is decided when it is called: names change what they lead to, and the engine on one machine has exceptions. */
const urlProblem = (value: string): string | undefined => {
  if (value.length > MOST_URL) return `has ${value.length} characters: at most ${MOST_URL}`;
  if (/[\s\p{Cc}]/u.test(value)) return 'holds a blank or a control character: write https://host/path, with %20 for a blank';
  if (!URL.canParse(value)) return 'is not a URL: write https://host/path';
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `has the scheme ${shown(url.protocol.slice(0, -1))}: write https://…`;
  if (url.username !== '' || url.password !== '') return 'holds a user name or password: leave them out and name a secret in "authorization"';
  return undefined;
};

const referenceProblem = (value: string): string | undefined => {
  const reference = parseSecretReference(value);
  return reference.ok ? undefined : reference.why;
};

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
  secret: z.optional(text('name the secret, as in ssm:/image-triggers/NAME', referenceProblem)),
  /** Reference to the value of the Authorization header. */
  authorization: z.optional(text('name the secret, as in ssm:/image-triggers/NAME', referenceProblem)),
};

const HttpConfig = z.strictObject(FIELDS, { error: 'must be an object' });
export type HttpConfig = z.infer<typeof HttpConfig>;
export const httpConfig = schemaOf<HttpConfig>(HttpConfig, Object.keys(FIELDS));
