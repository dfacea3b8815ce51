/**
 * Requests made from the description of the API, good ones and spoilt ones: never a 500, never a status, a code or a field that
 * is not described, and what was made is what was asked for. `npm run fuzz` for long; a failure prints its seed.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Operation, takesBody } from '../../functions/api/operation.ts';
import { OPERATIONS, type OperationId } from '../../functions/api/operations/index.ts';
import { type Fields, isFields } from '../../functions/core/fields.ts';
import { REGISTRY_NAMES } from '../../functions/registries/index.ts';
import { inputSchema } from '../../functions/schema/json-schema.ts';
import { HOST, HTTP, must, record, startApi, type TestApi } from './api.ts';
import { fromSchema, type Hints, mutated } from './from-schema.ts';
import { CALLS, DIGEST, makeWorld, REJECTED } from './requests.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 400);
/** Some milliseconds each, on a machine that does other things as well. */
const TIMEOUT_MS = RUNS * 150;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await makeWorld(api);
  await must(api, 201, 'POST', '/v1/hooks', { name: STEADY, registry: 'generic', registryHost: 'r.example' });
  await must(api, 201, 'POST', '/v1/applications', { name: STEADY, target: HTTP });
});
afterAll(() => api.stop());

const NAMES = ['web', 'spare', 'plain', 'signed', 'release', 'ecr', 'nobody', 'made_1', '2nd-one'];
const names = fc.constantFrom(...NAMES);
const images = fc.constantFrom(
  'r.example/shop/web:v1',
  `r.example/shop/web@${DIGEST}`,
  `r.example/shop/web:v2@${REJECTED}`,
  'r.example/shop/web',
  'web',
  'R.EXAMPLE/Shop:x',
);

const HINTS: Hints = {
  name: names,
  application: names,
  hook: names,
  trigger: names,
  registry: fc.constantFrom(...REGISTRY_NAMES),
  registryHost: fc.constantFrom('r.example', HOST, 'docker.io', 'ghcr.io', '[::1]:5000', '123456789012.dkr.ecr.eu-central-1.amazonaws.com'),
  hostAliases: fc.constantFrom('alias.example', 'r.example'),
  repositories: fc.constantFrom('shop/*', 'shop/web', '*'),
  repository: fc.constantFrom('r.example/shop/web', 'shop/web', 'r.example/shop/*', `${HOST}/a/b`),
  image: images,
  tag: fc.constantFrom('v1', 'latest', 'a'.repeat(128), '-'),
  digest: fc.constantFrom(DIGEST, REJECTED, 'sha256:x'),
  call: fc.constantFrom(...Object.values(CALLS).map(({ id }) => id)),
  target: fc.constantFrom<object>(HTTP, { kind: 'http' }, { kind: 'nothing' }, { ...HTTP, headers: { a: 'b' } }),
  text: fc.constantFrom('kind: Deployment\n', '{', 'a: 1\n---\nb: 2\n', 'image: r.example/shop/web:v1\n'),
  expression: fc.constantFrom('release-v.*', '*', '(a+)+$', '(?=a)', '\\1', '['),
  range: fc.constantFrom('^1.4', '>=1 <2', 'x', 'nonsense'),
  limit: fc.constantFrom('1', '100', '0', '101'),
  cursor: fc.constantFrom('x', 'ecr', 'WyJhIl0'),
  since: fc.constantFrom('1h', '2026-06-30', 'yesterday'),
  until: fc.constantFrom('1h', '2026-06-30', 'yesterday'),
  status: fc.constantFrom('open', 'failed,delivered', 'nothing'),
};

const spoiltName = fc.oneof(
  fc.constantFrom('..', '.', '%00', '%2e%2e', 'a'.repeat(300), '!web', '__proto__', 'constructor', '%ff', 'ü'),
  fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).map((one) => encodeURIComponent(one.toWellFormed())),
);

/** Values of the parts of a path. */
const PARTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  name: fc.oneof({ arbitrary: names, weight: 5 }, { arbitrary: spoiltName, weight: 1 }),
  id: fc.oneof(fc.constantFrom(...Object.values(CALLS).map(({ id }) => id), 'url-00000000000000000000000000', '00000000000000000000000000'), spoiltName),
  digest: fc.oneof(fc.constantFrom(DIGEST, REJECTED), spoiltName),
  version: fc.oneof(fc.constantFrom('1', '2', '0', '-1', '1e3', '999999', '99999999999999999999'), spoiltName),
};

