import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashToken } from '../../functions/hooks/token.ts';
import { HOST, HTTP, items, must, START, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await must(api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
  await must(api, 201, 'POST', '/v1/applications', { name: 'shop', target: HTTP });
  await must(api, 201, 'POST', '/v1/hooks', { name: 'hub', registry: 'generic', registryHost: 'r.example', hostAliases: ['vpc.r.example'] });
});
afterAll(() => api.stop());

describe('making a trigger', () => {
  test('with a hook of its own: the answer has the URL and the guide, this once', async () => {
    const rule = { mode: 'expression', expression: 'release-v.*' };
    const made = await must(api, 201, 'POST', '/v1/triggers', {
      name: 'release',
      registry: 'alibaba-acr',
      registryHost: HOST,
      repository: 'shop/web',
      rule,
      application: 'web',
    });
    expect(made).toMatchObject({ name: 'release', hook: 'release', repository: `${HOST}/shop/web`, rule, application: 'web', enabled: true });
    expect(made.url).toMatch(/^https:\/\/hooks\.example\/hooks\/it_release_/);
    expect(made.guide).toContain(`Trigger URL: ${String(made.url)}`);
    const read = await must(api, 200, 'GET', '/v1/triggers/release');
    expect(read).not.toHaveProperty('url');
    expect(await must(api, 200, 'GET', '/v1/hooks/release')).toMatchObject({ registry: 'alibaba-acr', registryHost: HOST });
    expect((await api.ports.triggersOf(`${HOST}/shop/web`)).map(({ name }) => name)).toEqual(['release']);
  });

  test('on a hook that exists: no URL, and where to get one', async () => {
    const made = await must(api, 201, 'POST', '/v1/triggers', { name: 'shared', hook: 'hub', repository: 'team/*', application: 'web' });
    expect(made).toMatchObject({ hook: 'hub', repository: 'r.example/team/*', rule: { mode: 'all' } });
    expect(made).not.toHaveProperty('url');
    expect(made).toMatchObject({ guide: [expect.stringContaining('hub')], next: ['POST /v1/hooks/hub/rotate'] });
  });

  test('another name of the registry is the same registry, as it is for pushes', async () => {
    const made = await must(api, 201, 'POST', '/v1/triggers', { name: 'alias', hook: 'hub', repository: 'vpc.r.example/team/app', application: 'web' });
    expect(made.repository).toBe('r.example/team/app');
  });

  test.each([
    ['dockerhub', 'shop/web', 'docker.io/shop/web'],
    ['dockerhub', 'redis', 'docker.io/library/redis'],
    ['ghcr', 'Acme/*', 'ghcr.io/acme/*'],
  ])('a path alone, heard from %s, is on the one registry that it speaks for: %s', async (registry, path, repository) => {
    const body = { name: `bare-${registry}-${path.length}`, registry, repository: path, application: 'web' };
    expect(await must(api, 201, 'POST', '/v1/triggers', body)).toMatchObject({ repository });
  });

  test('a path alone where nothing says which registry is refused, with the ways to say it', async () => {
    const answer = await must(api, 422, 'POST', '/v1/triggers', { name: 'bare', registry: 'harbor', repository: 'shop/web', application: 'web' });
    expect(answer).toMatchObject({ errors: [{ field: 'repository', why: expect.stringContaining('write host/path') }] });
  });

  const base = { name: 'refused', hook: 'hub', repository: 'team/app', application: 'web' };
  test.each([
    ['neither hook nor registry', { hook: undefined }, 'registry'],
    ['both', { registry: 'generic' }, 'registry'],
    ['a field of the hook', { registryHost: 'r.example' }, 'registryHost'],
    ['a hook that is not there', { hook: 'nobody' }, 'hook'],
    ['an application that is not there', { application: 'nobody' }, 'application'],
    ['a repository of another host', { repository: 'other.example/team/app' }, 'repository'],
    ['a repository with a tag', { repository: 'r.example/team/app:v1' }, 'repository'],
    ['a whole registry', { repository: 'r.example/*' }, 'repository'],
    ['no application', { application: undefined }, 'application'],
    ['no repository', { repository: '' }, 'repository'],
    ['an unknown field', { repo: 'team/app' }, 'repo'],
    ['an unknown mode', { rule: { mode: 'glob', glob: '*' } }, 'rule.mode'],
    ['a field of another mode', { rule: { mode: 'all', tags: ['v1'] } }, 'rule.tags'],
    ['an expression that cannot compile', { rule: { mode: 'expression', expression: '(' } }, 'rule'],
    ['look-around', { rule: { mode: 'expression', expression: '(?!rc)v.*' } }, 'rule'],
    ['a back-reference', { rule: { mode: 'expression', expression: '(a)\\1' } }, 'rule'],
    ['an exception that cannot compile', { rule: { mode: 'all', except: '[' } }, 'rule'],
    ['a tag of 129 characters', { rule: { mode: 'tags', tags: ['a'.repeat(129)] } }, 'rule'],
    ['no tags', { rule: { mode: 'tags', tags: [] } }, 'rule.tags'],
    ['101 tags', { rule: { mode: 'tags', tags: Array.from({ length: 101 }, (_, i) => `v${i}`) } }, 'rule.tags'],
    ['no version range', { rule: { mode: 'semver', range: 'newest' } }, 'rule'],
  ])('%s is refused by its field', async (_, change, field) => {
    const answer = await must(api, 422, 'POST', '/v1/triggers', { ...base, ...change });
    expect(answer).toMatchObject({ code: 'invalid-fields', errors: [{ field }] });
    expect(await api.ports.triggers.get('refused')).toBeUndefined();
  });

  test('expressions that hang a naive engine are taken, and decide at once', async () => {
    for (const [i, expression] of ['(a+)+$', '(.*)(.*)(.*)(.*)(.*)x$'].entries())
      await must(api, 201, 'POST', '/v1/triggers', { ...base, name: `evil-${i}`, repository: 'team/evil', rule: { mode: 'expression', expression } });
    const began = performance.now();
    const answer = await must(api, 200, 'POST', '/v1/explain', { image: `r.example/team/evil:${'a'.repeat(128)}` });
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(answer.triggers).toMatchObject([
      { trigger: 'evil-0', fires: true },
      { trigger: 'evil-1', fires: false },
      { trigger: 'shared', fires: true },
    ]);
  });

  test('a repository without a host needs a hook that has one', async () => {
    const body = { name: 'hostless', registry: 'distribution', repository: 'team/app', application: 'web' };
    expect(await must(api, 422, 'POST', '/v1/triggers', body)).toMatchObject({ errors: [{ field: 'repository' }] });
    expect(await api.ports.hooks.get('hostless')).toBeUndefined();
    expect(await must(api, 201, 'POST', '/v1/triggers', { ...body, repository: 'docker.io/redis' })).toMatchObject({ repository: 'docker.io/library/redis' });
  });

  test('a name is given once, also in a race, and the losers leave nothing behind', async () => {
    const body = { name: 'raced', registry: 'alibaba-acr', registryHost: HOST, repository: 'shop/raced', application: 'web' };
    const answers = await Promise.all([1, 2, 3, 4].map(() => api.ask('POST', '/v1/triggers', body)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(3);
    const won = answers.find(({ status }) => status === 201)?.body;
    const url = typeof won === 'object' && won !== null && 'url' in won ? String(won.url) : '';
    const hook = await api.ports.hooks.get('raced');
    expect(hook?.tokens.map(({ sha256 }) => sha256)).toContain(hashToken(url.replace('https://hooks.example/hooks/', '')));
    expect(hook?.tokens).toHaveLength(1);
    expect(await must(api, 409, 'POST', '/v1/triggers', body)).toMatchObject({ code: 'name-taken' });
  });

  test('a creation that died after its hook is completed by doing it again, and the URL that may be in use goes on working', async () => {
    const own = { registry: 'alibaba-acr', registryHost: HOST };
    await must(api, 201, 'POST', '/v1/hooks', { name: 'half', ...own });
    const before = (await api.ports.hooks.get('half'))?.tokens ?? [];
    const made = await must(api, 201, 'POST', '/v1/triggers', { name: 'half', ...own, repository: 'shop/half', application: 'web' });
    const after = (await api.ports.hooks.get('half'))?.tokens ?? [];
    expect(after).toHaveLength(2);
    expect(after[0]).toEqual(before[0]);
    expect(after[1]?.sha256).toBe(hashToken(String(made.url).replace('https://hooks.example/hooks/', '')));
  });

  test('a hook of the name that is another one is not touched', async () => {
    await must(api, 201, 'POST', '/v1/hooks', { name: 'other', registry: 'generic', registryHost: 'q.example' });
    const body = { name: 'other', registry: 'alibaba-acr', registryHost: HOST, repository: 'shop/other', application: 'web' };
    expect(await must(api, 409, 'POST', '/v1/triggers', body)).toMatchObject({
      code: 'name-taken',
      detail: expect.stringContaining('(hook other, and no registry)'),
    });
    expect((await api.ports.hooks.get('other'))?.tokens).toHaveLength(1);
    expect(await api.ports.triggers.get('other')).toBeUndefined();
  });

  test('the 101st trigger of a repository is refused, and its own hook with it', async () => {
    for (let i = 0; i < 100; i += 10)
      await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          must(api, 201, 'POST', '/v1/triggers', { name: `many-${i + n}`, hook: 'hub', repository: 'many/app', application: 'shop' }),
        ),
      );
    const answer = await must(api, 409, 'POST', '/v1/triggers', {
      name: 'many-100',
      registry: 'generic',
      registryHost: 'r.example',
      repository: 'many/app',
      application: 'shop',
    });
    expect(answer).toMatchObject({ code: 'too-many-triggers', detail: expect.stringContaining('r.example/many/app has 100 triggers') });
    expect(await api.ports.hooks.get('many-100')).toBeUndefined();
    expect(await api.ports.triggersOf('r.example/many/app')).toHaveLength(100);
    await must(api, 200, 'DELETE', '/v1/triggers/many-7');
    await must(api, 201, 'POST', '/v1/triggers', { name: 'many-100', hook: 'hub', repository: 'many/app', application: 'shop' });
  });
});

