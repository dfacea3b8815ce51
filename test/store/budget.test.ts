/** What a push costs at the tables, by the real steps over the real store: bounded, whatever the number of stored triggers. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decideAll } from '../../functions/core/decide-all.ts';
import { deliveryRecord } from '../../functions/core/delivery-record.ts';
import type { CutBody } from '../../functions/core/outcome.ts';
import { parsed } from '../../functions/core/parsed.ts';
import type { Push } from '../../functions/core/push.ts';
import type { RegistryAccess } from '../../functions/core/registry-answer.ts';
import { reconcile } from '../../functions/deploy/reconcile.ts';
import { ingest } from '../../functions/ingest/ingest.ts';
import { match } from '../../functions/match/match.ts';
import { makeDeliveryNote } from '../../functions/store/deliveries.ts';
import { makeBench } from '../stages/bench.ts';
import { application, HOST, hook, message, NOW, push, REPOSITORY, TOKEN, trigger } from '../stages/given.ts';
import { meter, type Units } from './capacity.ts';
import { definer, tableStore } from './conformance.ts';
import { startTables, type TestTables } from './definitions-tables.ts';

let tables: TestTables;
beforeEach(async () => {
  tables = await startTables();
});
afterEach(() => tables.stop());

const text = (length: number): CutBody => ({ text: 'x'.repeat(length), bytes: length, sha256: 'f'.repeat(64), complete: true });
/** As large as the request of the origin and a talkative answer are. */
const EXCHANGE = {
  request: {
    method: 'POST',
    url: 'https://deploy.example.com/hooks/deploy?token=…',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'web.1782820800002', 'user-agent': 'image-triggers' },
    body: text(620),
  },
  response: { status: 200, headers: { 'content-type': 'application/json', date: 'Tue, 30 Jun 2026 12:00:00 GMT', server: 'nginx' }, body: text(400) },
  ms: 120,
};

/** From the delivery at the hook to the end of the call. */
const world = async (stored: number) => {
  const define = definer(tables);
  await define.hook(hook());
  await define.application(application());
  const others = Array.from({ length: stored }, (_, i) =>
    trigger({ name: `other-${i}`, application: `app-${i % 50}`, repository: i % 2 === 0 ? `${HOST}/shop/other-${i}` : `${HOST}/team-${i}/*` }),
  );
  for (let i = 0; i < others.length; i += 50) await Promise.all(others.slice(i, i + 50).map(define.trigger));
  const store = tableStore(tables, () => NOW);
  await store.states.create('web', NOW);
  const bench = makeBench();
  const ports = {
    ingest: { ...bench.ports.ingest, hook: store.hook, note: makeDeliveryNote(tables) },
    match: {
      ...bench.ports.match,
      triggersOf: store.triggersOf,
      decideAll,
      claim: store.claim,
      calls: store.calls,
      states: store.states,
      mendState: async () => false,
      note: makeDeliveryNote(tables),
    },
    deploy: {
      ...bench.ports.deploy,
      states: store.states,
      application: store.application,
      calls: store.calls,
      target: async () => parsed({ sight: 'blind' as const, apply: async () => ({ is: 'delivered' as const, exchange: EXCHANGE }) }),
    },
  };
  const units = meter(tables);
  const flow = async (given: Push, access?: RegistryAccess): Promise<Units> => {
    const from = { ...units, operations: units.operations.length };
    const body = new TextEncoder().encode(JSON.stringify({ image: `${given.repository}:${given.tag}`, digest: given.digest }));
    await ingest(TOKEN, { method: 'POST', headers: { 'content-type': 'application/json' }, query: {}, body }, ports.ingest);
    await match({ ...message(given), deliveryId: given.id, ...(access === undefined ? {} : { access }) }, ports.match);
    for (const { application: name } of bench.sent.splice(0)) await reconcile(name, { count: 1, last: false }, ports.deploy);
    return {
      write: units.write - from.write,
      read: units.read - from.read,
      reported: units.reported - from.reported,
      operations: units.operations.slice(from.operations),
    };
  };
  return { define, store, flow, registry: bench.registry };
};

const listed = ({ operations }: Units): string => operations.join('\n');

