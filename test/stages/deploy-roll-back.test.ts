/** A rollout that failed is taken back by itself: at once, once, and wherever the process goes down to the same end. */
import { describe, expect, test } from 'vitest';
import type { ApplicationDefinition } from '../../functions/core/definitions.ts';
import { fingerprint } from '../../functions/core/fingerprint.ts';
import type { Rollout } from '../../functions/core/outcome.ts';
import { LEASE_MS, reconcile } from '../../functions/deploy/reconcile.ts';
import { match } from '../../functions/match/match.ts';
import { type Bench, makeBench, sawThrough } from './bench.ts';
import { message, NOW, push, REPOSITORY, ULIDS } from './given.ts';
import { ask } from './wishes.ts';

const go = (bench: Bench): Promise<void> => reconcile('web', { count: 1, last: false }, bench.ports.deploy);
const pushed = (bench: Bench, n: number): Promise<void> => match(message(push(n, { receivedAt: bench.now() })), bench.ports.match);
const FAILED: Rollout = { is: 'failed', why: { code: 'rollout-failed', detail: 'circuit breaker' }, evidence: 'exit 1' };
const ready = (change: Partial<ApplicationDefinition> = {}): Bench => {
  const bench = makeBench();
  bench.define({ application: { target: { kind: 'readable' }, policy: { autoRollback: true }, ...change } });
  bench.target.sight = 'readable';
  return bench;
};
/** Only by its own messages: what nobody sends for does not happen. */
const settle = async (bench: Bench, most = 20): Promise<void> => {
  let from = bench.sent.length;
  await go(bench);
  for (let i = 0; i < most && bench.sent.length > from; i += 1) {
    const { seconds } = bench.sent[from] ?? { seconds: 0 };
    from += 1;
    bench.pass(Math.ceil(seconds * 1000));
    await go(bench);
  }
};
const failedNow = async (change: Partial<ApplicationDefinition> = {}): Promise<Bench> => {
  const bench = ready(change);
  await pushed(bench, 1);
  await settle(bench);
  bench.pass(10_000);
  await pushed(bench, 2);
  bench.target.rollouts = [FAILED];
  return bench;
};
const back = (bench: Bench) => bench.memory.all.calls().filter(({ action }) => action === 'rollback');
const tags = (bench: Bench): unknown[] => bench.target.applied.map(({ wanted }) => wanted[0]?.image.tag);

test('at once, by its own message: the digest is rejected, what went well before runs, and a call says so', async () => {
  const bench = await failedNow();
  await settle(bench);
  expect(bench.call(2)).toMatchObject({ status: 'failed', reason: 'rollout-failed' });
  expect(tags(bench)).toEqual(['v1', 'v2', 'v1']);
  expect(back(bench)).toMatchObject([
    { status: 'succeeded', tag: 'v1', trigger: '!web', why: expect.stringContaining(`${ULIDS[2]}.release`), order: bench.call(2)?.order },
  ]);
  expect(bench.memory.rejects.list('web', 9)).toMatchObject([{ digest: push(2).digest }]);
  expect(bench.state().hold).toBeUndefined();
  expect(bench.state().open).toEqual({});
});

test('late at its deadline counts as failed; not healthy after the roll back is the end of it', async () => {
  const bench = await failedNow({ policy: { autoRollback: true, deadlineSeconds: 60 } });
  bench.target.rollouts = [...Array.from({ length: 4 }, () => ({ is: 'progressing' as const, lookAgainIn: 25_000 })), FAILED];
  await settle(bench, 40);
  expect(bench.call(2)).toMatchObject({ status: 'failed', reason: 'rollout-deadline' });
  expect(back(bench)).toMatchObject([{ status: 'failed', reason: 'rollout-failed' }]);
  expect(tags(bench)).toEqual(['v1', 'v2', 'v1']);
});

test('pushed again, through another trigger or redelivered, what failed stays rejected; a mended image runs', async () => {
  const bench = await failedNow();
  await settle(bench);
  bench.pass(10_000);
  await match(message(push(3, { digest: push(2).digest, receivedAt: bench.now() })), bench.ports.match);
  await settle(bench);
  expect(bench.call(3)).toMatchObject({ status: 'skipped', reason: 'rejected' });
  bench.pass(10_000);
  await pushed(bench, 4);
  await settle(bench);
  expect(tags(bench)).toEqual(['v1', 'v2', 'v1', 'v4']);
  expect(bench.call(4)?.status).toBe('succeeded');
});

test('what a person deployed is taken back too, under their hold', async () => {
  const bench = ready();
  await pushed(bench, 1);
  await settle(bench);
  bench.pass(10_000);
  ask(bench, 50, { image: 5 });
  bench.target.rollouts = [FAILED];
  await settle(bench);
  expect(tags(bench)).toEqual(['v1', 'v5', 'v1']);
  expect(back(bench)).toMatchObject([{ status: 'succeeded' }]);
  expect(bench.state().hold).toMatchObject({ callId: `${ULIDS[50]}.!web` });
});

