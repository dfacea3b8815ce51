/** A hook tried with a push as its sender would tell of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodePushes, encodePushes } from '../../functions/core/message.ts';
import { REGISTRY_NAMES } from '../../functions/registries/index.ts';
import { ECR_REGISTRY, HTTP, items, must, record, START, startApi, type TestApi } from './api.ts';

const HOST = 'registry.example.com';
const DIGEST = `sha256:${'c'.repeat(64)}`;
let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await must(api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
  await must(api, 201, 'POST', '/v1/hooks', { name: 'hub', registry: 'harbor', registryHost: HOST, repositories: ['shop/*'], access: 'public' });
  await must(api, 201, 'POST', '/v1/triggers', { name: 'all', hook: 'hub', repository: 'shop/web', application: 'web' });
  await must(api, 201, 'POST', '/v1/triggers', {
    name: 'stable',
    hook: 'hub',
    repository: 'shop/web',
    application: 'web',
    rule: { mode: 'tags', tags: ['stable'] },
  });
});
afterAll(() => api.stop());

const tried = (hook: string, body: object) => api.ask('POST', `/v1/hooks/${hook}/test`, body);
const sent = () => api.pushed.splice(0);

test('it goes into the queue as ingest would have put it, and says that it is a test', async () => {
  const answer = await tried('hub', { repository: 'shop/web', tag: 'v1', digest: DIGEST });
  expect(answer).toMatchObject({
    status: 202,
    body: {
      repository: `${HOST}/shop/web`,
      dry: false,
      test: true,
      triggers: [
        { trigger: 'all', fires: true },
        { trigger: 'stable', fires: false, reason: 'rule-not-matched' },
      ],
      next: ['GET /v1/hooks/hub/deliveries'],
    },
  });
  const [message] = sent();
  const { delivery } = record(answer.body);
  expect(message).toMatchObject({
    hook: 'hub',
    hosts: [HOST],
    access: 'public',
    deliveryId: delivery,
    receivedAt: START,
    pushes: [{ id: delivery, hook: 'hub', repository: `${HOST}/shop/web`, tag: 'v1', digest: DIGEST, source: 'test' }],
  });
  if (message === undefined) throw new Error('nothing was sent');
  expect(decodePushes(encodePushes(message)[0] ?? '')).toEqual(message);
});

test('dry, it only says what would happen', async () => {
  const answer = await tried('hub', { repository: `${HOST}/shop/web`, tag: 'stable', dry: true });
  expect(answer).toMatchObject({ status: 200, body: { dry: true, triggers: [{ fires: true }, { fires: true }], sample: { method: 'POST' } } });
  const { sample } = record(answer.body);
  expect(JSON.parse(String(record(sample).body))).toMatchObject({ type: 'PUSH_ARTIFACT' });
  expect(sent()).toEqual([]);
  expect(answer.body).not.toHaveProperty('delivery');
});

describe('nothing is sent', () => {
  test.each([
    ['what the hook may not speak for', { repository: 'team/api', tag: 'v1' }, 'may not speak for'],
    ['another registry', { repository: 'elsewhere.example.com/shop/web', tag: 'v1' }, 'speaks for'],
    ['a signature', { repository: 'shop/web', tag: `sha256-${'a'.repeat(64)}.sig` }, 'signature'],
  ])('and the answer says why, for %s', async (_what, body, why) => {
    expect(await tried('hub', body)).toMatchObject({ status: 200, body: { triggers: [], ignored: expect.stringContaining(why) } });
    expect(sent()).toEqual([]);
  });

  test.each([
    ['a tag that is none', { repository: 'shop/web', tag: '-x' }, 'tag'],
    ['a digest that is none', { repository: 'shop/web', tag: 'v1', digest: 'sha256:1' }, 'digest'],
    ['a repository that is none', { repository: 'shop//web', tag: 'v1' }, 'repository'],
    ['a field that there is not', { repository: 'shop/web', tag: 'v1', image: 'x' }, 'image'],
    ['no tag', { repository: 'shop/web' }, 'tag'],
  ])('%s is refused', async (_what, body, field) => {
    expect(await tried('hub', body)).toMatchObject({ status: 422, body: { code: 'invalid-fields', errors: [{ field }] } });
    expect(sent()).toEqual([]);
  });

  test('what the format cannot say is refused, with what it would have said', async () => {
    await must(api, 201, 'POST', '/v1/hooks', { name: 'hubs', registry: 'dockerhub' });
    expect(await tried('hubs', { repository: 'ghcr.io/shop/web', tag: 'v1' })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'repository', why: expect.stringContaining('docker.io/shop/web') }] },
    });
    expect(await tried('hubs', { repository: 'shop/web', tag: 'v1', dry: true })).toMatchObject({ status: 200, body: { repository: 'docker.io/shop/web' } });
  });

  test('a disabled hook is told, unless it is asked dry', async () => {
    await must(api, 200, 'POST', '/v1/hooks/hub/disable');
    expect(await tried('hub', { repository: 'shop/web', tag: 'v1' })).toMatchObject({
      status: 409,
      body: { code: 'hook-disabled', next: ['POST /v1/hooks/hub/enable'] },
    });
    expect(await tried('hub', { repository: 'shop/web', tag: 'v1', dry: true })).toMatchObject({
      status: 200,
      body: { triggers: [{ warnings: [expect.stringContaining('disabled')] }, {}] },
    });
    await must(api, 200, 'POST', '/v1/hooks/hub/enable');
    expect(sent()).toEqual([]);
  });

  test('a hook that is not there', async () => {
    expect(await tried('nobody', { repository: 'shop/web', tag: 'v1' })).toMatchObject({ status: 404, body: { code: 'unknown-name' } });
  });
});

test('the hook ecr can be tried too, as its rule hears it', async () => {
  expect(await tried('ecr', { repository: 'shop/web', tag: 'v1' })).toMatchObject({ status: 202, body: { repository: `${ECR_REGISTRY}/shop/web` } });
  expect(sent()).toMatchObject([{ hook: 'ecr', access: 'ecr', hosts: expect.arrayContaining([ECR_REGISTRY]), pushes: [{ source: 'test' }] }]);
  expect(await tried('ecr', { repository: 'other/web', tag: 'v1' })).toMatchObject({
    status: 200,
    body: { ignored: expect.stringContaining("-c 'ecr=shop/*,base,other/web'") },
  });
  expect(await api.ask('POST', '/v1/hooks/ecr/rotate')).toMatchObject({ status: 409 });
  const off = await startApi((ports) => ({ ...ports, ecr: { registry: ECR_REGISTRY } }));
  expect(await off.ask('POST', '/v1/hooks/ecr/test', { repository: 'shop/web', tag: 'v1' })).toMatchObject({ status: 409, body: { code: 'hook-disabled' } });
  await off.stop();
});

test('where nothing hears it, it says which trigger is near; a second factor is not tried, and it says so', async () => {
  await must(api, 201, 'POST', '/v1/hooks', { name: 'signed', registry: 'ghcr', credential: { by: 'hmac', secret: 'long-enough' } });
  const near = await tried('hub', { repository: 'shop/wep', tag: 'v1' });
  expect(near.body).toMatchObject({ nearest: [{ trigger: 'all' }, { trigger: 'stable' }], hint: expect.stringContaining('no trigger names') });
  await must(api, 201, 'POST', '/v1/triggers', { name: 'signed', hook: 'signed', repository: 'ghcr.io/shop/web', application: 'web' });
  expect((await tried('signed', { repository: 'shop/web', tag: 'v1' })).body).toMatchObject({ hint: expect.stringContaining('behind the verification') });
  sent();
});

test.each(REGISTRY_NAMES.filter((name) => name !== 'ecr'))('a hook of %s can be tried', async (registry) => {
  const name = `t-${registry}`;
  const made = await must(api, 201, 'POST', '/v1/hooks', {
    name,
    registry,
    ...(['dockerhub', 'ghcr', 'cloudsmith'].includes(registry) ? {} : { registryHost: HOST }),
  });
  expect(made.name).toBe(name);
  const answer = await tried(name, { repository: 'shop/web/api', tag: 'v1' });
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 202 });
  expect(sent()).toMatchObject([{ hook: name, pushes: [{ tag: 'v1', source: 'test' }] }]);
  expect(items((await api.ask('GET', `/v1/hooks/${name}/deliveries`)).body)).toEqual([]);
});