describe('a fired push costs at most 10 write and 5 read units', () => {
  test.each([0, 10, 1_000])('with %i other triggers stored', { timeout: 60_000 }, async (stored) => {
    const { define, store, flow } = await world(stored);
    await define.trigger(trigger());
    const first = await flow(push(1, { eventId: 'e1', actor: 'ann' }));
    expect((await store.calls.get(`${push(1).id}.release`, NOW))?.status).toBe('delivered');
    expect(first.write, listed(first)).toBeLessThanOrEqual(10);
    expect(first.read, listed(first)).toBeLessThanOrEqual(5);
    // The indexes are counted too, which the database does not report.
    expect(first.reported).toBeGreaterThan(0);
    expect(first.reported).toBeLessThan(first.write);
    // As dear after many of them as at first.
    for (let n = 2; n < 30; n += 1) {
      const later = await flow(push(n, { eventId: `e${n}` }));
      expect(later.write, listed(later)).toBeLessThanOrEqual(10);
      expect(later.read, listed(later)).toBeLessThanOrEqual(5);
    }
  });

  test('and one more where the registry was asked, and says the digest and a commit', async () => {
    const { define, store, flow, registry } = await world(0);
    await define.trigger(trigger());
    registry.commit = { revision: 'f'.repeat(40), source: 'https://git.example.com/shop/web' };
    for (let n = 1; n < 10; n += 1) {
      const { digest = '', ...tagged } = push(n, { eventId: `e${n}` });
      registry.answers.push({ is: 'found', digest });
      const cost = await flow(tagged, { auth: 'secretsmanager:image-triggers/registries/example' });
      expect((await store.calls.get(`${push(n).id}.release`, NOW))?.commit).toEqual(registry.commit);
      expect(cost.write, listed(cost)).toBeLessThanOrEqual(11);
      expect(cost.read, listed(cost)).toBeLessThanOrEqual(5);
    }
  });

  test('heard through a pattern', async () => {
    const { define, store, flow } = await world(0);
    await define.trigger(trigger({ repository: `${HOST}/shop/*` }));
    const cost = await flow(push(1, { eventId: 'e1' }));
    expect((await store.calls.get(`${push(1).id}.release`, NOW))?.status).toBe('delivered');
    expect(cost.write, listed(cost)).toBeLessThanOrEqual(10);
    expect(cost.read, listed(cost)).toBeLessThanOrEqual(5);
  });
});

test('a decision not to fire costs at most 3 write and 3 read units', async () => {
  const { define, store, flow } = await world(10);
  await define.trigger(trigger({ rule: { mode: 'tags', tags: ['stable'] } }));
  const cost = await flow(push(1, { eventId: 'e1' }));
  expect((await store.calls.get(`${push(1).id}.release`, NOW))?.status).toBe('untriggered');
  expect(cost.write, listed(cost)).toBeLessThanOrEqual(3);
  expect(cost.read, listed(cost)).toBeLessThanOrEqual(3);
});

test('one write unit, for the note of the delivery, when no trigger names the repository', async () => {
  const { flow } = await world(10);
  const cost = await flow(push(1, { eventId: 'e1', repository: `${REPOSITORY}-unknown` }));
  expect(cost.write, listed(cost)).toBe(1);
  expect(cost.read, listed(cost)).toBeLessThanOrEqual(4);
});

test('the note of a delivery is one write unit, whatever came', async () => {
  const units = meter(tables);
  const long = (n: number): string => `${HOST}/${'x'.repeat(200)}/${n}:${'v'.repeat(128)}`;
  const calls = Array.from({ length: 20 }, (_, i) => `${String(i).padStart(26, '0')}.${'t'.repeat(63)}`);
  for (const about of [{ calls }, {}]) {
    const references = Array.from({ length: 300 }, (_, i) => long(i));
    const bounds = { id: '0'.repeat(26), hook: 'h'.repeat(63), at: NOW, verdict: 'other-format', status: 202, source: 'sweep' } as const;
    await makeDeliveryNote(tables)(deliveryRecord({ ...bounds, why: '版本不匹配'.repeat(100), references, ...about }));
  }
  expect(units.write, units.operations.join('\n')).toBe(2);
});
