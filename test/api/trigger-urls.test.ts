import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiPorts } from '../../functions/api/ports.ts';
import type { Call } from '../../functions/core/call.ts';
import { verifyToken } from '../../functions/hooks/verify.ts';
import { triggerUrlToItem } from '../../functions/store/definition-item.ts';
import { toItem } from '../../functions/store/dynamo.ts';
import { makeHookOf } from '../../functions/store/hook-of.ts';
import { HTTP, items, must, record, START, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const application = (name: string, more: object = {}) => must(api, 201, 'POST', '/v1/applications', { name, target: HTTP, ...more });
const at = (name: string, id?: string): string => `/v1/applications/${name}/trigger-urls${id === undefined ? '' : `/${id}`}`;
const create = (name: string, body?: object) => must(api, 201, 'POST', at(name), body);
const listed = async (name: string) => items(await must(api, 200, 'GET', at(name)));
const storedAs = (id: unknown) => makeHookOf(api.tables)(String(id));

describe('making a trigger URL', () => {
  test('shows it once, and stores a hook that is bound to the application', async () => {
    await application('web');
    const made = await create('web');
    expect(made).toEqual({
      id: expect.stringMatching(/^url-[0-9a-hjkmnp-tv-z]{26}$/),
      application: 'web',
      get: false,
      createdAt: new Date(START).toISOString(),
      url: expect.stringMatching(new RegExp(`^https://hooks\\.example/hook/trigger\\?token=it_${String(made.id)}_\\w+$`)),
      guide: expect.arrayContaining([expect.stringContaining(String(made.url))]),
    });
    const token = new URL(String(made.url)).searchParams.get('token') ?? '';
    const hook = await storedAs(made.id);
    expect(hook).toMatchObject({ name: made.id, registry: 'app-center', application: 'web', get: false, enabled: true, hostAliases: [] });
    expect(verifyToken(token, hook?.tokens ?? [], START)).toBe(true);
    for (const answer of [await listed('web'), api.logged]) expect(JSON.stringify(answer)).not.toContain(token);
    expect(await listed('web')).toEqual([{ id: made.id, application: 'web', get: false, createdAt: made.createdAt }]);
  });

  test('takes a GET only when asked to, and says what that means', async () => {
    await application('got');
    expect((await create('got')).guide).not.toContainEqual(expect.stringContaining('GET'));
    const made = await create('got', { get: true });
    expect(made).toMatchObject({ get: true, guide: expect.arrayContaining([expect.stringContaining('GET')]) });
    expect(await storedAs(made.id)).toMatchObject({ get: true });
  });

  test('may be kept to a registry, whose other names follow from it', async () => {
    await application('kept');
    const scope = { registryHost: 'shop-registry.cn-beijing.cr.aliyuncs.com', repositories: ['team/*'] };
    const made = await create('kept', scope);
    const hostAliases = ['shop-registry-vpc.cn-beijing.cr.aliyuncs.com', 'shop-registry-internal.cn-beijing.cr.aliyuncs.com'];
    expect(made).toMatchObject({ ...scope, hostAliases });
    expect(await storedAs(made.id)).toMatchObject({ ...scope, hostAliases });
  });

  test('says who was given it, and which names follow from its host', async () => {
    await application('given');
    const made = await create('given', { label: 'ci', registryHost: 'shop-registry.cn-beijing.cr.aliyuncs.com' });
    expect(made).toMatchObject({ label: 'ci' });
    expect(await listed('given')).toMatchObject([{ label: 'ci', impliedAliases: made.hostAliases }]);
  });

  test('says that a source in git takes no image', async () => {
    await application('git', { source: { git: 'https://git.example/web.git' } });
    expect(await create('git')).toMatchObject({ guide: expect.arrayContaining([expect.stringContaining('git')]) });
  });

  test.each([
    ['an unknown field', { name: 'mine' }, 'name'],
    ['a credential, which no sender of it has', { credential: { by: 'header', value: 'x'.repeat(8) } }, 'credential'],
    ['a host that is none', { registryHost: 'https://r.example' }, 'registryHost'],
    ['get as text', { get: 'yes' }, 'get'],
  ])('%s is refused', async (_name, body, field) => {
    await api.ask('POST', '/v1/applications', { name: 'refused', target: HTTP });
    expect(await must(api, 422, 'POST', at('refused'), body)).toMatchObject({ errors: [{ field }] });
    expect(await listed('refused')).toEqual([]);
  });

  test('of an application that does not exist', async () => {
    for (const method of ['POST', 'GET']) expect(await must(api, 404, method, at('nobody'))).toMatchObject({ code: 'unknown-name' });
  });

  test('no more than twenty', async () => {
    await application('many');
    for (let i = 0; i < 20; i += 1) await create('many');
    expect(await must(api, 409, 'POST', at('many'))).toMatchObject({ code: 'too-many-trigger-urls', next: [`GET ${at('many')}`] });
    const [first] = await listed('many');
    await must(api, 200, 'DELETE', at('many', String(first?.id)));
    await create('many');
  });
});

describe('several of one application', () => {
  test('are revoked one by one, at once, and are never those of another', async () => {
    for (const name of ['one', 'one-two']) await application(name);
    const [first, second, other] = [await create('one'), await create('one'), await create('one-two')];
    expect((await listed('one')).map(({ id }) => id).toSorted()).toEqual([first.id, second.id].toSorted());
    expect(await must(api, 404, 'DELETE', at('one', String(other.id)))).toMatchObject({ code: 'unknown-name', next: [`GET ${at('one')}`] });
    expect(await must(api, 200, 'DELETE', at('one', String(first.id)))).toEqual({ id: first.id, application: 'one', deleted: true });
    expect([await storedAs(first.id), (await storedAs(second.id))?.name, (await storedAs(other.id))?.name]).toEqual([undefined, second.id, other.id]);
    expect((await listed('one')).map(({ id }) => id)).toEqual([second.id]);
    await must(api, 404, 'DELETE', at('one', String(first.id)));
    await must(api, 404, 'DELETE', at('one', 'acr'));
  });

  test('end with it, and with its name given anew none comes back', async () => {
    await application('gone');
    const [first, second] = [await create('gone'), await create('gone')];
    await must(api, 200, 'DELETE', '/v1/applications/gone');
    expect([await storedAs(first.id), await storedAs(second.id)]).toEqual([undefined, undefined]);

    await api.removeState('gone');
    const left = {
      name: 'url-01jz0000000000000000000009',
      registry: 'app-center',
      hostAliases: [],
      enabled: true,
      tokens: [],
      createdAt: START - 1,
      updatedAt: 1,
    };
    const item = toItem(triggerUrlToItem({ ...left, application: 'gone' }, 1));
    await api.tables.client.send(new PutItemCommand({ TableName: api.tables.definitions, Item: item }));
    await application('gone');
    expect(await listed('gone')).toEqual([]);
  });
});

describe('hooks and trigger URLs', () => {
  test('neither is seen as the other', async () => {
    await application('apart');
    const { id } = await create('apart');
    await must(api, 201, 'POST', '/v1/hooks', { name: 'acr', registry: 'alibaba-acr' });
    expect(items(await must(api, 200, 'GET', '/v1/hooks?limit=100')).map(({ name }) => name)).toEqual(['acr', 'ecr']);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/rotate'],
      ['POST', '/disable'],
    ] as const)
      expect(await must(api, 404, method, `/v1/hooks/${String(id)}${path}`, method === 'PATCH' ? {} : undefined)).toMatchObject({ code: 'unknown-name' });
    expect(await storedAs(id)).toMatchObject({ application: 'apart', enabled: true });
    const trigger = { name: 'hears', repository: 'r.example/shop/web', application: 'apart', hook: id };
    expect(await must(api, 422, 'POST', '/v1/triggers', trigger)).toMatchObject({ errors: [{ field: 'hook' }] });
  });

  test('the format is not offered, and the names of trigger URLs are not given to hooks', async () => {
    const name = 'url-01jz0000000000000000000001';
    expect(await must(api, 422, 'POST', '/v1/hooks', { name: 'mine', registry: 'app-center' })).toMatchObject({ errors: [{ field: 'registry' }] });
    expect(await must(api, 422, 'POST', '/v1/hooks', { name, registry: 'alibaba-acr' })).toMatchObject({ errors: [{ field: 'name' }] });
    await api.ask('POST', '/v1/applications', { name: 'named', target: HTTP });
    const trigger = { name, repository: 'r.example/shop/web', application: 'named', registry: 'alibaba-acr' };
    expect(await must(api, 422, 'POST', '/v1/triggers', trigger)).toMatchObject({ errors: [{ field: 'name' }] });
    // Only what could be taken for one: this is a name like any other.
    await must(api, 201, 'POST', '/v1/hooks', { name: 'url-shortener', registry: 'alibaba-acr' });
  });

  test('an application or trigger cannot take the place of what stands for one in calls', async () => {
    for (const path of ['/v1/applications', '/v1/hooks', '/v1/triggers'])
      expect(record(await must(api, 422, 'POST', path, { name: '!web' })).errors).toContainEqual(expect.objectContaining({ field: 'name' }));
    expect(items(await must(api, 200, 'GET', '/v1/calls?trigger=!web'))).toEqual([]);
    for (const trigger of ['!', '!!web', '!We b'])
      expect(await must(api, 422, 'GET', `/v1/calls?trigger=${encodeURIComponent(trigger)}`)).toMatchObject({ errors: [{ field: 'trigger' }] });
  });
});

