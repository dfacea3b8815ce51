/** Guides over the API: for each format, with and without the URL, by the credential of the hook; never with a secret in them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRegistry, REGISTRY_NAMES } from '../../functions/registries/index.ts';
import { must, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const make = (name: string, registry: string, more: object = {}) => must(api, 201, 'POST', '/v1/hooks', { name, registry, registryHost: 'r.example', ...more });
const guide = async (name: string): Promise<string> => String((await must(api, 200, 'GET', `/v1/hooks/${name}/guide`)).guide).replaceAll(',', '\n');
const CREDENTIALS = {
  hmac: { by: 'hmac', secret: 'canary-secret' },
  header: { by: 'header', value: 'canary-value' },
  basic: { by: 'basic', user: 'canary-user', password: 'canary-password' },
  oidc: { by: 'oidc', audience: 'https://hooks.example', email: 'push@project.iam.gserviceaccount.com' },
} as const;

describe.each(REGISTRY_NAMES)('%s', (registry) => {
  test('the guide of the created hook is the one told later, but for the URL', async () => {
    const name = `one-${registry}`;
    const made = await make(name, registry);
    const url = String(made.url);
    expect(String(made.guide)).toContain(url);
    const later = await must(api, 200, 'GET', `/v1/hooks/${name}/guide`);
    expect(later).toMatchObject({ name, registry, hint: expect.stringContaining('second one'), next: [`POST /v1/hooks/${name}/rotate`] });
    expect(JSON.stringify(later)).not.toContain('it_');
    expect(JSON.stringify(later.guide).replaceAll('https://hooks.example/hooks/<THE TOKEN>', url)).toBe(JSON.stringify(made.guide));
  });

  test('each credential that it can send changes what is to be set, and is named by no secret', async () => {
    const without = await guide(`one-${registry}`);
    for (const { by } of (await loadRegistry(registry)).proofs) {
      const name = `${by}-${registry}`;
      if ((await api.ports.hooks.get(name)) !== undefined) continue;
      const made = await make(name, registry, { credential: CREDENTIALS[by] });
      const told = await guide(name);
      expect(told).not.toBe(without);
      expect(told).not.toMatch(/asks for no |canary/);
      expect(JSON.stringify(made.guide)).not.toContain('canary');
    }
  });
});

test('a header of another name is told by that name', async () => {
  await make('named', 'distribution', { credential: { by: 'header', name: 'x-registry-token', value: 'canary-value' } });
  expect(await guide('named')).toContain('headers: {X-Registry-Token: ["VALUE"]}');
});

test('a header that the sender cannot set is told as such', async () => {
  await make('cannot', 'harbor', { credential: { by: 'header', name: 'x-token', value: 'canary-value' } });
  expect(await guide('cannot')).toContain('Harbor can send none but Authorization');
});

test('audience and e-mail stand in the command, quoted', async () => {
  await make('quoted', 'google', { credential: { ...CREDENTIALS.oidc, audience: "it's; rm -rf /" } });
  expect(await guide('quoted')).toContain(`--push-auth-token-audience='it'\\''s; rm -rf /'`);
});

test("the registry's host stands where its own API is called", async () => {
  await make('hosted', 'harbor', { registryHost: 'harbor.example:8443' });
  expect(await guide('hosted')).toContain('https://harbor.example:8443/api/v2.0/projects/');
  await make('azure', 'azure-acr', { registryHost: 'shopimages.azurecr.io' });
  expect(await guide('azure')).toContain('--registry shopimages ');
});

test('the hook ecr needs nothing pasted', async () => {
  expect(await must(api, 200, 'GET', '/v1/hooks/ecr/guide')).toMatchObject({
    guide: [expect.stringContaining('Nothing to paste')],
    hint: expect.stringContaining('shop/*'),
  });
});

test('of nobody, and with a query, it is refused', async () => {
  expect(await must(api, 404, 'GET', '/v1/hooks/nobody/guide')).toMatchObject({ code: 'unknown-name' });
  await must(api, 422, 'GET', '/v1/hooks/named/guide?rotate=true');
});

test('an address that ACR cannot call is warned of without the URL, too', async () => {
  const inside = await startApi((ports) => ({ ...ports, webhookBaseUrl: 'http://127.0.0.1:4700' }));
  await must(inside, 201, 'POST', '/v1/hooks', { name: 'acr', registry: 'alibaba-acr' });
  expect((await must(inside, 200, 'GET', '/v1/hooks/acr/guide')).guide).toContainEqual(expect.stringContaining('ACR cannot call this URL: only this machine'));
  await inside.stop();
});
