/** What is kept of looks at registries: when the next is due stands with the hook, and comes and goes with it. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeHooks } from '../../functions/store/hooks.ts';
import { makeSweepReport } from '../../functions/store/sweep-report.ts';
import { makeSweeps } from '../../functions/store/sweeps.ts';
import { hook, NOW, trigger } from '../stages/given.ts';
import { definer, tableStore } from './conformance.ts';
import { call } from './conformance-items.ts';
import { startTables, type TestTables } from './definitions-tables.ts';

const DAY = 86_400_000;
const SWEPT = hook({ access: 'public', createdAt: NOW, updatedAt: NOW });
let tables: TestTables;
let now = NOW;
beforeEach(async () => {
  tables = await startTables();
  now = NOW;
});
afterEach(() => tables.stop());
const sweeps = () => makeSweeps(tables, () => now);
const hooks = () => makeHooks(tables, randomUUID);

test('a hook with access is due at once, the others never; what its definition is does not hold the time', async () => {
  await hooks().create(SWEPT);
  for (const [name, change] of [
    ['none', {}],
    ['off', { access: 'public', sweepMinutes: 0 }],
    ['disabled', { access: 'public', enabled: false }],
  ] as const)
    await hooks().create(hook({ name, ...change, updatedAt: NOW }));
  expect(await sweeps().due(NOW, 10)).toEqual([{ hook: 'hub', dueAt: NOW }]);
  expect(await sweeps().due(NOW - 1, 10)).toEqual([]);
  expect(await hooks().get('hub')).toEqual(SWEPT);
});

test('of two that take it one does, and neither brings back a hook that is gone or wants no more looks', async () => {
  await hooks().create(SWEPT);
  expect(await Promise.all([1, 2].map(() => sweeps().take('hub', NOW, NOW + 600_000)))).toEqual(expect.arrayContaining([true, false]));
  expect(await sweeps().due(NOW + 599_999, 10)).toEqual([]);
  expect(await sweeps().due(NOW + 600_000, 10)).toEqual([{ hook: 'hub', dueAt: NOW + 600_000 }]);
  await hooks().change('hub', (found) => ({ ...found, sweepMinutes: 0, updatedAt: NOW + 1 }));
  expect(await sweeps().take('hub', NOW + 600_000, NOW + 700_000)).toBe(false);
  expect(await sweeps().due(NOW + DAY, 10)).toEqual([]);
  await hooks().remove('hub');
  expect(await sweeps().take('hub', NOW + 600_000, NOW + 700_000)).toBe(false);
  expect(await hooks().get('hub')).toBeUndefined();
});

test('the hook of ECR, which is no item, is due from its beginning until nobody wants it, and can begin again', async () => {
  expect(await sweeps().begin('ecr', NOW)).toBe(NOW);
  expect(await sweeps().begin('ecr', NOW + 1)).toBe(NOW);
  expect(await sweeps().due(NOW + 1, 10)).toEqual([{ hook: 'ecr', dueAt: NOW }]);
  expect(await sweeps().take('ecr', NOW, NOW + 600_000)).toBe(true);
  expect(await sweeps().take('ecr', NOW, NOW + 600_000)).toBe(false);
  await sweeps().report('ecr', { at: NOW, missed: 1 });
  expect(await sweeps().due(NOW + 600_000, 10)).toEqual([{ hook: 'ecr', dueAt: NOW + 600_000 }]);
  expect(await sweeps().take('ecr', NOW + 600_000)).toBe(true);
  expect(await sweeps().due(NOW + DAY, 10)).toEqual([]);
  expect(await makeSweepReport(tables)('ecr', NOW)).toMatchObject({ missed: 1 });
  expect(await sweeps().begin('ecr', NOW + DAY)).toBe(NOW + DAY);
  expect(await sweeps().due(NOW + DAY, 10)).toEqual([{ hook: 'ecr', dueAt: NOW + DAY }]);
});

test('tags are remembered for thirty days after the last look', async () => {
  const seen = { of: 'x', at: NOW, tags: { v1: 'sha256:1', constructor: '' }, suspects: { v2: { digest: 'sha256:2', since: NOW, after: NOW - 1 } } };
  await sweeps().remember('hub', 'r.example/a', seen);
  expect(await sweeps().memory('hub', 'r.example/a')).toEqual(seen);
  expect(await sweeps().memory('hub', 'r.example/b')).toBeUndefined();
  expect(await sweeps().memory('other', 'r.example/a')).toBeUndefined();
  now += 30 * DAY;
  expect(await sweeps().memory('hub', 'r.example/a')).toBeUndefined();
});

test('the report counts what was missed, and says why a look ended early until one does not', async () => {
  const reportOf = makeSweepReport(tables);
  expect(await reportOf('hub', NOW)).toBeUndefined();
  await sweeps().report('hub', { at: NOW, missed: 2 });
  await sweeps().report('hub', { at: NOW + 1_000, missed: 0, why: 'it answered 429' });
  expect(await reportOf('hub', NOW + 1_000)).toEqual({ lookedAt: NOW + 1_000, missed: 2, missedAt: NOW, why: 'it answered 429' });
  await sweeps().report('hub', { at: NOW + 2_000, missed: 1 });
  expect(await reportOf('hub', NOW + 2_000)).toEqual({ lookedAt: NOW + 2_000, missed: 3, missedAt: NOW + 2_000 });
});

test('the triggers of a hook, and the newest calls of one', async () => {
  const define = definer(tables);
  await define.trigger(trigger());
  await define.trigger(trigger({ name: 'foreign', hook: 'other' }));
  expect((await sweeps().triggers('hub')).map(({ name }) => name)).toEqual(['release']);
  const store = tableStore(tables, () => NOW);
  for (const n of [1, 2, 3]) await store.calls.put(call(n, '', n === 3 ? { source: 'sweep' } : {}));
  expect((await sweeps().calls('release', 2, NOW)).map(({ tag, source }) => [tag, source])).toEqual([
    ['v3', 'sweep'],
    ['v2', undefined],
  ]);
});
