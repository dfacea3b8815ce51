/** Deploy at a blind target that does not answer as it should: retries, at most once, rate, and the last receive. */
import { describe, expect, test } from 'vitest';
import type { ApplicationDefinition } from '../../functions/core/definitions.ts';
import type { Outcome } from '../../functions/core/outcome.ts';
import { GaveUp } from '../../functions/deploy/carry-out.ts';
import { LEASE_MS, reconcile } from '../../functions/deploy/reconcile.ts';
import { match } from '../../functions/match/match.ts';
import { type Bench, makeBench } from './bench.ts';
import { exchange, message, NOW, push, REPOSITORY, ULIDS } from './given.ts';

const FIRST = { count: 1, last: false };
const go = (bench: Bench, receive = FIRST): Promise<void> => reconcile('web', receive, bench.ports.deploy);
const pushed = async (bench: Bench, ...numbers: readonly number[]): Promise<void> => match(message(...numbers.map((n) => push(n))), bench.ports.match);
const ready = (change: Partial<ApplicationDefinition> = {}): Bench => {
  const bench = makeBench();
  bench.define({ application: change });
  return bench;
};
const NO_ANSWER: Outcome = { is: 'unavailable', why: { code: 'unavailable', detail: 'reset' }, answered: false };
const BUSY: Outcome = { is: 'unavailable', why: { code: 'unavailable', detail: 'busy' }, answered: true, exchange: exchange(503) };
const keys = (bench: Bench): string[] => bench.target.applied.map(({ key }) => key);

describe('a target that does not answer as it should', () => {
  test('is tried eight times under one key, ever later; then the call fails with its words', async () => {
    const bench = ready();
    bench.target.answers = Array.from({ length: 20 }, () => NO_ANSWER);
    await pushed(bench, 1);
    const pauses: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      await go(bench);
      const { dueAt } = bench.state();
      if (dueAt === undefined) break;
      expect(bench.call(1)).toMatchObject({ status: 'held', reason: 'retry', until: dueAt, attempts: i + 1 });
      pauses.push(dueAt - bench.now());
      // Too early, it waits.
      bench.pass(1);
      await go(bench);
      bench.at(dueAt);
    }
    expect(new Set(keys(bench))).toEqual(new Set([`web.${NOW + 2}`]));
    expect(keys(bench)).toHaveLength(8);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(bench.call(1)).toMatchObject({ status: 'failed', reason: 'unavailable', detail: 'reset', attempts: 8 });
    expect(bench.memory.all.attempts(`${ULIDS[1]}.release`).map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(bench.state().open).toEqual({});
  });

  test('is waited for as long as it asks, by the tick alone when that is far', async () => {
    const bench = ready();
    bench.target.answers = [{ ...BUSY, retryAfter: 1_200_000 }];
    await pushed(bench, 1);
    bench.sent.length = 0;
    await go(bench);
    expect(bench.state().dueAt).toBe(NOW + 1_200_000);
    expect(bench.sent).toEqual([]);
    bench.at(NOW + 1_199_999);
    await go(bench);
    expect(bench.target.applied).toEqual([]);
    bench.at(NOW + 1_200_000);
    await go(bench);
    expect(bench.call(1)).toMatchObject({ status: 'delivered', attempts: 2 });
  });

  test('a near time is sent for, once', async () => {
    const bench = ready();
    bench.target.answers = [{ ...BUSY, retryAfter: 90_000 }];
    await pushed(bench, 1);
    bench.sent.length = 0;
    await go(bench);
    await go(bench);
    await go(bench);
    expect(bench.sent).toEqual([{ application: 'web', seconds: 90 }]);
  });

  test('a newer push does not wait for it', async () => {
    const bench = ready();
    bench.target.answers = [{ ...BUSY, retryAfter: 600_000 }];
    await pushed(bench, 1);
    await go(bench);
    await pushed(bench, 2);
    await go(bench);
    expect(bench.call(1)).toMatchObject({ status: 'skipped', reason: 'superseded', by: `${ULIDS[2]}.release` });
    expect(bench.call(2)?.status).toBe('delivered');
  });

  test('a refusal is final at once, with the reason of the target', async () => {
    const bench = ready();
    bench.target.answers = [{ is: 'refused', why: { code: 'address-forbidden', detail: 'http://169.254.169.254/' } }];
    await pushed(bench, 1);
    await go(bench);
    expect(bench.call(1)).toMatchObject({ status: 'failed', reason: 'address-forbidden', detail: 'http://169.254.169.254/' });
    expect(bench.state().dueAt).toBeUndefined();
  });
});

