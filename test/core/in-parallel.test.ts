import { expect, test } from 'vitest';
import { inParallel } from '../../functions/core/in-parallel.ts';

test('so many are under way at once, and what comes of them is in their order', async () => {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const all = inParallel([1, 2, 3], 2, (item) => {
    begun.push(item);
    return new Promise<number>((resolve) => ends.push(() => resolve(item * 10)));
  });
  expect(begun).toEqual([1, 2]);
  ends[1]?.();
  ends[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual([1, 2, 3]);
  ends[2]?.();
  expect(await all).toEqual([10, 20, 30]);
});

test('what one throws ends it: none of the others is begun', async () => {
  const begun: number[] = [];
  const failing = inParallel([1, 2], 1, async (item) => {
    begun.push(item);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(begun).toEqual([1]);
});
