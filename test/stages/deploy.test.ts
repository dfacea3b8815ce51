/** Deploy at a blind target: which image, the lease, definitions that change; and every place where the process may go down. */
import { describe, expect, test } from 'vitest';
import type { ApplicationDefinition } from '../../functions/core/definitions.ts';
import type { Outcome } from '../../functions/core/outcome.ts';
import { LEASE_MS, reconcile } from '../../functions/deploy/reconcile.ts';
import { match } from '../../functions/match/match.ts';
import { type Bench, makeBench, sawThrough } from './bench.ts';
import { exchange, message, NOW, push, REPOSITORY, ULIDS } from './given.ts';

const FIRST = { count: 1, last: false };
const go = (bench: Bench, receive = FIRST): Promise<void> => reconcile('web', receive, bench.ports.deploy);
const pushed = async (bench: Bench, ...numbers: readonly number[]): Promise<void> => match(message(...numbers.map((n) => push(n))), bench.ports.match);
const ready = (change: Partial<ApplicationDefinition> = {}): Bench => {
  const bench = makeBench();
  bench.define({ application: change });
  return bench;
};
const BUSY: Outcome = { is: 'unavailable', why: { code: 'unavailable', detail: 'busy' }, answered: true, exchange: exchange(503) };
const keys = (bench: Bench): string[] => bench.target.applied.map(({ key }) => key);

test('the pushed image is delivered once, under the key of its deployment, and the record says so', async () => {
  const bench = ready();
  await pushed(bench, 1);
  await go(bench);
  expect(bench.target.applied).toEqual([
    { key: `web.${NOW + 2}`, wanted: [{ image: { repository: REPOSITORY, tag: 'v1', digest: push(1).digest }, hosts: ['registry.example.com'], since: NOW }] },
  ]);
  expect(bench.call(1)).toMatchObject({
    status: 'delivered',
    reason: 'answered-2xx',
    attempts: 1,
    responseStatus: 200,
    responseBody: 'said 200',
    endedAt: NOW,
  });
  expect(bench.memory.all.attempts(`${ULIDS[1]}.release`)).toMatchObject([
    { n: 1, outcome: 'delivered', idempotencyKey: `web.${NOW + 2}`, exchange: exchange(200) },
  ]);
  expect(bench.state()).toMatchObject({ open: {}, runs: { [REPOSITORY]: { done: { rev: NOW + 2, status: 'delivered' } } } });
  expect(bench.state().leaseUntil).toBeUndefined();
  // Asked again, it does nothing.
  await go(bench);
  expect(bench.target.applied).toHaveLength(1);
});

test('a burst ends in the newest image; what came late is superseded by it', async () => {
  const bench = ready();
  await pushed(bench, 2, 3);
  await go(bench);
  await pushed(bench, 1);
  await go(bench);
  expect(bench.target.applied.map(({ wanted }) => wanted[0]?.image.tag)).toEqual(['v3']);
  for (const n of [1, 2]) expect(bench.call(n)).toMatchObject({ status: 'skipped', reason: 'superseded', by: `${ULIDS[3]}.release` });
});

test('two triggers of one application, one push: one deployment, the other call is its duplicate', async () => {
  const bench = makeBench();
  bench.define({ trigger: { name: 'a' } }, { trigger: { name: 'b' } });
  await pushed(bench, 1);
  await go(bench);
  expect(bench.target.applied).toHaveLength(1);
  expect([bench.call(1, 'a')?.status, bench.call(1, 'b')]).toMatchObject(['delivered', { status: 'skipped', reason: 'duplicate', by: `${ULIDS[1]}.a` }]);
});

test('two repositories of one application: each its own wanted image, one after the other', async () => {
  const bench = makeBench();
  const api = 'registry.example.com/shop/api';
  bench.define({ trigger: {} }, { trigger: { name: 'api', repository: api } });
  await match(message(push(1), push(2, { repository: api })), bench.ports.match);
  bench.sent.length = 0;
  await go(bench);
  // One thing per reconcile; the rest is due at once.
  expect(bench.sent).toEqual([{ application: 'web', seconds: 0 }]);
  await go(bench);
  expect(bench.target.applied.map(({ key, wanted }) => [key, wanted[0]?.image.repository]).sort()).toEqual([
    [`web.${NOW + 3}`, api],
    [`web.${NOW + 4}`, REPOSITORY],
  ]);
  expect([bench.call(1)?.status, bench.call(2, 'api')?.status]).toEqual(['delivered', 'delivered']);
});

