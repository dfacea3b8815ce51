/** How many digests an application may have rejected: what the policy rejects is in nobody's way, and has an end. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BY_POLICY } from '../../functions/core/call.ts';
import { makeReject, makeRejects } from '../../functions/store/rejects.ts';
import { startTables, type TestTables } from './definitions-tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

const digest = (n: number): string => `sha256:${String(n).padStart(64, '0')}`;

test('of the policy the last fifty stay, and all of those that people made', async () => {
  const [reject, { add, list, has }] = [makeReject(tables), makeRejects(tables)];
  for (let n = 0; n < 3; n += 1) expect(await add('web', { digest: digest(n), at: 0, by: 'arn:alice' })).toBe('added');
  for (let n = 100; n < 155; n += 1) await reject('web', { digest: digest(n), at: n, by: BY_POLICY });
  // Again, as after a crash: who was first stands, and nothing goes for it.
  await reject('web', { digest: digest(154), at: 999, by: BY_POLICY });
  const left = await list('web', 1_000);
  expect(left.filter(({ by }) => by === BY_POLICY).map(({ at }) => at)).toEqual(Array.from({ length: 50 }, (_, i) => 105 + i));
  expect(left).toHaveLength(53);
  expect([await has('web', digest(104)), await has('web', digest(105))]).toEqual([false, true]);
});

test('people may reject two hundred, whatever the policy has', async () => {
  const [reject, { add }] = [makeReject(tables), makeRejects(tables)];
  for (let n = 0; n < 50; n += 1) await reject('busy', { digest: digest(1_000 + n), at: n, by: BY_POLICY });
  for (let n = 0; n < 200; n += 1) expect(await add('busy', { digest: digest(n), at: 0 })).toBe('added');
  expect(await add('busy', { digest: digest(200), at: 0 })).toBe('too-many');
  // That one is there.
  expect(await add('busy', { digest: digest(199), at: 0 })).toBe('added');
});
