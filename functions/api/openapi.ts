/** OpenAPI 3.1 of every declared operation. Nothing is said here twice: schemas, codes and statuses are those that the handlers use. */
import { answerSchemas, bodySchema, inputSchema, problemSchema } from '../schema/json-schema.ts';
import { name } from '../schema/name.ts';
import { type Operation, problemsOf, takesBody, takesIfMatch } from './operation.ts';
import { OPERATIONS } from './operations/index.ts';
import { isPassing, PROBLEMS, type ProblemCode } from './problem.ts';
import { PATH_WORDS, QUERY_WORDS } from './query-words.ts';

const OPENAPI_VERSION = '3.1.1';

const DESCRIPTION = `Every answer has the header x-image-triggers; lists have "items" and, where there are more, a "cursor" for the next page.
A field that is not declared is refused (422). Whatever cannot be done is answered as RFC 9457 has it (application/problem+json), with a stable "code".
Who has no right to call is answered 401 or 403 before the API is reached, with {"message":"…"}.`;

export const openApi = (url: string) => ({
  openapi: OPENAPI_VERSION,
  info: { title: 'Image Triggers', version: 'v1', description: DESCRIPTION },
  servers: [{ url }],
  security: [{ sigv4: [] }, { bearer: [] }],
  paths: pathsOf(Object.entries(OPERATIONS)),
  components: {
    schemas: { ...answerSchemas(), Problem: problemSchema(Object.keys(PROBLEMS)) },
    securitySchemes: {
      sigv4: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        description: 'On AWS: Signature Version 4 for the service execute-api; the permission is execute-api:Invoke. The local engine takes it too.',
        'x-amazon-apigateway-authtype': 'awsSigv4',
      },
      bearer: { type: 'http', scheme: 'bearer', description: 'The local engine: the token in endpoint.json of its data directory.' },
    },
  },
});

const pathsOf = (all: readonly (readonly [string, Operation])[]) => {
  const byPath = Map.groupBy(all, ([, { path }]) => pathOf(path));
  return Object.fromEntries(
    [...byPath].map(([path, operations]) => [
      path,
      Object.fromEntries(operations.map(([id, declared]) => [declared.method.toLowerCase(), described(id, declared)])),
    ]),
  );
};

/** `/v1/hooks/:name` is `/v1/hooks/{name}`. */
export const pathOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

const described = (operationId: string, declared: Operation) => ({
  operationId,
  summary: declared.summary,
  tags: [declared.path.split('/')[2] ?? ''],
  parameters: [...pathParameters(declared), ...queryParameters(declared), ...headerParameters(declared)],
  ...(takesBody(declared) ? { requestBody: bodyOf(declared) } : {}),
  responses: { ...goodAnswers(declared), ...badAnswers(problemsOf(declared)) },
});

const pathParameters = ({ path, names }: Operation) =>
  [...path.matchAll(/:(\w+)/g)].map(([, parameter = '']) => ({
    name: parameter,
    in: 'path',
    required: true,
    description: PATH_WORDS[parameter === 'name' ? (names ?? '') : parameter],
    schema: parameter === 'name' && names !== undefined ? inputSchema(name) : { type: 'string' },
  }));

const queryParameters = ({ query }: Operation) => {
  const { properties = {}, required = [] } = inputSchema(query);
  return Object.entries(properties).map(([parameter, schema]) => ({
    name: parameter,
    in: 'query',
    description: QUERY_WORDS[parameter],
    required: required.includes(parameter),
    schema,
  }));
};

const header = (name: string, description: string, more: object = {}) => ({ name, in: 'header', description, schema: { type: 'string' }, ...more });

const IDEMPOTENCY_KEY = header(
  'Idempotency-Key',
  'The same key with the same request gets the first answer again, for a day: 1 to 255 visible ASCII characters, best a new UUID in quotes',
  { example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"' },
);
const IF_MATCH = header('If-Match', 'The ETag of what the change is made for, or *: nothing is changed when something else is stored by now');
const IF_NONE_MATCH = header('If-None-Match', 'The ETag of what the caller has: answered 304 while that is still so');
const IF_NONE_MATCH_ANY = header('If-None-Match', 'With *: only where there is none yet', { schema: { const: '*' } });

const headerParameters = (declared: Operation) => [
  ...(declared.method === 'POST' ? [IDEMPOTENCY_KEY] : []),
  ...(takesIfMatch(declared) ? [IF_MATCH] : []),
  ...(declared.etag === true && declared.method === 'GET' ? [IF_NONE_MATCH] : []),
  ...(declared.etag === true && declared.method === 'PUT' ? [IF_NONE_MATCH_ANY] : []),
];

/** Templates and trigger URLs lie below their application. */
const bodyAbout = (path: string): string => {
  const [, , room = '', , part = ''] = path.split('/');
  return part === 'template' || part === 'trigger-urls' ? 'template' : room.replace(/s$/, '');
};

/** A body without required fields may as well be left out. */
const bodyOf = ({ body, example, path }: Operation) => {
  const schema = bodySchema(body, bodyAbout(path));
  return {
    required: (schema.required ?? []).length > 0,
    content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } },
  };
};

const goodAnswers = ({ answers, method, etag }: Operation) => ({
  ...Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [
      status,
      {
        description: GOOD[status] ?? 'Done',
        headers: {
          ...(status === '201' || status === '202' ? { location: LOCATION } : {}),
          ...(etag === true && method !== 'DELETE' ? { etag: ETAG } : {}),
          ...(method === 'POST' ? { 'idempotency-replayed': REPLAYED } : {}),
        },
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${answer}` } } },
      },
    ]),
  ),
  ...(etag === true && method === 'GET' ? { 304: { description: 'It is as the caller has it', headers: { etag: ETAG } } } : {}),
});

const GOOD: Readonly<Record<string, string>> = { 200: 'Done', 201: 'Made', 202: 'Asked for: what comes of it is in the call' };
const RETRY_AFTER = { description: 'In seconds, where the same request may go well then', schema: { type: 'integer' } } as const;
const ETAG = { description: 'Of what is stored and, after a dot, of what is shown', schema: { type: 'string' } } as const;
const REPLAYED = { description: 'There, and true, where the answer is the first one to this Idempotency-Key once more', schema: { type: 'string' } } as const;
const LOCATION = { description: 'Where it can be read, if it can', schema: { type: 'string' } } as const;

/** One answer for each status, with the codes that it may have. */
const badAnswers = (codes: readonly ProblemCode[]) => {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code][0]);
  return Object.fromEntries([...byStatus].map(([status, some]) => [status, badAnswer(some)]));
};

const badAnswer = (codes: readonly ProblemCode[]) => ({
  description: codes.map((code) => `${code}: ${PROBLEMS[code][1]}`).join('; '),
  ...(codes.some(isPassing) ? { headers: { 'retry-after': RETRY_AFTER } } : {}),
  content: { 'application/problem+json': { schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }] } } },
});
