/** What a look at a repository's tags means: remembered, suspected, heard of, or missed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareTags, inTurn, type Look, SUSPECTED_MS, type SweepMemory } from '../../functions/core/sweep.ts';
import { sweepMinutes } from '../../functions/core/sweep-minutes.ts';

const T = 1_782_820_800_000;
const MINUTE = 60_000;
const look = (tags: Readonly<Record<string, string>>, change: Partial<Look> = {}): Look => ({
  tags: Object.keys(tags),
  digests: new Map(Object.entries(tags).filter(([, digest]) => digest !== '')),
  calls: [],
  callsSince: 0,
  cut: false,
  of: 'x',
  now: T,
  ...change,
});
const memory = (tags: Readonly<Record<string, string>>, change: Partial<SweepMemory> = {}): SweepMemory => ({
  of: 'x',
  at: T - 10 * MINUTE,
  tags,
  suspects: {},
  ...change,
});
/** Looked at again after so long. */
const twice = (before: SweepMemory, tags: Readonly<Record<string, string>>, change: Partial<Look> = {}, later = MINUTE) =>
  compareTags(compareTags(before, look(tags)).memory, look(tags, { ...change, now: T + later }));

test('the first look only remembers, also what it did not get to', () => {
  const first = compareTags(undefined, look({ v1: 'd1', v2: '' }));
  expect(first).toEqual({ memory: { of: 'x', at: T, tags: { v1: 'd1', v2: '' }, suspects: {} }, missed: [] });
  expect(compareTags(first.memory, look({ v1: 'd1', v2: 'd2' }))).toMatchObject({ memory: { tags: { v2: 'd2' } }, missed: [] });
});

test('another hook of the same name, or other rules, begin anew: what they take in now was not pushed now', () => {
  expect(compareTags(memory({}, { of: 'y' }), look({ v1: 'd1' }))).toMatchObject({ memory: { of: 'x', tags: { v1: 'd1' }, suspects: {} }, missed: [] });
});

test('a new tag is suspected, and missed when nothing was heard of it for a minute', () => {
  const first = compareTags(memory({ v1: 'd1' }), look({ v1: 'd1', v2: 'd2' }));
  expect(first).toMatchObject({ memory: { tags: { v1: 'd1' }, suspects: { v2: { digest: 'd2', since: T, after: T - 10 * MINUTE } } }, missed: [] });
  const early = compareTags(first.memory, look({ v1: 'd1', v2: 'd2' }, { now: T + SUSPECTED_MS - 1 }));
  expect(early).toMatchObject({ memory: { suspects: { v2: { since: T, after: T - 10 * MINUTE } } }, missed: [] });
  const late = compareTags(early.memory, look({ v1: 'd1', v2: 'd2' }, { now: T + SUSPECTED_MS }));
  expect(late).toEqual({
    memory: { of: 'x', at: T + SUSPECTED_MS, tags: { v1: 'd1', v2: 'd2' }, suspects: {} },
    missed: [{ tag: 'v2', digest: 'd2', after: T - 10 * MINUTE }],
  });
  expect(compareTags(late.memory, look({ v1: 'd1', v2: 'd2' }, { now: T + 9 * MINUTE })).missed).toEqual([]);
});

test('when all tags are gone at once they are remembered, and no push when they are back', () => {
  const before = memory({ v1: 'd1', v2: 'd2' });
  const gone = compareTags(before, look({}));
  expect(gone).toEqual({ memory: before, missed: [] });
  expect(twice(gone.memory, { v1: 'd1', v2: 'd2', v3: 'd3' }).missed).toMatchObject([{ tag: 'v3' }]);
  // Before its first push a repository has none, and its first tag is later than the look before it.
  expect(compareTags(memory({}), look({})).memory).toEqual(memory({}, { at: T }));
});

test('a tag that names another image is as good as a new one', () => {
  expect(twice(memory({ v1: 'd1' }), { v1: 'd2' }).missed).toMatchObject([{ tag: 'v1', digest: 'd2' }]);
});

test('one that moves on while it is suspected is suspected anew', () => {
  const first = compareTags(memory({}), look({ v1: 'd1' })).memory;
  expect(compareTags(first, look({ v1: 'd2' }, { now: T + MINUTE }))).toMatchObject({
    memory: { suspects: { v1: { digest: 'd2', since: T + MINUTE } } },
    missed: [],
  });
});

