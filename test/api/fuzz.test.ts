/**
 * Requests made from the description of the API, good ones and spoilt ones: never a 500, never a status, a code or a field that
 * is not described, and what was made is what was asked for. `npm run fuzz` for long; a failure prints its seed.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPERATIONS, type OperationId } from '../../functions/api/operations/index.ts';
import type { Fields } from '../../functions/core/fields.ts';
import { inputSchema } from '../../functions/schema/json-schema.ts';
import { HTTP, must, record, startApi, type TestApi } from './api.ts';
import { fromSchema } from './from-schema.ts';
import { HINTS, requestsTo } from './fuzz-requests.ts';
import { makeWorld, restore } from './requests.ts';

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

const isId = (id: string): id is OperationId => Object.hasOwn(OPERATIONS, id);
const IDS = Object.keys(OPERATIONS).filter(isId);

test(
  'no request finds a 500, nor an answer that is not described',
  async () => {
    const well = new Set<OperationId>();
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...IDS).chain(requestsTo), async (sent) => {
        const { id, path, body, headers } = sent;
        await restore(api, id);
        const answer = await api.ask(OPERATIONS[id].method, path, body === undefined ? undefined : JSON.stringify(body), headers);
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        if (answer.status < 300) well.add(id);
        expect(answer.status, JSON.stringify({ answer: answer.body, logged: api.logged.at(-1) })).toBeLessThan(500);
      }),
      { numRuns: RUNS },
    );
    // It does get through, in both directions.
    for (const status of [200, 404, 422]) expect(seen.get(status) ?? 0, `of ${RUNS} requests ${JSON.stringify([...seen])}`).toBeGreaterThan(RUNS / 50);
    expect(well.size, `of ${IDS.length} operations went well ${[...well].join(', ')}`).toBeGreaterThan(IDS.length / 2);
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