test('two repositories in one template: the other one keeps the image that it got meanwhile', async () => {
  const api = `${REPOSITORY}-api`;
  const bench = makeBench();
  const whole = { target: { kind: 'readable' }, policy: { autoRollback: true }, templated: true };
  bench.define({ application: whole }, { trigger: { name: 'api', repository: api }, application: whole });
  bench.target.sight = 'readable';
  bench.target.takesTemplates = true;
  const container = (name: string, repository: string): string => `        - name: ${name}\n          image: ${repository}:v0\n`;
  const text = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n${container('web', REPOSITORY)}${container('api', api)}`;
  bench.memory.templates.put('web', { version: 1, text, at: NOW });
  const round = async (n: number, repository: string): Promise<void> => {
    bench.pass(10_000);
    await match(message(push(n, { repository, receivedAt: bench.now() })), bench.ports.match);
    await settle(bench);
  };
  await round(1, REPOSITORY);
  await round(2, api);
  bench.target.rollouts = [FAILED];
  await round(3, REPOSITORY);
  expect(back(bench)).toMatchObject([{ status: 'succeeded', version: 5 }]);
  const last = bench.memory.templates.head('web')?.text;
  expect(last).toContain(`${REPOSITORY}:v1@`);
  expect(last).toContain(`${api}:v2@`);
});

describe('wherever the process goes down', () => {
  const prepared = (): Bench => {
    const bench = ready();
    const place = (n: number) => ({
      callId: `${ULIDS[n]}.release`,
      order: `${NOW + n}#${ULIDS[n]}`,
      repository: REPOSITORY,
      tag: `v${n}`,
      digest: push(n).digest ?? '',
      hosts: [],
    });
    const good = { callId: place(1).callId, tag: 'v1', digest: place(1).digest, at: NOW };
    const { callId: id, ...two } = place(2);
    bench.memory.calls.put({ ...two, id, trigger: 'release', application: 'web', hook: 'hub', status: 'queued', receivedAt: NOW, decidedAt: NOW });
    bench.memory.states.open('web', { ...place(2), receivedAt: NOW });
    bench.memory.states.lease('web', NOW, NOW + 1);
    const desired = { ...place(2), rev: NOW + 1, since: NOW };
    bench.memory.states.write('web', NOW + 1, {
      runs: {
        [REPOSITORY]: {
          desired,
          good: [good],
          running: { rev: NOW + 1, handle: 'h', since: NOW, deadline: NOW + 600_000, lookAt: NOW + 2, target: fingerprint({ kind: 'readable' }) },
        },
      },
      release: {},
    });
    bench.target.running = [`${REPOSITORY}:v2@${push(2).digest}`];
    bench.at(NOW + 10);
    return bench;
  };
  const failing = (bench: Bench): void => {
    // As long as v2 is what is there, its rollout has failed; a dead worker may have been told so already.
    bench.target.rollouts = bench.target.running.includes(`${REPOSITORY}:v2@${push(2).digest}`) ? [FAILED] : [];
  };
  const rounds = async (bench: Bench): Promise<void> => {
    for (let i = 0; i < 8; i += 1) {
      failing(bench);
      await go(bench);
      bench.pass(10_000);
    }
  };

  test('one roll back, one call of it, changed once, rejected', async () => {
    const cuts = await sawThrough(
      (bench) => rounds(bench),
      async (bench, cut) => {
        bench.pass(LEASE_MS);
        await rounds(bench);
        expect(
          tags(bench).filter((tag) => tag === 'v1'),
          cut,
        ).toEqual(['v1']);
        expect(back(bench), cut).toMatchObject([{ status: 'succeeded' }]);
        expect(bench.call(2), cut).toMatchObject({ status: 'failed', reason: 'rollout-failed' });
        expect(bench.memory.rejects.list('web', 9), cut).toHaveLength(1);
        expect(bench.state().open, cut).toEqual({});
      },
      prepared,
    );
    expect(cuts.length).toBeGreaterThan(30);
  });

  test.each<readonly [string, (bench: Bench) => Promise<void>]>([
    ['a newer push comes', (bench) => pushed(bench, 9)],
    ['a person deploys', async (bench) => void ask(bench, 60, { image: 9 })],
    ['the policy is switched off', async (bench) => bench.define({ application: { target: { kind: 'readable' } } })],
    ['what would be gone back to is rejected', async (bench) => bench.memory.rejects.add('web', { digest: push(1).digest ?? '', at: NOW })],
    [
      'the application is disabled',
      async (bench) => bench.define({ application: { target: { kind: 'readable' }, policy: { autoRollback: true }, enabled: false } }),
    ],
    ['the application is deleted', async (bench) => void bench.memory.applications.delete('web')],
  ])('and then %s: no call is left open for ever', async (_name, meanwhile) => {
    const cuts = await sawThrough(
      (bench) => rounds(bench),
      async (bench, cut) => {
        bench.pass(LEASE_MS);
        await meanwhile(bench);
        await rounds(bench);
        for (const { id, status } of bench.memory.all.calls()) expect(['queued', 'held', 'running'], `${cut}: ${id}`).not.toContain(status);
      },
      prepared,
    );
    expect(cuts.length).toBeGreaterThan(30);
  });
});