describe('heard of', () => {
  test.each([
    ['by its digest', [{ tag: 'v1', digest: 'd1', receivedAt: T - 60 * MINUTE }], 0],
    ['by its tag alone, since the last look', [{ tag: 'v1', receivedAt: T }], 0],
    ['perhaps: not all calls are known', [], 1],
  ])('%s', (_, calls, missed) => {
    const changed = twice(memory({}), { v1: 'd1' }, { calls, callsSince: missed === 0 ? 0 : T });
    expect(changed).toMatchObject({ memory: { tags: { v1: 'd1' }, suspects: {} }, missed: [] });
  });

  test.each([
    ['another image under the tag', [{ tag: 'v1', digest: 'd0', receivedAt: T }]],
    ['its tag alone, long before', [{ tag: 'v1', receivedAt: T - 60 * MINUTE }]],
    ['another tag', [{ tag: 'v2', digest: 'd1', receivedAt: T }]],
    [
      'it before another one under the tag: it came back',
      [
        { tag: 'v1', digest: 'd1', receivedAt: T - 2 },
        { tag: 'v1', digest: 'd0', receivedAt: T - 1 },
      ],
    ],
  ])('not by %s', (_, calls) => {
    expect(twice(memory({}), { v1: 'd1' }, { calls }).missed).toHaveLength(1);
  });
});

test('it overtakes nothing that was heard of since, but what the tag named before', () => {
  const calls = [
    { tag: 'v1', digest: 'd0', receivedAt: T - 5 * MINUTE },
    { tag: 'v2', digest: 'd2', receivedAt: T - MINUTE },
  ];
  expect(twice(memory({ v1: 'd0' }), { v1: 'd1' }, { calls }).missed).toEqual([{ tag: 'v1', digest: 'd1', after: T - 5 * MINUTE }]);
});

test('of several the highest name comes last', () => {
  expect(twice(memory({}), { v10: 'a', v9: 'b', latest: 'c' }).missed.map(({ tag }) => tag)).toEqual(['latest', 'v9', 'v10']);
});

test('where there are more tags than are looked at, one that moves up into their number was not pushed', () => {
  const before = memory({ v5: 'd5', v6: 'd6' });
  expect(twice(before, { v4: 'd4', v5: 'd5' }, {}, MINUTE).missed).toMatchObject([{ tag: 'v4' }]);
  const first = compareTags(before, look({ v4: 'd4', v5: 'd5', v7: 'd7' }, { cut: true }));
  expect(first.memory).toMatchObject({ tags: { v4: 'd4', v5: 'd5' }, suspects: { v7: { digest: 'd7' } } });
});

test('what is not there any more is forgotten, so that it may come again', () => {
  const gone = compareTags(memory({ v1: 'd1' }, { suspects: { v2: { digest: 'x', since: 0, after: 0 } } }), look({})).memory;
  expect(gone).toMatchObject({ tags: {}, suspects: {} });
});

test('tags named as what an object has by birth are tags', () => {
  expect(twice(memory({}), { constructor: 'd1', toString: 'd2' }).missed.map(({ tag }) => tag)).toEqual(['constructor', 'toString']);
});

test('in turn everything has its turn, and never more than is allowed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 60 }), (count, most) => {
      const all = Array.from({ length: count }, (_, i) => i);
      const seen = new Set<number>();
      for (let turn = 0; turn < Math.ceil(count / most) + 1; turn += 1) {
        const some = inTurn(all, most, turn);
        expect(some.length).toBeLessThanOrEqual(most);
        for (const one of some) seen.add(one);
      }
      expect(seen.size).toBe(count);
    }),
  );
});

test.each([
  [{ enabled: true }, 0],
  [{ enabled: true, access: 'public' }, 10],
  [{ enabled: false, access: 'public' }, 0],
  [{ enabled: true, access: 'public', sweepMinutes: 0 }, 0],
  [{ enabled: true, access: 'public', sweepMinutes: 3 }, 3],
] as const)('how often: %j', (hook, minutes) => {
  expect(sweepMinutes(hook)).toBe(minutes);
});