test('the same image again while it is on its way: its place is stored before its call ends', async () => {
  const bench = ready();
  bench.target.answers = [{ ...BUSY, retryAfter: 60_000 }];
  await pushed(bench, 1);
  await go(bench);
  await match(message(push(2, { tag: 'v1', digest: push(1).digest ?? '' })), bench.ports.match);
  const from = bench.effects.length;
  await go(bench);
  expect(bench.effects.slice(from)).toEqual(['states.look', 'states.lease', 'application', 'states.write', 'calls.settle', 'states.release']);
  expect(bench.call(2)).toMatchObject({ status: 'skipped', reason: 'duplicate', by: `${ULIDS[1]}.release` });
  expect(bench.state().runs[REPOSITORY]?.desired).toMatchObject({ callId: `${ULIDS[1]}.release`, again: `${ULIDS[2]}.release` });
});

describe('the lease', () => {
  test('taken: its holder is told, and the tick should it die; never silent', async () => {
    const bench = ready();
    await pushed(bench, 1);
    const held = bench.memory.states.lease('web', NOW, NOW + LEASE_MS);
    await go(bench);
    expect(bench.target.applied).toEqual([]);
    expect(bench.state()).toMatchObject({ dueAt: NOW, rev: (held.is === 'leased' ? held.state.rev : 0) + 1 });
    expect(bench.memory.states.due(NOW, 10)).toEqual(['web']);
  });

  test('given back between being found taken and being told: asked for again at once', async () => {
    const bench = ready();
    await pushed(bench, 1);
    bench.sent.length = 0;
    bench.memory.states.lease('web', NOW, NOW + LEASE_MS);
    const { states } = bench.ports.deploy;
    const wake: typeof states.wake = async (name, at) => {
      bench.memory.states.write('web', NOW + 1, { release: {} });
      return states.wake(name, at);
    };
    await reconcile('web', FIRST, { ...bench.ports.deploy, states: { ...states, wake } });
    expect(bench.sent).toEqual([{ application: 'web', seconds: 0 }]);
  });

  test('over: the next one takes it', async () => {
    const bench = ready();
    await pushed(bench, 1);
    bench.memory.states.lease('web', NOW, NOW + LEASE_MS);
    bench.pass(LEASE_MS);
    await go(bench);
    expect(bench.call(1)?.status).toBe('delivered');
  });

  test('lost before the attempt was marked: nothing is called, nothing is written, somebody is asked', async () => {
    const bench = ready();
    await pushed(bench, 1);
    // Of a worker that died, so that the lease is taken first.
    bench.memory.states.lease('web', NOW - LEASE_MS, NOW);
    const { states } = bench.ports.deploy;
    const write: typeof states.write = async (name, fence, change) => {
      if (change.release === undefined) bench.memory.states.lease('web', Number.MAX_SAFE_INTEGER, NOW + 2 * LEASE_MS);
      return states.write(name, fence, change);
    };
    bench.sent.length = 0;
    await reconcile('web', FIRST, { ...bench.ports.deploy, states: { ...states, write } });
    expect(bench.target.applied).toEqual([]);
    expect(bench.state().runs).toEqual({});
    expect(bench.call(1)?.status).toBe('queued');
    expect(bench.sent).toEqual([{ application: 'web', seconds: 0 }]);
  });

  test.each<readonly [string, (bench: Bench) => unknown, object]>([
    ['somebody took the lease', (bench) => bench.memory.states.lease('web', NOW, NOW + LEASE_MS), { applied: [], dueAt: NOW }],
    ['something newer was pushed', (bench) => pushed(bench, 2), { applied: [`web.${NOW + 3}`], dueAt: undefined }],
  ])('%s between the look and the mark: nothing is written by what was seen', async (_, act, then) => {
    const bench = ready();
    await pushed(bench, 1);
    const { states } = bench.ports.deploy;
    const write: typeof states.write = async (name, fence, change) => {
      if (change.lease !== undefined) await act(bench);
      return states.write(name, fence, change);
    };
    await reconcile('web', FIRST, { ...bench.ports.deploy, states: { ...states, write } });
    const { dueAt } = bench.state();
    expect({ applied: keys(bench), dueAt }).toEqual(then);
  });

  test('nothing to do: nothing is written', async () => {
    const bench = ready();
    await pushed(bench, 1);
    await go(bench);
    const from = bench.effects.length;
    await go(bench);
    expect(bench.effects.slice(from)).toEqual(['states.look']);
  });

  test('a process that was paused beyond its lease does not call the target', async () => {
    const bench = ready();
    await pushed(bench, 1);
    const { states } = bench.ports.deploy;
    const write: typeof states.write = async (name, fence, change) => {
      const written = await states.write(name, fence, change);
      bench.pass(LEASE_MS);
      return written;
    };
    await reconcile('web', FIRST, { ...bench.ports.deploy, states: { ...states, write } });
    expect(bench.target.applied).toEqual([]);
    await go(bench);
    expect(keys(bench)).toEqual([`web.${NOW + 2}`]);
  });

  test('what was opened meanwhile is looked at again', async () => {
    const bench = ready();
    await pushed(bench, 1);
    const { calls } = bench.ports.deploy;
    const attempt: typeof calls.attempt = async (id, record) => {
      await pushed(bench, 2);
      bench.sent.length = 0;
      return calls.attempt(id, record);
    };
    await reconcile('web', FIRST, { ...bench.ports.deploy, calls: { ...calls, attempt } });
    expect(bench.sent).toEqual([{ application: 'web', seconds: 0 }]);
    await go(bench);
    expect(bench.target.applied.map(({ wanted }) => wanted[0]?.image.tag)).toEqual(['v1', 'v2']);
  });
});

