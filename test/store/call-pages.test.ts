import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Call, CallStatus } from '../../functions/core/call.ts';
import { type CallQuery, makeCallPages } from '../../functions/store/call-pages.ts';
import { makeCalls } from '../../functions/store/calls.ts';
import { meter } from './capacity.ts';
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
  hook: at % 4_000 === 0 ? 'hub' : 'other',
  repository: `r.example/${trigger}`,
  tag: at % 3_000 === 0 ? 'v1' : 'v2',
  order: String(at),
  status,
  ...(status === 'failed' ? { reason: at % 2_000 === 0 ? ('unavailable' as const) : ('rollout-failed' as const) } : {}),
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
    ['all with a reason', { reasons: ['unavailable'] }, ({ reason }) => reason === 'unavailable'],
    ['with one of several reasons', { reasons: ['unavailable', 'rollout-failed'] }, ({ reason }) => reason !== undefined],
    ['of a tag', { tag: 'v2' }, ({ tag }) => tag === 'v2'],
    ['of a hook and a repository', { hook: 'hub', repository: 'r.example/release' }, ({ hook, trigger }) => hook === 'hub' && trigger === 'release'],
  ];
  test.each(table)('%s', async (_, query, keep) => {
    expect(await readAll(query)).toEqual(expected(keep));
  });

  /** A second before, at, and after one of the calls; between two; of none. */
  const [middle] = [NOW - 40 * DAY + 20 * DAY + 1_000];
  const streams: readonly (readonly [string, Partial<CallQuery>, (each: Call) => boolean])[] = [
    ['of all', {}, () => true],
    ['of a trigger', { trigger: 'release' }, ({ trigger }) => trigger === 'release'],
    ['of an application', { application: 'web' }, ({ application, status }) => application === 'web' && status !== 'untriggered'],
  ];
  describe.each(streams)('bounded by time, %s', (_, query, keep) => {
    test.each([middle - 1_000, middle - 1, middle, middle + 1, middle + DAY, NOW, 0])('since %i', async (since) => {
      expect(await readAll({ ...query, since })).toEqual(expected((each) => keep(each) && each.receivedAt >= since));
    });
    test.each([middle - 1_000, middle - 1, middle, middle + 1, middle + DAY, NOW + DAY, 1])('until %i', async (until) => {
      expect(await readAll({ ...query, until })).toEqual(expected((each) => keep(each) && each.receivedAt < until));
    });
    test('between two, with another filter', async () => {
      const [since, until] = [middle - 6 * DAY, middle + 6 * DAY];
      expect(await readAll({ ...query, since, until, tag: 'v2', limit: 2 })).toEqual(
        expected((each) => keep(each) && each.tag === 'v2' && each.receivedAt >= since && each.receivedAt < until),
      );
    });

    test('a page goes on where its bounds have moved on meanwhile', async () => {
      const first = await pages().list({ limit: 7, now: NOW, ...query });
      if (!first.ok || first.value.cursor === undefined) throw new Error('there is a second page');
      const { cursor } = first.value;
      const [last] = first.value.items.slice(-1).map(({ receivedAt }) => receivedAt);
      if (last === undefined) throw new Error('the page is not empty');
      const restOf = async (more: Partial<CallQuery>) => {
        const page = await pages().list({ limit: 100, now: NOW, ...query, cursor, ...more });
        return page.ok ? page.value.items.map(({ id }) => id) : page.why;
      };
      expect(await restOf({ since: last + 1 })).toEqual([]);
      expect(await restOf({ until: last - 5 * DAY })).toEqual(expected((each) => keep(each) && each.receivedAt < last - 5 * DAY));
    });
  });

  test('since bounds what is read, and does not only leave out', async () => {
    const { operations } = meter(tables);
    const page = await pages().list({ limit: 100, now: NOW, since: NOW - 2 * DAY });
    tables.client.middlewareStack.remove('meter');
    expect(page.ok && page.value.items).toHaveLength(3);
    // Three days of the feed, and three calls.
    expect(operations.map((operation) => operation.split(' ')[0]).sort()).toEqual(['GetItem', 'GetItem', 'GetItem', 'Query', 'Query', 'Query']);
  });

  test('a call that was decided days after it was received is found by when it was received', async () => {
    const late = { ...call(NOW - 70 * DAY, 'late', 'late', 'failed'), decidedAt: NOW - 66 * DAY };
    await makeCalls(tables, 90).put(late);
    expect(await readAll({ since: NOW - 71 * DAY, until: NOW - 69 * DAY })).toEqual([late.id]);
    expect(await readAll({ since: NOW - 69 * DAY, until: NOW - 60 * DAY })).toEqual([]);
    await tables.client.send(new DeleteItemCommand({ TableName: tables.calls, Key: { pk: { S: 'T#late' }, sk: { S: late.id.split('.')[0] ?? '' } } }));
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
