/** The checker sees what it is there to see: each planted bug turns it red, the code as it is leaves it green, and a seed replays exactly. */
import { describe, expect, test } from 'vitest';
import { BORNE, PLANTED } from './planted.ts';
import { failed, run } from './run.ts';
import { runWorld } from './world.ts';

const SEED = 7;
/** Red long before this, stopped at the first world that is. */
const MOST = 4_000;

test('the code as it is: 0 0 0 0, with and without faults', async () => {
  const healthy = await run({ pushes: 1_600, seed: SEED, perWorld: 200 });
  expect(healthy.numbers, healthy.finding?.what).toEqual({ lost: 0, duplicated: 0, stale: 0, notConverged: 0 });
  for (const fault of ['throttled', 'timedOutWithEffect', 'sentTwice', 'crashedBefore', 'crashedAfter', 'landedLate'])
    expect(healthy.counts[fault], fault).toBeGreaterThan(0);
  const calm = await run({ pushes: 200, seed: SEED, faults: false });
  expect(failed(calm)).toBe(false);
}, 180_000);

test('a seed replays exactly, another one differs', async () => {
  const [first, again, other] = [
    await runWorld({ seed: 3, pushes: 120, faults: true }),
    await runWorld({ seed: 3, pushes: 120, faults: true }),
    await runWorld({ seed: 4, pushes: 120, faults: true }),
  ];
  expect(again.history.hash()).toBe(first.history.hash());
  expect(again.history.length).toBe(first.history.length);
  expect(other.history.hash()).not.toBe(first.history.hash());
}, 60_000);

test.each(Object.entries(BORNE))('%s does no harm', { timeout: 180_000 }, async (_name, planted) => {
  const total = await run({ pushes: 1_000, seed: SEED, perWorld: 200, planted });
  expect(total.numbers, total.finding?.what).toEqual({ lost: 0, duplicated: 0, stale: 0, notConverged: 0 });
});

describe('planted bugs', () => {
  test.each(Object.entries(PLANTED))('%s turns it red', { timeout: 180_000 }, async (_name, planted) => {
    const total = await run({ pushes: MOST, seed: SEED, perWorld: 200, planted, stopAtFirst: true });
    expect(failed(total)).toBe(true);
    expect(total.finding?.history.length).toBeGreaterThan(0);
  });
});