describe('definitions that changed meanwhile', () => {
  test('the application is deleted: its calls end with that reason and its state goes', async () => {
    const bench = ready();
    await pushed(bench, 1, 2);
    bench.memory.applications.delete('web');
    await go(bench);
    for (const n of [1, 2]) expect(bench.call(n)).toMatchObject({ status: 'failed', reason: 'application-deleted', endedAt: NOW });
    expect(bench.memory.states.get('web')).toBeUndefined();
    await go(bench);
    expect(bench.logs.at(-1)?.event).toBe('deploy.absent');
  });
  test('with more open calls than one look can end, and with none: its state goes all the same', async () => {
    const bench = ready();
    await pushed(bench, ...Array.from({ length: 51 }, (_, n) => n + 1));
    bench.memory.applications.delete('web');
    await go(bench);
    expect(bench.memory.states.get('web')).toMatchObject({ dueAt: NOW });
    await go(bench);
    expect(bench.memory.states.get('web')).toBeUndefined();
    bench.memory.states.create('web', NOW);
    await bench.memory.states.wish('web', { deleted: true }, NOW);
    // Whoever had the lease meanwhile gives it back, and with it the time that was due.
    const { lease, write } = bench.ports.deploy.states;
    const leased = await lease('web', NOW, NOW + LEASE_MS);
    if (leased.is === 'leased') await write('web', leased.state.fence, { release: {} });
    await go(bench);
    expect(bench.memory.states.get('web')).toBeUndefined();
  });
  test('a call that was opened during the burial is not forgotten with the state', async () => {
    const bench = ready();
    await pushed(bench, 1);
    bench.memory.applications.delete('web');
    const { states } = bench.ports.deploy;
    let late = false;
    const remove: typeof states.remove = async (name, fence, rev) => {
      if (!late) await pushed(bench, 2);
      late = true;
      return states.remove(name, fence, rev);
    };
    bench.sent.length = 0;
    const ports = { ...bench.ports.deploy, states: { ...states, remove } };
    await reconcile('web', FIRST, ports);
    expect(bench.sent.length).toBeGreaterThan(0);
    await reconcile('web', FIRST, ports);
    for (const n of [1, 2]) expect(bench.call(n)).toMatchObject({ status: 'failed', reason: 'application-deleted' });
    expect(bench.memory.states.get('web')).toBeUndefined();
  });
  test('the target cannot work: failed with what is wrong', async () => {
    const bench = ready({ target: { kind: 'teleport' } });
    await pushed(bench, 1);
    await go(bench);
    expect(bench.call(1)).toMatchObject({ status: 'failed', reason: 'target-misconfigured', detail: 'no kind teleport' });
  });
  test('disabled: skipped with that reason', async () => {
    const bench = ready({ enabled: false });
    await pushed(bench, 1);
    await go(bench);
    expect(bench.call(1)).toMatchObject({ status: 'skipped', reason: 'application-disabled' });
  });
});

test('wherever the process goes down: called under one key, recorded once, nothing left open', async () => {
  const cuts = await sawThrough(
    (bench) => go(bench),
    async (bench, cut) => {
      bench.pass(LEASE_MS);
      await go(bench, { count: 2, last: false });
      expect(new Set(keys(bench)).size, cut).toBe(1);
      expect(bench.call(1)?.status, cut).toBe('delivered');
      expect(bench.state().open, cut).toEqual({});
      expect(bench.state().runs[REPOSITORY]?.done?.status, cut).toBe('delivered');
      // Recorded means over: only a cut around the call itself, or before its record, makes a second one.
      expect(keys(bench).length, cut).toBeLessThanOrEqual(/target.apply|calls.attempt|before calls.settle/.test(cut) ? 2 : 1);
    },
    () => withCall(ready()),
  );
  expect(cuts.map((cut) => cut.replace(/ \(.*/, ''))).toEqual(
    ['states.look', 'application', 'states.take', 'target.apply', 'calls.attempt', 'calls.settle', 'states.release'].flatMap((name) => [
      `before ${name}`,
      `after ${name}`,
    ]),
  );
});

/** What `match` leaves behind, without its effects. */
const withCall = (bench: Bench): Bench => {
  const { id, ...one } = push(1);
  const callId = `${id}.release`;
  const order = `${NOW + 1}#${id}`;
  bench.memory.calls.put({ ...one, id: callId, trigger: 'release', application: 'web', order, status: 'queued', decidedAt: NOW });
  bench.memory.states.open('web', { ...one, callId, order, hosts: [] });
  return bench;
};
