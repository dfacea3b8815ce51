/** The list of applications as somebody with some hundred of them asks for it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Run } from '../../functions/core/application.ts';
import { HTTP, items, must, record, startApi, type TestApi } from './api.ts';

const REPOSITORY = 'r.example/shop/web';
const DOCKER = { kind: 'docker', container: 'web' } as const;

let api: TestApi;
const run = (status: 'succeeded' | 'failed' | undefined): Readonly<Record<string, Run>> => ({
  [REPOSITORY]: {
    desired: { rev: 2, order: '0000000000002#x', callId: 'c2.t', repository: REPOSITORY, tag: 'v2', hosts: [], since: 2 },
    ...(status === undefined ? {} : { done: { rev: 2, status, at: 2 } }),
  },
});
const write = async (name: string, runs: Readonly<Record<string, Run>>): Promise<void> => {
  const leased = await api.states.lease(name, api.clock.now, api.clock.now + 1_000);
  if (leased.is !== 'leased') throw new Error(`the lease is ${leased.is}`);
  await api.states.write(name, leased.state.fence, { runs, release: {} });
};

beforeAll(async () => {
  api = await startApi();
  const make = (name: string, more: object = {}) => must(api, 201, 'POST', '/v1/applications', { name, target: HTTP, ...more });
  await make('shop-api', { target: DOCKER });
  await make('shop-off', { enabled: false });
  await make('shop-web');
  await make('team-a', { target: DOCKER });
  await make('team-b');
  await write('shop-web', run('succeeded'));
  await write('shop-api', run('failed'));
  await write('team-a', run(undefined));
  await must(api, 200, 'POST', '/v1/applications/shop-web/hold', {});
  const held = { callId: 'c3.t', order: '0000000000003#x', repository: REPOSITORY, tag: 'v3', receivedAt: 3, hosts: [], held: { reason: 'hold' } } as const;
  await api.states.open('shop-web', held, { dueAt: 1 });
  await must(api, 201, 'POST', '/v1/hooks', { name: 'plain', registry: 'generic', registryHost: 'r.example' });
  for (const [name, repository, application] of [
    ['exact', REPOSITORY, 'team-b'],
    ['pattern', 'r.example/shop/*', 'shop-web'],
    ['other', 'r.example/team/a', 'team-a'],
  ])
    await must(api, 201, 'POST', '/v1/triggers', { name, hook: 'plain', repository, application });
});
afterAll(() => api.stop());

const named = async (query: string): Promise<readonly unknown[]> => items(await must(api, 200, 'GET', `/v1/applications?${query}`)).map(({ name }) => name);

test.each([
  ['', ['shop-api', 'shop-off', 'shop-web', 'team-a', 'team-b']],
  ['name=shop-', ['shop-api', 'shop-off', 'shop-web']],
  ['name=nobody', []],
  ['target=docker', ['shop-api', 'team-a']],
  ['target=docker&name=team', ['team-a']],
  ['state=disabled', ['shop-off']],
  ['state=held', ['shop-web']],
  ['state=waiting', ['shop-web']],
  ['state=degraded', ['shop-api']],
  ['state=progressing,degraded', ['shop-api', 'team-a']],
  ['state=healthy', ['shop-web']],
  ['state=unknown&target=http', ['shop-off', 'team-b']],
  [`repository=${REPOSITORY}`, ['shop-web', 'team-b']],
  [`repository=${REPOSITORY}&state=held`, ['shop-web']],
  [`repository=${REPOSITORY}&name=team`, ['team-b']],
  ['repository=r.example/nobody', []],
])('%s', async (query, names) => {
  expect(await named(query)).toEqual(names);
});

test.each(['state=held&', 'repository=r.example/shop/web&', 'target=docker&', ''])('page by page with %j it is the same', async (filter) => {
  const found: unknown[] = [];
  let cursor = '';
  do {
    const page = await must(api, 200, 'GET', `/v1/applications?${filter}limit=1${cursor}`);
    found.push(...items(page).map(({ name }) => name));
    cursor = page.cursor === undefined ? '' : `&cursor=${String(page.cursor)}`;
  } while (cursor !== '');
  expect(found).toEqual(await named(filter));
});

test.each([
  ['state=asleep', 'state', /one or several, with commas between them, of healthy, /],
  ['target=nomad', 'target', /is not a kind of target/],
  ['repository=UPPER%20case', 'repository', /./],
  ['name=%20', 'name', /./],
  ['cursor=bm8', 'cursor', /no cursor of this list/],
  ['repository=r.example/shop/web&cursor=bm8', 'cursor', /no cursor of this list/],
])('%s is refused', async (query, field, why) => {
  expect(await must(api, 422, 'GET', `/v1/applications?${query}`)).toMatchObject({ errors: [{ field, why: expect.stringMatching(why) }] });
});

describe('of many', () => {
  test('states are read for so many in a request, and the cursor goes on behind them', async () => {
    for (let n = 0; n < 230; n += 1) await api.ports.applications.create(application(`many-${String(n).padStart(3, '0')}`));
    const first = await must(api, 200, 'GET', '/v1/applications?name=many-&state=held');
    expect(first).toEqual({ items: [], cursor: expect.any(String) });
    const second = await must(api, 200, 'GET', `/v1/applications?name=many-&state=held&cursor=${String(first.cursor)}`);
    expect(record(second)).toEqual({ items: [] });
  });

  const application = (name: string) => ({ name, enabled: true, target: HTTP, policy: {}, createdAt: 1, updatedAt: 1 });
});