describe('changing and reading', () => {
  test('rule, application, hook and enabled can change; name and repository cannot', async () => {
    await must(api, 201, 'POST', '/v1/triggers', { name: 'changed', hook: 'hub', repository: 'changed/app', application: 'web' });
    api.clock.now = START + 5_000;
    const rule = { mode: 'semver', range: '^1.4', prereleases: true, except: '.*-old' };
    const changed = await must(api, 200, 'PATCH', '/v1/triggers/changed', { rule, application: 'shop', enabled: false });
    expect(changed).toMatchObject({
      rule,
      application: 'shop',
      enabled: false,
      repository: 'r.example/changed/app',
      updatedAt: new Date(START + 5_000).toISOString(),
    });
    expect((await api.ports.triggersOf('r.example/changed/app'))[0]).toMatchObject({ rule, application: 'shop', enabled: false });
    expect(await must(api, 200, 'POST', '/v1/triggers/changed/enable')).toMatchObject({ enabled: true });
    expect(await must(api, 200, 'POST', '/v1/triggers/changed/disable')).toMatchObject({ enabled: false });
    await must(api, 422, 'PATCH', '/v1/triggers/changed', { repository: 'a/b' });
    await must(api, 422, 'PATCH', '/v1/triggers/changed', { rule: { mode: 'expression', expression: '(' } });
    await must(api, 422, 'PATCH', '/v1/triggers/changed', { application: 'nobody' });
    await must(api, 201, 'POST', '/v1/hooks', { name: 'elsewhere', registry: 'generic', registryHost: 'q.example' });
    expect(await must(api, 422, 'PATCH', '/v1/triggers/changed', { hook: 'elsewhere' })).toMatchObject({
      errors: [{ field: expect.stringMatching(/hook|repository/) }],
    });
    api.clock.now = START;
  });

  test('deleting says when its hook is heard by nobody any more', async () => {
    await must(api, 201, 'POST', '/v1/triggers', { name: 'last', registry: 'alibaba-acr', registryHost: HOST, repository: 'shop/last', application: 'web' });
    expect(await must(api, 200, 'DELETE', '/v1/triggers/last')).toMatchObject({
      deleted: true,
      hint: expect.stringContaining('the hook last'),
      next: ['DELETE /v1/hooks/last'],
    });
    await must(api, 404, 'DELETE', '/v1/triggers/last');
    expect(await api.ports.triggersOf(`${HOST}/shop/last`)).toEqual([]);
    expect(await must(api, 200, 'DELETE', '/v1/triggers/alias')).not.toHaveProperty('hint');
  });

  test('lists can be narrowed to an application, a hook or a repository', async () => {
    const names = async (query: string) => items(await must(api, 200, 'GET', `/v1/triggers?${query}`)).map(({ name }) => name);
    expect(await names('hook=release')).toEqual(['release']);
    expect(await names('application=shop&hook=hub&limit=2')).toEqual(['changed', 'many-0']);
    expect(await names('application=nobody')).toEqual([]);
    const { repository: one } = await must(api, 200, 'GET', '/v1/triggers/release');
    expect(await names(`repository=${String(one)}&hook=release`)).toEqual(['release']);
    expect(await names(`repository=${HOST}/shop/none`)).toEqual([]);
    expect(await must(api, 422, 'GET', '/v1/triggers?repository=shop/*/web')).toMatchObject({ errors: [{ field: 'repository' }] });
    await must(api, 422, 'GET', '/v1/triggers?application=No');
  });
});
