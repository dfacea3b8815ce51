/** The table took a lease and its answer was lost; the client asked again, and found the lease taken: by itself. Nobody else may take that for theirs. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makeStates } from '../../functions/store/states.ts';
import { NOW, REPOSITORY } from '../stages/given.ts';
import { run } from './conformance-items.ts';
import { startTables, type TestTables } from './definitions-tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterEach(() => expect(tables.toLose).toEqual([]));
afterAll(() => tables.stop());

const UNTIL = NOW + 75_000;
const ready = async (application: string) => {
  const states = makeStates(tables);
  await states.create(application, NOW);
  return states;
};

test('a lease is had all the same, and given back leaves nothing', async () => {
  const states = await ready('leased');
  tables.loseAnswer('UpdateItem', ':until');
  const leased = await states.lease('leased', NOW, UNTIL);
  expect(leased).toEqual({ is: 'leased', state: { application: 'leased', rev: NOW, fence: NOW + 1, leaseUntil: UNTIL, open: {}, runs: {} } });
  expect(await states.lease('leased', NOW, UNTIL)).toEqual({ is: 'taken', until: UNTIL });
  await states.write('leased', NOW + 1, { release: {} });
  expect(await states.get('leased')).toEqual({ application: 'leased', rev: NOW, fence: NOW + 1, open: {}, runs: {} });
});

test('a mark that takes the lease is written: else an application that may be called once would say that nobody knows, and was never called', async () => {
  const states = await ready('marked');
  const mark = { runs: { [REPOSITORY]: run(1, NOW + 1) }, bump: 1, lease: { until: UNTIL, rev: NOW } };
  tables.loseAnswer('UpdateItem', ':until');
  expect(await states.write('marked', NOW + 1, mark)).toEqual({ rev: NOW + 1 });
  // Somebody who saw the same state at the very same time.
  expect(await states.write('marked', NOW + 1, mark)).toBe('lost');
  expect(await states.get('marked')).toMatchObject({ rev: NOW + 1, fence: NOW + 1, leaseUntil: UNTIL });
});
