/** Deploy at a readable target: read first, change once, watch until it is healthy, failed or late. */
import { describe, expect, test } from 'vitest';
import type { ApplicationDefinition } from '../../functions/core/definitions.ts';
import { LEASE_MS, reconcile } from '../../functions/deploy/reconcile.ts';
import { match } from '../../functions/match/match.ts';
import { type Bench, makeBench, sawThrough } from './bench.ts';
import { message, NOW, push, REPOSITORY, ULIDS } from './given.ts';

const go = (bench: Bench): Promise<void> => reconcile('web', { count: 1, last: false }, bench.ports.deploy);
const pushed = (bench: Bench, ...numbers: readonly number[]): Promise<void> => match(message(...numbers.map((n) => push(n))), bench.ports.match);
const API = 'registry.example.com/shop/api';
const ready = (change: Partial<ApplicationDefinition> = {}): Bench => {
  const bench = makeBench();
  bench.define(
    { application: { target: { kind: 'readable' }, ...change } },
    { trigger: { name: 'api', repository: API }, application: { target: { kind: 'readable' }, ...change } },
  );
  bench.target.sight = 'readable';
  return bench;
};
const running = ({ repository, tag, digest }: ReturnType<typeof push>): string => `${repository}:${tag}@${digest}`;
/** To the next time that something is due, and there. */
const next = async (bench: Bench): Promise<void> => {
  const { dueAt } = bench.state();
  if (dueAt === undefined) throw new Error('nothing is due');
  bench.at(dueAt);
  await go(bench);
};

test('changed once, watched, succeeded when healthy', async () => {
  const bench = ready();
  await pushed(bench, 1);
  await go(bench);
  expect(bench.call(1)).toMatchObject({ status: 'running', attempts: 1 });
  expect(bench.state().runs[REPOSITORY]?.running).toMatchObject({ handle: 'rollout-1', since: NOW, deadline: NOW + 600_000 });
  bench.target.rollouts = [{ is: 'progressing', lookAgainIn: 20_000 }];
  await next(bench);
  expect(bench.call(1)?.status).toBe('running');
  expect(bench.state().dueAt).toBe(bench.now() + 20_000);
  await next(bench);
  expect(bench.call(1)).toMatchObject({ status: 'succeeded', reason: 'rolled-out', detail: 'healthy after 25 s' });
  expect(bench.target.applied).toHaveLength(1);
  expect(bench.state()).toMatchObject({ open: {} });
  expect(bench.state().dueAt).toBeUndefined();
});

test('the target says when the first look is worth while', async () => {
  const bench = ready();
  bench.target.answers = [{ is: 'applied', handle: 'rollout-1', lookAgainIn: 1_000 }];
  await pushed(bench, 1);
  await go(bench);
  expect(bench.state().dueAt).toBe(bench.now() + 1_000);
});

test('running already: nothing is changed', async () => {
  const bench = ready();
  bench.target.running = [running(push(1))];
  await pushed(bench, 1);
  await go(bench);
  expect(bench.target.applied).toEqual([]);
  expect(bench.call(1)).toMatchObject({ status: 'skipped', reason: 'already-running' });
});

test('on its way already: watched and not changed', async () => {
  const bench = ready();
  bench.target.running = [running(push(1))];
  bench.target.settled = false;
  await pushed(bench, 1);
  await go(bench);
  expect(bench.target.applied).toEqual([]);
  expect(bench.state().runs[REPOSITORY]?.running?.handle).toBe('rollout-read');
  await next(bench);
  expect(bench.call(1)).toMatchObject({ status: 'succeeded', reason: 'rolled-out' });
});

test('no container of this repository: failed with what was found, no attempt to change', async () => {
  const bench = ready();
  bench.target.reads = [{ is: 'refused', why: { code: 'no-container', detail: 'found nginx, redis' } }];
  await pushed(bench, 1);
  await go(bench);
  expect(bench.target.applied).toEqual([]);
  expect(bench.call(1)).toMatchObject({ status: 'failed', reason: 'no-container', detail: 'found nginx, redis' });
});

