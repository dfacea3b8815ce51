/** Holds each answer of the API against its own description: the status, the media type, the shape, the code of a problem. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { openApi, pathOf } from '../../functions/api/openapi.ts';
import type { Operation } from '../../functions/api/operation.ts';
import { OPERATIONS } from '../../functions/api/operations/index.ts';

export interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

const ALL: readonly (readonly [string, Operation])[] = Object.entries(OPERATIONS);
const ROOT = 'https://api.invalid/openapi.json';

/** Unknown keywords are those of OpenAPI around the schemas. */
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(openApi('https://hooks.example'), ROOT);

const patterns = ALL.map(([id, declared]) => ({ id, declared, pattern: new RegExp(`^${declared.path.replace(/:\w+/g, '[^/]+')}$`) }));

/** The operation that takes such a request, by its id. */
export const operationFor = (method: string, path: string): string | undefined => {
  // As a URL is read: a step up in it is taken.
  const { pathname: bare } = new URL(path, ROOT);
  return patterns.find(({ declared, pattern }) => declared.method === method && pattern.test(bare))?.id;
};

/** What is wrong with the answer, if anything is; nothing of what is no route. */
export const undescribed = (method: string, path: string, { status, body, headers }: Answered): string | undefined => {
  const declared = ALL.find(([id]) => id === operationFor(method, path))?.[1];
  if (declared === undefined) return undefined;
  if (status === 304) return body === undefined && declared.etag === true && method === 'GET' ? undefined : 'a 304 that is not declared, or has a body';
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  const place = ['paths', pathOf(declared.path), method.toLowerCase(), 'responses', String(status), 'content', type, 'schema'];
  const pointer = place.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
  const check = ajv.getSchema(`${ROOT}#/${pointer}`);
  if (check === undefined) return `${status} is not declared`;
  if (!(headers.get('content-type') ?? '').startsWith(type)) return `the type is ${headers.get('content-type')}, not ${type}`;
  return check(body) === true ? undefined : `${ajv.errorsText(check.errors, { separator: '\n' })}\n${JSON.stringify(body, undefined, 1).slice(0, 2_000)}`;
};
