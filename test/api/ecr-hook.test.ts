/** The hook `ecr`, which is there without being made: triggers that hear it, and what cannot be done with it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ecrHosts } from '../../functions/core/ecr-host.ts';
import { makeSweeps } from '../../functions/store/sweeps.ts';
import { ECR_REGISTRY, HTTP, items, must, START, startApi, type TestApi } from './api.ts';

let api: TestApi;
let off: TestApi;
beforeAll(async () => {
  api = await startApi();
  off = await startApi((ports) => ({ ...ports, ecr: { registry: ECR_REGISTRY } }));
  for (const each of [api, off]) await must(each, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
});
afterAll(() => Promise.all([api.stop(), off.stop()]));

const OTHER = '210987654321.dkr.ecr.us-east-1.amazonaws.com';
const create = (on: TestApi, body: object) => must(on, 201, 'POST', '/v1/triggers', { application: 'web', ...body });

describe('a trigger with the registry ecr', () => {
  test('hears the hook, in the registry of the stack, and there is nothing to paste', async () => {
    const made = await create(api, { name: 'plain', registry: 'ecr', repository: 'shop/web' });
    expect(made).toMatchObject({ hook: 'ecr', repository: `${ECR_REGISTRY}/shop/web`, guide: [expect.stringContaining('Nothing to paste')] });
    for (const field of ['url', 'hint', 'next']) expect(made).not.toHaveProperty(field);
    expect((await api.ports.triggersOf(`${ECR_REGISTRY}/shop/web`)).map(({ name, hook }) => [name, hook])).toEqual([['plain', 'ecr']]);
    expect(await must(api, 404, 'GET', '/v1/hooks/plain')).toMatchObject({ code: 'unknown-name' });
  });

  test.each([
    ['its full name', `${ECR_REGISTRY}/shop/web`, `${ECR_REGISTRY}/shop/web`],
    ['a part of the registry', 'shop/*', `${ECR_REGISTRY}/shop/*`],
    ['a name of the dual stack', '123456789012.dkr-ecr.eu-central-1.on.aws/shop/web', `${ECR_REGISTRY}/shop/web`],
    ['a name of FIPS', '123456789012.dkr.ecr-fips.eu-central-1.amazonaws.com/shop/web', `${ECR_REGISTRY}/shop/web`],
    ['another account and region', `${OTHER}/shop/web`, `${OTHER}/shop/web`],
    ['a region of China', '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web', '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web'],
  ])('is known under the name of its pushes: %s', async (what, repository, expected) => {
    const made = await create(api, { name: what.replaceAll(' ', '-').toLowerCase(), registry: 'ecr', repository });
    expect(made.repository).toBe(expected);
  });

  test('by the name of the hook is the same', async () => {
    expect(await create(api, { name: 'by-hook', hook: 'ecr', repository: 'shop/web' })).toMatchObject({ hook: 'ecr', repository: `${ECR_REGISTRY}/shop/web` });
  });

  test('of another account says what has to be done there', async () => {
    const made = await create(api, { name: 'abroad', registry: 'ecr', repository: `${OTHER}/shop/web` });
    expect(made.guide).toEqual([expect.stringContaining('another account or region'), expect.stringContaining('default event bus')]);
  });

  test('that the rule does not hear says how it would', async () => {
    expect(await create(api, { name: 'unheard', registry: 'ecr', repository: 'team/app' })).toMatchObject({
      hint: expect.stringContaining("-c 'ecr=shop/*,base,team/app'"),
    });
    expect(await create(api, { name: 'too-wide', registry: 'ecr', repository: 'base/*' })).toMatchObject({ hint: expect.stringContaining('-c ecr=all') });
    expect(await create(off, { name: 'dark', registry: 'ecr', repository: 'shop/web' })).toMatchObject({
      hint: expect.stringMatching(/rule is off.* -c ecr=all /),
    });
  });

  test.each([
    ['a repository elsewhere', { registry: 'ecr', repository: 'ghcr.io/shop/web' }, 'repository'],
    ['a repository with a tag', { registry: 'ecr', repository: 'shop/web:v1' }, 'repository'],
    ['a whole registry', { registry: 'ecr', repository: `${ECR_REGISTRY}/*` }, 'repository'],
    ['a host of a hook', { registry: 'ecr', repository: 'shop/web', registryHost: ECR_REGISTRY }, 'registryHost'],
    ['a credential', { hook: 'ecr', repository: 'shop/web', credential: { by: 'header', value: 'long-enough' } }, 'credential'],
    ['both', { hook: 'ecr', registry: 'ecr', repository: 'shop/web' }, 'registry'],
    ['a name of a hook of its own that is taken', { name: 'ecr', registry: 'generic', registryHost: 'r.example', repository: 'shop/web' }, 'name'],
  ])('with %s is refused by its field', async (_, body, field) => {
    expect(await must(api, 422, 'POST', '/v1/triggers', { name: 'refused', application: 'web', ...body })).toMatchObject({ errors: [{ field }] });
    expect(await api.ports.triggers.get('refused')).toBeUndefined();
  });

  test('may hear a hook with a URL later, and back, and goes without touching the hook', async () => {
    await must(api, 201, 'POST', '/v1/hooks', { name: 'pasted', registry: 'generic', registryHost: ECR_REGISTRY });
    await create(api, { name: 'moving', registry: 'ecr', repository: 'shop/web' });
    expect(await must(api, 200, 'PATCH', '/v1/triggers/moving', { hook: 'pasted' })).toMatchObject({ hook: 'pasted' });
    expect(await must(api, 200, 'PATCH', '/v1/triggers/moving', { hook: 'ecr' })).toMatchObject({ hook: 'ecr' });
    expect(await must(api, 200, 'DELETE', '/v1/triggers/moving')).toEqual({ name: 'moving', deleted: true });
    await must(api, 201, 'POST', '/v1/hooks', { name: 'hub', registry: 'generic', registryHost: 'r.example' });
    await create(api, { name: 'elsewhere', hook: 'hub', repository: 'shop/web' });
    expect(await must(api, 422, 'PATCH', '/v1/triggers/elsewhere', { hook: 'ecr' })).toMatchObject({ errors: [{ field: 'repository' }] });
  });
});

describe('the hook ecr', () => {
  test('is shown, with whether its rule is on, and was never made', async () => {
    const shown = await must(api, 200, 'GET', '/v1/hooks/ecr');
    expect(shown).toEqual({
      name: 'ecr',
      registry: 'ecr',
      hostAliases: [],
      enabled: true,
      access: 'ecr',
      sweepMinutes: 10,
      tokens: [],
      repositories: ['shop/*', 'base'],
    });
    expect(await must(off, 200, 'GET', '/v1/hooks/ecr')).toMatchObject({ enabled: false });
    expect(await must(off, 200, 'GET', '/v1/hooks/ecr/deliveries')).toEqual({ items: [], hint: expect.stringContaining('-c ecr=all') });
  });

  test('shows what came of the looks at what its rule hears', async () => {
    await makeSweeps(api.tables, () => START).report('ecr', { at: START, missed: 1 });
    const at = new Date(START).toISOString();
    expect(await must(api, 200, 'GET', '/v1/hooks/ecr')).toMatchObject({ access: 'ecr', sweep: { lookedAt: at, missed: 1, missedAt: at } });
  });

  test.each([1, 2, 3, 100])('is the last of the list once, in pages of %i', async (limit) => {
    for (const name of ['a', 'b', 'c']) await off.ask('POST', '/v1/hooks', { name, registry: 'generic', registryHost: 'r.example' });
    const names: unknown[] = [];
    let cursor: unknown;
    do {
      const page = await must(off, 200, 'GET', `/v1/hooks?limit=${limit}${typeof cursor === 'string' ? `&cursor=${cursor}` : ''}`);
      expect(items(page).length).toBeLessThanOrEqual(limit);
      names.push(...items(page).map(({ name }) => name));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(names).toEqual(['a', 'b', 'c', 'ecr']);
  });

  test.each([
    ['PATCH', '/v1/hooks/ecr', { enabled: false }],
    ['POST', '/v1/hooks/ecr/disable', undefined],
    ['POST', '/v1/hooks/ecr/enable', undefined],
    ['POST', '/v1/hooks/ecr/rotate', undefined],
    ['DELETE', '/v1/hooks/ecr', undefined],
  ])('cannot be changed: %s %s', async (method, path, body) => {
    expect(await must(off, 409, method, path, body)).toMatchObject({ code: 'built-in-hook', detail: expect.stringContaining('-c ecr=all') });
  });

  test('gives its name to no other hook; one of the format has a name of its own', async () => {
    expect(await must(api, 422, 'POST', '/v1/hooks', { name: 'ecr', registry: 'generic', registryHost: 'r.example' })).toMatchObject({
      errors: [{ field: 'name', why: expect.stringContaining('EventBridge rule of the stack') }],
    });
    await must(api, 201, 'POST', '/v1/hooks', { name: 'ecr2', registry: 'generic', registryHost: 'r.example' });
  });

  test('tells a wish by tag that ECR may be asked, and under which names a target may know the image', async () => {
    await must(api, 201, 'POST', '/v1/applications', { name: 'wished', target: HTTP });
    await create(api, { name: 'wished', registry: 'ecr', repository: 'shop/web', application: 'wished' });
    await must(api, 202, 'POST', '/v1/applications/wished/deploy', { image: `${ECR_REGISTRY}/shop/web:v1` });
    const open = Object.values((await api.states.get('wished'))?.open ?? {});
    expect(open).toMatchObject([{ tag: 'v1', access: 'ecr', hosts: ecrHosts(ECR_REGISTRY) }]);
  });

  test('is one that explain knows', async () => {
    const asked = { image: `${ECR_REGISTRY}/base:v1` };
    await create(api, { name: 'explained', registry: 'ecr', repository: 'base' });
    await create(off, { name: 'explained', registry: 'ecr', repository: 'base' });
    for (const body of [asked, { ...asked, hook: 'ecr' }]) {
      const { triggers } = await must(api, 200, 'POST', '/v1/explain', body);
      expect(triggers).toMatchObject([{ trigger: 'explained', fires: true }]);
      expect(JSON.stringify(triggers)).not.toContain('warnings');
    }
    const { triggers } = await must(off, 200, 'POST', '/v1/explain', asked);
    expect(triggers).toMatchObject([{ trigger: 'explained', warnings: [expect.stringContaining('hook ecr is disabled')] }]);
  });

  test('says to explain and to a test what its rule does not hear, and how it would', async () => {
    const image = `${ECR_REGISTRY}/dark/web:v1`;
    const cure = expect.stringContaining("-c 'ecr=shop/*,base,dark/web'");
    await create(api, { name: 'dark', registry: 'ecr', repository: 'dark/web' });
    const { triggers } = await must(api, 200, 'POST', '/v1/explain', { image });
    expect(triggers).toMatchObject([{ trigger: 'dark', fires: true, warnings: [cure] }]);
    expect(await must(api, 200, 'POST', '/v1/explain', { image, hook: 'ecr' })).toMatchObject({ triggers: [], ignored: cure });
    const body = { repository: 'dark/web', tag: 'v1', dry: true };
    expect(await must(api, 200, 'POST', '/v1/hooks/ecr/test', body)).toMatchObject({ triggers: [], ignored: cure });
  });
});