test('the target cannot be read: tried again, up to eight times', async () => {
  const bench = ready();
  bench.target.reads = Array.from({ length: 20 }, () => ({ is: 'unavailable' as const, why: { code: 'unavailable' as const, detail: 'throttled' } }));
  await pushed(bench, 1);
  await go(bench);
  expect(bench.call(1)).toMatchObject({ status: 'held', reason: 'retry', attempts: 1 });
  for (let i = 0; i < 7; i += 1) await next(bench);
  expect(bench.call(1)).toMatchObject({ status: 'failed', reason: 'unavailable', detail: 'throttled', attempts: 8 });
  expect(bench.target.applied).toEqual([]);
});

test('no answer to the change: read before anything is done again; also where at most one call is wanted', async () => {
  for (const policy of [{}, { atMostOnce: true }]) {
    const bench = ready({ policy });
    bench.target.answers = [{ is: 'unavailable', why: { code: 'unavailable' }, answered: false }];
    await pushed(bench, 1);
    await go(bench);
    expect(bench.call(1)?.status).toBe('held');
    await next(bench);
    expect(bench.call(1)).toMatchObject({ status: 'succeeded', reason: 'confirmed-by-reading', attempts: 1 });
    expect(bench.target.applied).toHaveLength(1);
  }
});

test('somebody else changed it between reading and writing: read again, then changed', async () => {
  const bench = ready();
  bench.target.answers = [{ is: 'moved' }];
  await pushed(bench, 1);
  await go(bench);
  await next(bench);
  await next(bench);
  expect(bench.call(1)).toMatchObject({ status: 'succeeded', attempts: 2 });
  expect(bench.target.applied.map(({ key }) => key)).toEqual([`web.${NOW + 2}`]);
});

describe('a rollout that does not become healthy', () => {
  test('failed: the call fails with reason, detail and evidence', async () => {
    const bench = ready();
    await pushed(bench, 1);
    await go(bench);
    bench.target.rollouts = [{ is: 'failed', why: { code: 'rollout-failed', detail: 'circuit breaker' }, evidence: 'task stopped: exit 1' }];
    await next(bench);
    expect(bench.call(1)).toMatchObject({ status: 'failed', reason: 'rollout-failed', detail: 'circuit breaker: task stopped: exit 1' });
    expect(bench.state()).toMatchObject({ open: {}, runs: { [REPOSITORY]: { done: { status: 'failed' } } } });
  });

  test('late: failed at its deadline and not before', async () => {
    const bench = ready({ policy: { deadlineSeconds: 60 } });
    await pushed(bench, 1);
    await go(bench);
    bench.target.rollouts = Array.from({ length: 20 }, () => ({ is: 'progressing' as const, lookAgainIn: 25_000, detail: '1 of 2 tasks' }));
    while (bench.call(1)?.status === 'running') await next(bench);
    expect(bench.now()).toBe(NOW + 60_000);
    expect(bench.call(1)).toMatchObject({ status: 'failed', reason: 'rollout-deadline', detail: 'not healthy after 60 s: 1 of 2 tasks' });
  });

  test('unobservable: looked at again, and late at its deadline', async () => {
    const bench = ready({ policy: { deadlineSeconds: 60 } });
    await pushed(bench, 1);
    await go(bench);
    bench.target.rollouts = Array.from({ length: 20 }, () => ({
      is: 'unavailable' as const,
      why: { code: 'access-denied' as const, detail: 'ecs:DescribeServices' },
    }));
    while (bench.call(1)?.status === 'running') await next(bench);
    expect(bench.call(1)).toMatchObject({ status: 'failed', reason: 'rollout-deadline', detail: expect.stringContaining('ecs:DescribeServices') });
  });

  test('a newer push takes its place at once', async () => {
    const bench = ready();
    await pushed(bench, 1);
    await go(bench);
    await pushed(bench, 2);
    await go(bench);
    expect(bench.call(1)).toMatchObject({ status: 'skipped', reason: 'superseded', by: `${ULIDS[2]}.release` });
    await next(bench);
    expect(bench.call(2)?.status).toBe('succeeded');
    expect(bench.target.applied).toHaveLength(2);
  });

  test('the application got another kind of target meanwhile: the image is wanted there', async () => {
    const bench = ready();
    await pushed(bench, 1);
    await go(bench);
    bench.define({ application: { target: { kind: 'blind' } } });
    bench.target.sight = 'blind';
    await next(bench);
    expect(bench.call(1)).toMatchObject({ status: 'delivered', reason: 'answered-2xx' });
    expect(new Set(bench.target.applied.map(({ key }) => key))).toEqual(new Set([`web.${NOW + 2}`]));
  });
});

