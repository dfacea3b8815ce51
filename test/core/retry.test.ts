import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff, MAX_ATTEMPTS } from '../../functions/core/retry.ts';

test('ever longer, from seconds to minutes', () => {
  expect(Array.from({ length: MAX_ATTEMPTS }, (_, i) => backoff(i + 1, undefined, 0))).toEqual([
    2_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000, 300_000,
  ]);
});

test('up to a quarter more, so that those who failed together do not come back together', () => {
  expect(backoff(5, undefined, 0.999_999)).toBe(74_999);
  expect(backoff(5, undefined, 0.5)).toBe(67_500);
});

test('never before the target asked for, but at most an hour later', () => {
  expect(backoff(1, 90_000, 0)).toBe(90_000);
  expect(backoff(7, 90_000, 0)).toBe(300_000);
  expect(backoff(1, 86_400_000, 0)).toBe(3_600_000);
  expect(backoff(1, -5, 0)).toBe(2_000);
});

test('a whole number of milliseconds between two seconds and an hour, whatever comes in', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -5, max: 1_000 }),
      fc.option(fc.integer({ min: -1, max: 1e12 }), { nil: undefined }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (count, after, random) => {
        const pause = backoff(count, after, random);
        expect(Number.isInteger(pause)).toBe(true);
        expect(pause).toBeGreaterThanOrEqual(2_000);
        expect(pause).toBeLessThanOrEqual(3_600_000);
      },
    ),
  );
});
