/** Requests to an operation: one that goes well, and such in which one part is spoilt, or is only what the description allows. */
import fc from 'fast-check';
import { type Operation, takesBody } from '../../functions/api/operation.ts';
import { OPERATIONS, type OperationId } from '../../functions/api/operations/index.ts';
import { REGISTRY_NAMES } from '../../functions/registries/index.ts';
import { inputSchema } from '../../functions/schema/json-schema.ts';
import { HOST, HTTP } from './api.ts';
import { fromSchema, type Hints, mutated } from './from-schema.ts';
import { CALLS, DIGEST, REJECTED, requestFor } from './requests.ts';

export interface Sent {
  readonly id: OperationId;
  /** With its query. */
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

const names = fc.constantFrom('web', 'spare', 'plain', 'signed', 'release', 'ecr', 'nobody', 'made_1', '2nd-one');

export const HINTS: Hints = {
  name: names,
  application: fc.constantFrom('web', 'spare', 'nobody'),
  hook: fc.constantFrom('plain', 'signed', 'ecr', 'nobody'),
  trigger: fc.constantFrom('release', '!web', 'nobody'),
  registry: fc.constantFrom(...REGISTRY_NAMES),
  registryHost: fc.constantFrom('r.example', HOST, 'docker.io', 'ghcr.io', '[::1]:5000', '123456789012.dkr.ecr.eu-central-1.amazonaws.com'),
  hostAliases: fc.constantFrom('alias.example', 'r.example'),
  repositories: fc.constantFrom('shop/*', 'shop/web', '*'),
  repository: fc.constantFrom('r.example/shop/web', 'shop/web', 'r.example/shop/*', `${HOST}/a/b`),
  image: fc.constantFrom(
    'r.example/shop/web:v1',
    `r.example/shop/web@${DIGEST}`,
    `r.example/shop/web:v2@${REJECTED}`,
    'r.example/shop/web',
    'web',
    'R.EXAMPLE/Shop:x',
  ),
  tag: fc.constantFrom('v1', 'latest', 'a'.repeat(128), '-'),
  digest: fc.constantFrom(DIGEST, REJECTED, 'sha256:x'),
  call: fc.constantFrom(...Object.values(CALLS).map(({ id }) => id)),
  target: fc.constantFrom<object>(HTTP, { kind: 'http' }, { kind: 'nothing' }, { ...HTTP, headers: { a: 'b' } }),
  text: fc.constantFrom('kind: Deployment\n', '{', 'a: 1\n---\nb: 2\n', 'image: r.example/shop/web:v1\n'),
  expression: fc.constantFrom('release-v.*', '*', '(a+)+$', '(?=a)', '\\1', '['),
  range: fc.constantFrom('^1.4', '>=1 <2', 'x', 'nonsense'),
  limit: fc.constantFrom('1', '7', '100'),
  since: fc.constantFrom('1h', '2026-06-29', '30d'),
  until: fc.constantFrom('1s', '2026-06-30'),
  status: fc.constantFrom('open', 'failed,delivered'),
  reason: fc.constantFrom('hold', 'superseded,duplicate'),
};

/** In place of a part of a path. */
const strangePart = fc.oneof(
  names,
  fc.constantFrom(
    '..',
    '.',
    '%00',
    '%2e%2e',
    'a'.repeat(300),
    '!web',
    '__proto__',
    'constructor',
    '%ff',
    'ü',
    '0',
    '-1',
    '1e3',
    '99999999999999999999',
    'sha256:x',
  ),
  fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).map((one) => encodeURIComponent(one.toWellFormed())),
);

const visible = fc.string({ minLength: 1, maxLength: 40 }).filter((one) => one.trim() === one);
const strangeHeaders = fc.record(
  {
    'idempotency-key': fc.oneof(visible, fc.constantFrom('"one"', 'a'.repeat(255), 'a'.repeat(256))),
    'if-match': fc.oneof(visible, fc.constantFrom('*', '"0"', 'W/"0"', '","')),
    'if-none-match': fc.oneof(visible, fc.constantFrom('*', '"0"')),
    'accept-language': fc.oneof(visible, fc.constantFrom('zh', 'de;q=0.1, en;q=9')),
    'content-type': fc.oneof(fc.constantFrom('application/json', 'text/xml', 'application/problem+json', 'x'), visible),
  },
  { requiredKeys: [] },
);

const queryText = (query: unknown): string => {
  const texts = Object.entries(typeof query === 'object' && query !== null ? query : {}).map(([name, value]) => [name, String(value)]);
  return texts.length === 0 ? '' : `?${new URLSearchParams(Object.fromEntries(texts))}`;
};

export const requestsTo = (id: OperationId): fc.Arbitrary<Sent> => {
  const declared: Operation = OPERATIONS[id];
  const good = fc.nat({ max: 999_999 }).map((n): Sent => {
    const { path, body } = requestFor(id, n);
    return { id, path, body, headers: {} };
  });
  const bare = declared.path.split('/');
  const path = fc.tuple(fc.nat(), strangePart).map(([n, part]) => {
    const places = bare.flatMap((one, i) => (one.startsWith(':') ? [i] : []));
    const place = places[n % Math.max(places.length, 1)];
    return { place, part };
  });
  const strangePath = fc.tuple(good, path).map(([sent, { place, part }]) => {
    const [before = '', query] = sent.path.split('?', 2);
    const parts = before.split('/').map((one, i) => (i === place ? part : one));
    return { ...sent, path: `${parts.join('/')}${query === undefined ? '' : `?${query}`}` };
  });
  const query = fc.oneof(
    { arbitrary: fromSchema(inputSchema(declared.query), HINTS), weight: 3 },
    { arbitrary: fc.dictionary(fc.string({ maxLength: 10 }), fc.string({ maxLength: 10 }), { maxKeys: 2 }), weight: 1 },
  );
  const strangeQuery = fc.tuple(good, query).map(([sent, given]) => ({ ...sent, path: `${sent.path.split('?', 1)[0]}${queryText(given)}` }));
  const allowed = fromSchema(inputSchema(declared.body), HINTS);
  const bodies = fc.oneof(allowed, mutated(allowed), mutated(good.map(({ body }) => body)));
  const strangeBody = fc.tuple(good, bodies).map(([sent, body]) => ({ ...sent, body }));
  const strangeHeader = fc.tuple(good, strangeHeaders).map(([sent, headers]) => ({ ...sent, headers }));
  return fc.oneof(
    good,
    strangeQuery,
    strangeHeader,
    ...(bare.some((one) => one.startsWith(':')) ? [strangePath] : []),
    ...(takesBody(declared) ? [strangeBody, strangeBody, strangeBody] : []),
  );
};