const visible = fc.string({ minLength: 1, maxLength: 40 }).filter((one) => one.trim() === one && one !== '');
const HEADERS = fc.record(
  {
    'idempotency-key': fc.oneof(visible, fc.constantFrom('"one"', 'a'.repeat(255), 'a'.repeat(256))),
    'if-match': fc.oneof(visible, fc.constantFrom('*', '"0"', 'W/"0"', '","')),
    'if-none-match': fc.oneof(visible, fc.constantFrom('*', '"0"')),
    'accept-language': fc.oneof(visible, fc.constantFrom('zh', 'de;q=0.1, en;q=9')),
    'content-type': fc.oneof(fc.constantFrom('application/json', 'text/xml', 'application/problem+json', 'x'), visible),
  },
  { requiredKeys: [] },
);

interface Sent {
  readonly id: OperationId;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

const isId = (id: string): id is OperationId => Object.hasOwn(OPERATIONS, id);

const usually = <T>(good: fc.Arbitrary<T>, spoilt: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: good, weight: 2 }, { arbitrary: spoilt, weight: 1 });

const requestsTo = (id: OperationId): fc.Arbitrary<Sent> => {
  const declared: Operation = OPERATIONS[id];
  const parts = [...declared.path.matchAll(/:(\w+)/g)].map(([, part = '']) => PARTS[part] ?? spoiltName);
  const path = fc.tuple(...parts).map((values) => {
    let next = 0;
    return declared.path.replace(/:\w+/g, () => values[next++] ?? '');
  });
  const query = fromSchema(inputSchema(declared.query), HINTS).map((value) => (isFields(value) ? value : {}));
  const body = fromSchema(inputSchema(declared.body), HINTS);
  return fc.record({
    id: fc.constant(id),
    path,
    query: usually(query, fc.dictionary(fc.string({ maxLength: 10 }), fc.string({ maxLength: 10 }), { maxKeys: 2 })),
    body: takesBody(declared) ? usually(body, mutated(body)) : fc.constant(undefined),
    headers: usually(fc.constant({}), HEADERS),
  });
};

const send = ({ id, path, query, body, headers }: Sent) => {
  const asked = new URLSearchParams(Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]))).toString();
  return api.ask(OPERATIONS[id].method, `${path}${asked === '' ? '' : `?${asked}`}`, body === undefined ? undefined : JSON.stringify(body), headers);
};

test(
  'no request finds a 500, nor an answer that is not described',
  async () => {
    const any = fc.constantFrom(...Object.keys(OPERATIONS).filter(isId)).chain(requestsTo);
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(any, async (sent) => {
        const { status, body } = await send(sent);
        seen.set(status, (seen.get(status) ?? 0) + 1);
        expect(status, JSON.stringify({ body, logged: api.logged.at(-1) })).toBeLessThan(500);
      }),
      { numRuns: RUNS },
    );
    // It does get through, in both directions.
    for (const status of [200, 404, 422]) expect(seen.get(status) ?? 0, `of ${RUNS} requests ${JSON.stringify([...seen])}`).toBeGreaterThan(RUNS / 50);
  },
  TIMEOUT_MS,
);

const NAME = 'round-trip';
/** Of what no other request knows of. */
const STEADY = 'steady';

/** What is read of it is what was asked for, as far as the body says it. `mend`: what makes a good body likely. */
test.each<[OperationId, string, readonly string[], (body: Fields) => object]>([
  ['createApplication', '/v1/applications', ['policy', 'parameters', 'source', 'enabled', 'target'], (body) => ({ ...body, target: HTTP })],
  [
    'createHook',
    '/v1/hooks',
    ['registry', 'repositories', 'access', 'enabled'],
    ({ registry, repositories, access, enabled }) => ({ registry, repositories, access, enabled, registryHost: 'r.example' }),
  ],
  [
    'createTrigger',
    '/v1/triggers',
    ['rule', 'application', 'enabled'],
    ({ rule, enabled }) => ({ rule, enabled, hook: STEADY, repository: 'shop/web', application: STEADY }),
  ],
])(
  'what %s took is what is there',
  async (id, path, fields, mend) => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fromSchema(inputSchema(OPERATIONS[id].body), HINTS), async (given) => {
        const body = record(JSON.parse(JSON.stringify({ ...mend(record(given)), name: NAME })));
        const made = await api.ask('POST', path, body);
        expect(made.status, JSON.stringify(made.body)).toBeLessThan(500);
        if (made.status !== 201) return;
        taken += 1;
        const read = await api.ask('GET', `${path}/${NAME}`);
        await api.ask('DELETE', `${path}/${NAME}`);
        if (id === 'createApplication') await api.removeState(NAME);
        for (const field of fields) if (body[field] !== undefined) expect(record(read.body)[field], field).toEqual(body[field]);
      }),
      { numRuns: Math.ceil(RUNS / 6) },
    );
    expect(taken).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
