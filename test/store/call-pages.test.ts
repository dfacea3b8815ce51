import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Call, CallStatus } from '../../functions/core/call.ts';
import { type CallQuery, makeCallPages } from '../../functions/store/call-pages.ts';
import { makeCalls } from '../../functions/store/calls.ts';
import { startTables, type TestTables } from './definitions-tables.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 30, 12);
let tables: TestTables;
/** All calls, oldest first. */
const all: Call[] = [];

const call = (at: number, trigger: string, application: string, status: CallStatus): Call => ({
  id: `${ulid(at)}.${trigger}`,
  trigger,
  application,
  hook: 'hub',
  repository: 'r.example/web',
  tag: 'v1',
  order: String(at),
  status,
  receivedAt: at,
  decidedAt: at,
});

beforeAll(async () => {
  tables = await startTables();
  // Two triggers, two applications, over 40 days with quiet ones in between.
  for (let i = 0; i < 60; i += 1) {
    const at = NOW - 40 * DAY + Math.floor(i / 3) * 2 * DAY + (i % 3) * 1_000;
    all.push(call(at, i % 2 === 0 ? 'release' : 'nightly', i % 4 < 2 ? 'web' : 'shop', i % 5 === 0 ? 'untriggered' : i % 7 === 0 ? 'failed' : 'succeeded'));
  }
  const calls = makeCalls(tables, 90);
  for (const each of all) await calls.put(each);
});
afterAll(() => tables.stop());

const pages = () => makeCallPages(tables, 90);

const readAll = async (query: Partial<CallQuery>): Promise<string[]> => {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await pages().list({ limit: 7, now: NOW, ...query, ...(cursor === undefined ? {} : { cursor }) });
    if (!page.ok) throw new Error(page.why);
    ids.push(...page.value.items.map(({ id }) => id));
    cursor = page.value.cursor;
  } while (cursor !== undefined);
  return ids;
};

/** What the list must say, by asking every call. */
const expected = (keep: (each: Call) => boolean): string[] =>
  [...all]
    .filter(keep)
    .sort((a, b) => b.receivedAt - a.receivedAt)
    .map(({ id }) => id);

describe('lists of calls, newest first, page by page', () => {
  const table: readonly (readonly [string, Partial<CallQuery>, (each: Call) => boolean])[] = [
    ['all, over quiet days', {}, () => true],
    ['of a trigger', { trigger: 'release' }, ({ trigger }) => trigger === 'release'],
    ['of an application: fired ones', { application: 'web' }, ({ application, status }) => application === 'web' && status !== 'untriggered'],
    ['of both', { trigger: 'release', application: 'shop' }, ({ trigger, application }) => trigger === 'release' && application === 'shop'],
    ['all with a status', { statuses: ['failed'] }, ({ status }) => status === 'failed'],
    [
      'of a trigger with a status',
      { trigger: 'nightly', statuses: ['untriggered'] },
      ({ trigger, status }) => trigger === 'nightly' && status === 'untriggered',
    ],
    [
      'of an application with statuses',
      { application: 'shop', statuses: ['failed', 'unknown'] },
      ({ application, status }) => application === 'shop' && status === 'failed',
    ],
    ['of nobody', { trigger: 'nobody' }, () => false],
  ];
  test.each(table)('%s', async (_, query, keep) => {
    expect(await readAll(query)).toEqual(expected(keep));
  });

  test('what expired is not shown, in no list', async () => {
    const calls = makeCalls(tables, 1);
    await calls.put(call(NOW - 2 * DAY, 'expired', 'expired', 'failed'));
    expect(await readAll({ trigger: 'expired' })).toEqual([]);
    expect(await readAll({ application: 'expired' })).toEqual([]);
    expect(await readAll({})).toHaveLength(60);
  });

  test.each([
    ['another trigger', { trigger: 'nightly' }, [`2026-06-30#0`, `${ulid(NOW)}.release`]],
    ['no call id', {}, ['2026-06-30#0', 'x']],
    ['no day', {}, ['today', `${ulid(NOW)}.release`]],
    ['one part', {}, [`${ulid(NOW)}.release`]],
  ] as const)('a cursor with %s is refused', async (_, query, parts) => {
    const cursor = Buffer.from(JSON.stringify(parts)).toString('base64url');
    expect(await pages().list({ limit: 7, now: NOW, ...query, cursor })).toMatchObject({ ok: false });
  });
});

test('the attempts of a call, the first one first, with what was said', async () => {
  const calls = makeCalls(tables, 90);
  const exchange = { request: { method: 'POST', url: 'https://web.example', headers: {} }, error: 'reset', ms: 12 };
  const id = all[0]?.id ?? '';
  await calls.attempt(id, { n: 2, at: NOW, outcome: 'delivered', idempotencyKey: 'web.1' });
  await calls.attempt(id, { n: 1, at: NOW - 5, outcome: 'unavailable', idempotencyKey: 'web.1', detail: 'reset', exchange });
  expect(await pages().attempts(id, NOW)).toEqual([
    { n: 1, at: NOW - 5, outcome: 'unavailable', idempotencyKey: 'web.1', detail: 'reset', exchange },
    { n: 2, at: NOW, outcome: 'delivered', idempotencyKey: 'web.1' },
  ]);
  expect(await pages().attempts(id, NOW + 91 * DAY)).toEqual([]);
});