test('when the clock of this worker runs behind that of the one that made the application, the URL is not older than it', async () => {
  const late = await startApi((ports: ApiPorts) => ports);
  try {
    await must(late, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
    late.clock.now -= 50;
    const made = await must(late, 201, 'POST', at('web'));
    expect(await makeHookOf(late.tables)(String(made.id))).toMatchObject({ createdAt: START });
  } finally {
    await late.stop();
  }
});

describe('a call of a trigger URL', () => {
  const call = async (id: string, change: Partial<Call>): Promise<void> => {
    const base = {
      id,
      trigger: '!called',
      application: 'called',
      repository: 'r.example/shop/web',
      tag: 'v1',
      order: '1#x',
      receivedAt: START,
      decidedAt: START,
    };
    await api.calls.put({ ...base, hook: 'none', status: 'delivered', ...change });
  };
  const redelivered = async (id: string): Promise<Readonly<Record<string, unknown>>> => {
    const made = await must(api, 202, 'POST', `/v1/calls/${id}/redeliver`);
    return { ...made, open: (await api.states.get('called'))?.open[String(made.id)] };
  };

  test('is listed under what stands for its trigger, and is redelivered as what it was', async () => {
    await application('called');
    const [bare, kept] = [await create('called'), await create('called', { registryHost: 'r.example', hostAliases: ['vpc.example'] })];
    const [restart, guessed, known] = [ulid(START + 1), ulid(START + 2), ulid(START + 3)].map((each) => `${each}.!called`);
    await call(String(restart), { hook: String(bare.id), repository: '*', tag: '', action: 'redeploy' });
    await call(String(guessed), { hook: String(bare.id) });
    await call(String(known), { hook: String(kept.id), tag: '', digest: `sha256:${'a'.repeat(64)}` });
    expect(items(await must(api, 200, 'GET', '/v1/calls?trigger=!called')).map(({ id, action }) => [id, action])).toEqual([
      [known, undefined],
      [guessed, undefined],
      [restart, 'redeploy'],
    ]);
    expect(await must(api, 200, 'GET', `/v1/calls/${String(restart)}`)).toMatchObject({ trigger: '!called', action: 'redeploy', repository: '*', tag: '' });

    expect(await redelivered(String(restart))).toMatchObject({ action: 'redeploy', open: { repository: '*', restart: true, redelivery: true } });
    const again = await redelivered(String(guessed));
    expect(again).toMatchObject({ open: { hosts: ['*'], redelivery: true } });
    expect(again).not.toHaveProperty('action');
    expect(again.open).not.toHaveProperty('restart');
    expect(await redelivered(String(known))).toMatchObject({ open: { tag: '', hosts: ['r.example', 'vpc.example'] } });
  });
});