describe('at most once', () => {
  const policy = { atMostOnce: true };
  test('no answer: unknown, and never called again', async () => {
    const bench = ready({ policy });
    bench.target.answers = [NO_ANSWER];
    await pushed(bench, 1);
    await go(bench);
    expect(bench.call(1)).toMatchObject({ status: 'unknown', reason: 'no-answer', attempts: 1 });
    bench.pass(3_600_000);
    await go(bench);
    expect(keys(bench)).toHaveLength(1);
  });
  test('an answer that says "not now" is no doubt: tried again', async () => {
    const bench = ready({ policy });
    bench.target.answers = [BUSY];
    await pushed(bench, 1);
    await go(bench);
    bench.pass(60_000);
    await go(bench);
    expect(bench.call(1)).toMatchObject({ status: 'delivered', attempts: 2 });
  });
  test('a process that died around the call: unknown', async () => {
    const bench = ready({ policy });
    await pushed(bench, 1);
    bench.cutAt(3, 'after');
    expect(await bench.until(go(bench))).toBe('gone');
    expect(bench.effects.at(-1)).toBe('target.apply');
    bench.revive();
    bench.pass(LEASE_MS);
    await go(bench);
    expect(bench.call(1)).toMatchObject({ status: 'unknown', reason: 'no-answer' });
    expect(keys(bench)).toHaveLength(1);
  });
});

test('the rate asked for: the next one waits until the hour is over, and is not lost', async () => {
  const bench = ready({ policy: { maxPerHour: 1 } });
  await pushed(bench, 1);
  await go(bench);
  bench.pass(60_000);
  await pushed(bench, 2);
  await go(bench);
  expect(bench.call(2)).toMatchObject({ status: 'held', reason: 'rate', until: NOW + 3_600_000 });
  expect(bench.state().dueAt).toBe(NOW + 3_600_000);
  bench.at(NOW + 3_600_000);
  await go(bench);
  expect(bench.call(2)?.status).toBe('delivered');
});

describe('the last receive', () => {
  /** Died after the attempt was marked, before anything was sent. */
  const died = async (change: Partial<ApplicationDefinition> = {}): Promise<Bench> => {
    const bench = ready(change);
    await pushed(bench, 1);
    bench.cutAt(3, 'before');
    expect(await bench.until(go(bench))).toBe('gone');
    expect(bench.effects.at(-1)).toBe('target.apply');
    bench.revive();
    bench.pass(LEASE_MS);
    return bench;
  };
  test('of something that workers died of: failed, recorded, and handed to the dead letters', async () => {
    const bench = await died();
    await expect(go(bench, { count: 5, last: true })).rejects.toBeInstanceOf(GaveUp);
    expect(bench.target.applied).toEqual([]);
    expect(bench.call(1)).toMatchObject({ status: 'failed', reason: 'worker-died', detail: '4 times' });
    expect(bench.state()).toMatchObject({ open: {} });
    expect(bench.state().leaseUntil).toBeUndefined();
  });
  test('where at most one call is wanted, nobody knows whether it was made', async () => {
    const bench = await died({ policy: { atMostOnce: true } });
    await expect(go(bench, { count: 5, last: true })).rejects.toBeInstanceOf(GaveUp);
    expect(bench.call(1)).toMatchObject({ status: 'unknown', reason: 'no-answer' });
  });
  test('of something whose end is written, and the state does not know it: the state follows the call', async () => {
    const bench = ready();
    await pushed(bench, 1);
    bench.cutAt(5, 'after');
    expect(await bench.until(go(bench))).toBe('gone');
    expect(bench.effects.at(-1)).toBe('calls.settle');
    bench.revive();
    bench.pass(LEASE_MS);
    await expect(go(bench, { count: 5, last: true })).rejects.toBeInstanceOf(GaveUp);
    expect(bench.call(1)).toMatchObject({ status: 'delivered' });
    expect(bench.state().runs[REPOSITORY]?.done).toMatchObject({ status: 'delivered' });
  });
  test('of something that is only now promoted: it is left to a message of its own', async () => {
    const bench = ready();
    await pushed(bench, 1);
    bench.sent.length = 0;
    await go(bench, { count: 5, last: true });
    expect(bench.call(1)?.status).toBe('queued');
    expect(bench.sent).toEqual([{ application: 'web', seconds: 0 }]);
    await go(bench);
    expect(bench.call(1)?.status).toBe('delivered');
  });
  test('nothing is to be done: as any other', async () => {
    const bench = ready();
    await go(bench, { count: 5, last: true });
    expect(bench.logs.map(({ event }) => event)).not.toContain('deploy.taken');
  });
});
