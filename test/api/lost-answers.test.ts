/** The store took a write and its answer was lost; the client sent it again. What a person is told, and what they hold, must be as if nothing had happened. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeApi } from '../../functions/api/app.ts';
import { hashToken } from '../../functions/hooks/token.ts';
import { HOST, HTTP, must, record, START, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await must(api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
});
afterEach(() => expect(api.tables.toLose).toEqual([]));
afterAll(() => api.stop());

const hashOf = (url: unknown): string => hashToken(String(url).replace('https://hooks.example/hooks/', ''));
const hashes = async (hook: string) => (await api.ports.hooks.get(hook))?.tokens.map(({ sha256 }) => sha256);
const OWN = { registry: 'alibaba-acr', registryHost: HOST } as const;

test('a new hook: its URL is shown and works', async () => {
  api.tables.loseAnswer('PutItem', 'HOOK#made');
  const made = await must(api, 201, 'POST', '/v1/hooks', { name: 'made', ...OWN });
  expect(await hashes('made')).toEqual([hashOf(made.url)]);
});

describe('rotation', () => {
  test('the URL before goes on working for its seven days', async () => {
    const first = await must(api, 201, 'POST', '/v1/hooks', { name: 'rotated', ...OWN });
    api.clock.now = START + 1_000;
    api.tables.loseAnswer('PutItem', 'HOOK#rotated');
    const second = await must(api, 200, 'POST', '/v1/hooks/rotated/rotate');
    expect((await api.ports.hooks.get('rotated'))?.tokens).toEqual([
      { sha256: hashOf(second.url), createdAt: START + 1_000 },
      { sha256: hashOf(first.url), createdAt: START, expiresAt: START + 1_000 + 7 * 86_400_000 },
    ]);
    api.clock.now = START;
  });

  test('also when somebody else changed the hook before it was sent again', async () => {
    const first = await must(api, 201, 'POST', '/v1/hooks', { name: 'between', ...OWN });
    let changes = 0;
    const { change } = api.ports.hooks;
    // What the store answers to that: it asks for the alteration of what it then finds.
    const again: typeof change = async (name, alter) => {
      if (name === 'between' && ++changes === 1) {
        await change(name, alter);
        await change(name, (hook) => ({ ...hook, enabled: false }));
      }
      return change(name, alter);
    };
    const app = makeApi({ ...api.ports, hooks: { ...api.ports.hooks, change: again } });
    api.clock.now = START + 1_000;
    const second = record(await (await app.request('/v1/hooks/between/rotate', { method: 'POST' }, { requestId: 'r' })).json());
    expect(await hashes('between')).toEqual([hashOf(second.url), hashOf(first.url)]);
    expect(await api.ports.hooks.get('between')).toMatchObject({ enabled: false });
    api.clock.now = START;
  });
});

describe('a new trigger with a hook of its own', () => {
  test.each([
    ['the hook', 'HOOK#'],
    ['the claim', 'CLAIM'],
    ['the trigger', '"kind":{"S":"trigger"}'],
  ])('lost: the answer about %s', async (what, text) => {
    const name = what.replace(' ', '-');
    api.tables.loseAnswer('PutItem', text);
    const made = await must(api, 201, 'POST', '/v1/triggers', { name, ...OWN, repository: `shop/${name}`, application: 'web' });
    expect(await hashes(name)).toEqual([hashOf(made.url)]);
    expect((await api.ports.triggersOf(`${HOST}/shop/${name}`)).map((trigger) => trigger.name)).toEqual([name]);
  });

  test('the hook was made, and changed by somebody before it was sent again: it has one URL, which works', async () => {
    const { create, change } = api.ports.hooks;
    const again: typeof create = async (hook) => {
      await create(hook);
      await change(hook.name, (found) => ({ ...found, updatedAt: START + 1 }));
      return create(hook);
    };
    const app = makeApi({ ...api.ports, hooks: { ...api.ports.hooks, create: again } });
    const body = JSON.stringify({ name: 'met', ...OWN, repository: 'shop/met', application: 'web' });
    const made = record(await (await app.request('/v1/triggers', { method: 'POST', body }, { requestId: 'r' })).json());
    expect(await hashes('met')).toEqual([hashOf(made.url)]);
  });

  test('that completes one which died: both URLs work', async () => {
    const first = await must(api, 201, 'POST', '/v1/hooks', { name: 'joined', ...OWN });
    api.tables.loseAnswer('PutItem', '"edition":{"N":"2"}');
    const made = await must(api, 201, 'POST', '/v1/triggers', { name: 'joined', ...OWN, repository: 'shop/joined', application: 'web' });
    expect(await hashes('joined')).toEqual([hashOf(first.url), hashOf(made.url)]);
  });
});

test('a new application', async () => {
  api.tables.loseAnswer('PutItem', 'APP#made');
  await must(api, 201, 'POST', '/v1/applications', { name: 'made', target: HTTP });
  api.tables.loseAnswer('PutItem', 'STATE');
  await must(api, 201, 'POST', '/v1/applications', { name: 'stated', target: HTTP });
  expect(await api.states.get('stated')).toBeDefined();
});

test('deletions are told as done, end everything that belongs to them, and ask deploy', async () => {
  await must(api, 201, 'POST', '/v1/applications', { name: 'removed', target: HTTP });
  await must(api, 201, 'POST', '/v1/triggers', { name: 'removed', ...OWN, repository: 'shop/removed', application: 'removed' });
  api.sent.length = 0;
  for (const [path, text] of [
    ['triggers', 'REPO#'],
    ['hooks', 'HOOK#'],
    ['applications', 'APP#'],
  ] as const) {
    api.tables.loseAnswer('DeleteItem', text);
    expect(record(await must(api, 200, 'DELETE', `/v1/${path}/removed`))).toMatchObject({ deleted: true });
    if (path !== 'applications') await must(api, 404, 'DELETE', `/v1/${path}/removed`);
  }
  expect(api.sent).toEqual(['removed']);
});
