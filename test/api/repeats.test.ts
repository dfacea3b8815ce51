/**
 * A POST with an Idempotency-Key whose function dies at any request of its own, before that took effect or after it, and is
 * sent again: then there is as much as after one that went well, and the answer is as good.
 */
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OPERATIONS, type OperationId } from '../../functions/api/operations/index.ts';
import { hashToken } from '../../functions/hooks/token.ts';
import { type Answer, HTTP, record, startApi, type TestApi } from './api.ts';
import { makeWorld, requestFor } from './requests.ts';

let api: TestApi;
let n = 0;

/** Requests until the death, and whether the last one takes effect; behind it there are none. */
let left = Number.POSITIVE_INFINITY;
let takesEffect = true;

const orDie = async <T>(send: () => Promise<T>): Promise<T> => {
  left -= 1;
  if (left >= 0) return send();
  if (left === -1 && takesEffect) await send();
  throw Object.assign(new Error('dead'), { name: 'TimeoutError' });
};

beforeEach(async () => {
  api = await startApi((ports) => ({
    ...ports,
    send: (applications) => orDie(() => ports.send(applications)),
    sendPushes: (message) => orDie(() => ports.sendPushes(message)),
  }));
  await makeWorld(api);
  api.tables.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) =>
        commandName === 'ScanCommand' ? next(args) : orDie(() => next(args)),
    {
      step: 'initialize',
      name: 'death',
    },
  );
});
afterEach(() => api.stop());

/** How much there is of everything, beside the answers that are kept. */
const census = async (): Promise<ReadonlyMap<string, number>> => {
  const counts = new Map<string, number>();
  const count = (kind: string, more: number): unknown => counts.set(kind, (counts.get(kind) ?? 0) + more);
  for (const TableName of [api.tables.definitions, api.tables.calls]) {
    const { Items = [] } = await api.tables.client.send(new ScanCommand({ TableName }));
    for (const { pk, tokens, open } of Items) {
      const [kind = ''] = (pk?.S ?? '').split('#', 1);
      count(kind, kind === 'IDEM' ? 0 : 1);
      count('tokens', tokens?.L?.length ?? 0);
      count('open', Object.keys(open?.M ?? {}).length);
    }
  }
  count('pushes', new Set(api.pushed.map((message) => JSON.stringify(message))).size);
  return counts;
};
const growth = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>) =>
  Object.fromEntries([...after].map(([kind, count]) => [kind, count - (before.get(kind) ?? 0)]));

const post = (id: OperationId, key: string, of: number): Promise<Answer> => {
  const { path, body = {} } = requestFor(id, of);
  return api.ask('POST', path, id === 'testHook' ? { ...body, dry: false } : body, { 'idempotency-key': key });
};

/** A code for the page ends after a minute, by itself: a second one does no harm. */
const HARMLESS: readonly string[] = ['createConsoleCode'];
const ids = Object.keys(OPERATIONS).filter((id): id is OperationId => Object.hasOwn(OPERATIONS, id));
const posts = ids.filter((id) => OPERATIONS[id].method === 'POST' && !HARMLESS.includes(id));

describe.each(posts)('%s', (id) => {
  test.each([
    ['before the first, second … of its requests took effect', false],
    ['after it did', true],
  ])('dies %s', { timeout: 60_000 }, async (_, takes) => {
    // What a rotation leaves is the same from the second one on.
    for (let i = 0; id.startsWith('rotate') && i < 2; i += 1) await post(id, `warm-${++n}`, n);
    const start = await census();
    const good = await post(id, `good-${++n}`, n);
    expect(good.status).toBeLessThan(300);
    let before = await census();
    const wanted = growth(start, before);
    takesEffect = takes;
    for (let died = true, requests = 0; died; requests += 1) {
      const [key, of] = [`key-${++n}`, n];
      left = requests;
      await post(id, key, of);
      died = left < 0;
      left = Number.POSITIVE_INFINITY;
      // Longer than its function may run.
      api.clock.now += 61_000;
      const second = await post(id, key, of);
      expect(second, `dead after ${requests} requests`).toMatchObject({ status: good.status });
      const after = await census();
      expect(growth(before, after), `dead after ${requests} requests`).toEqual(wanted);
      before = after;
      await expectUrlOf(second);
      if (died) continue;
      const third = await post(id, key, of);
      expect([third.status, third.body, third.headers.get('idempotency-replayed')]).toEqual([second.status, second.body, 'true']);
    }
  });
});

test('the last trigger URL that an application may have is made, although it is among those already', async () => {
  for (let requests = 0; requests < 7; requests += 1) {
    const path = `/v1/applications/full-${requests}/trigger-urls`;
    await api.ask('POST', '/v1/applications', { name: `full-${requests}`, target: HTTP });
    for (let made = 0; made < 19; made += 1) await api.ask('POST', path, {});
    takesEffect = true;
    left = requests;
    await api.ask('POST', path, {}, { 'idempotency-key': path });
    left = Number.POSITIVE_INFINITY;
    api.clock.now += 61_000;
    expect(await api.ask('POST', path, {}, { 'idempotency-key': path }), `dead after ${requests} requests`).toMatchObject({ status: 201 });
    expect(await api.ports.triggerUrls.ofApplication(`full-${requests}`)).toHaveLength(20);
  }
});

test.each([
  [
    { by: 'hmac', secret: 'the-first-secret' },
    { by: 'hmac', secret: 'the-next-secret' },
  ],
  [
    { by: 'header', value: 'the-first-secret' },
    { by: 'header', value: 'the-next-secret' },
  ],
])('a secret that is the newest already is not rotated to once more: %j', async (credential, next) => {
  const name = `rotated-${credential.by}`;
  expect(await api.ask('POST', '/v1/hooks', { name, registry: 'gitea', registryHost: 'r.example', credential })).toMatchObject({ status: 201 });
  const rotate = () => api.ask('POST', `/v1/hooks/${name}/rotate-credential`, { credential: next });
  const [first, second] = [await rotate(), await rotate()];
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(second.body).toEqual(first.body);
  expect(record(record(second.body).credential).secrets).toHaveLength(2);
});

/** The URL that is shown is one that works. */
const expectUrlOf = async ({ body }: Answer): Promise<void> => {
  const { url, hook, name, id } = record(body);
  if (url === undefined) return;
  const stored = String(url).includes('/hook/trigger') ? await api.ports.triggerUrls.get(String(id)) : await api.ports.hooks.get(String(hook ?? name));
  expect(stored?.tokens.map(({ sha256 }) => sha256)).toContain(hashToken(String(url).split(/\/hooks\/|token=/)[1] ?? ''));
};