describe('two repositories roll out at the same time: the later change takes the place of the earlier', () => {
  const both = async (): Promise<Bench> => {
    const bench = ready();
    await match(message(push(1), push(2, { repository: API })), bench.ports.match);
    await go(bench);
    await go(bench);
    expect([bench.call(1)?.status, bench.call(2, 'api')?.status]).toEqual(['running', 'running']);
    return bench;
  };
  const REPLACED = { is: 'replaced' as const, detail: 'web:3 took its place', evidence: 'task stopped: exit 1' };

  test('which carries both images on: watched further, then both succeed', async () => {
    const bench = await both();
    bench.target.settled = false;
    bench.target.rollouts = [REPLACED];
    await next(bench);
    expect([bench.state().runs[REPOSITORY]?.running?.handle, bench.state().runs[API]?.running?.handle]).toContain('rollout-read');
    for (let i = 0; i < 6 && bench.state().dueAt !== undefined; i += 1) await next(bench);
    expect([bench.call(1), bench.call(2, 'api')]).toMatchObject([
      { status: 'succeeded', reason: 'rolled-out' },
      { status: 'succeeded', reason: 'rolled-out' },
    ]);
    expect(bench.target.applied).toHaveLength(2);
  });

  test('and is healthy by then', async () => {
    const bench = await both();
    bench.target.rollouts = [REPLACED, REPLACED];
    for (let i = 0; i < 4 && bench.state().dueAt !== undefined; i += 1) await next(bench);
    expect([bench.call(1)?.status, bench.call(2, 'api')?.status]).toEqual(['succeeded', 'succeeded']);
  });

  test('or the target went back: the image that does not run has failed', async () => {
    const bench = await both();
    bench.target.running = [running(push(2, { repository: API }))];
    bench.target.rollouts = [REPLACED, REPLACED];
    for (let i = 0; i < 4 && bench.state().dueAt !== undefined; i += 1) await next(bench);
    expect(bench.call(1)).toMatchObject({ status: 'failed', reason: 'rollout-failed', detail: 'web:3 took its place: task stopped: exit 1' });
    expect(bench.call(2, 'api')?.status).toBe('succeeded');
  });

  test.each([
    [{ is: 'unavailable' as const, why: { code: 'unavailable' as const } }, 'running', undefined],
    [{ is: 'refused' as const, why: { code: 'no-container' as const } }, 'failed', 'no-container'],
  ])('or it cannot be read: %o', async (read, status, reason) => {
    const bench = ready();
    await pushed(bench, 1);
    await go(bench);
    bench.target.rollouts = [REPLACED];
    bench.target.reads = [read];
    await next(bench);
    expect(bench.call(1)?.status).toBe(status);
    expect(bench.call(1)?.reason).toBe(reason);
  });
});

test('wherever the process goes down: changed once, and the record is right', async () => {
  const cuts = await sawThrough(
    async (bench) => {
      await go(bench);
      bench.pass(5_000);
      await go(bench);
    },
    async (bench, cut) => {
      bench.pass(LEASE_MS);
      for (let i = 0; i < 4 && Object.keys(bench.state().open).length > 0; i += 1) {
        await go(bench);
        bench.pass(6_000);
      }
      expect(bench.target.applied, cut).toHaveLength(1);
      expect(bench.call(1)?.status, cut).toBe('succeeded');
      expect(bench.state().open, cut).toEqual({});
      expect(bench.state().runs[REPOSITORY]?.done?.status, cut).toBe('succeeded');
    },
    () => {
      const bench = ready();
      const { id, ...one } = push(1);
      const callId = `${id}.release`;
      const order = `${NOW + 1}#${id}`;
      bench.memory.calls.put({ ...one, id: callId, trigger: 'release', application: 'web', order, status: 'queued', decidedAt: NOW });
      bench.memory.states.open('web', { ...one, callId, order, hosts: [] });
      return bench;
    },
  );
  expect(cuts.length).toBeGreaterThan(20);
});
