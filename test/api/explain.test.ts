import { afterAll, beforeAll, expect, test } from 'vitest';
import { HTTP, items, must, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await must(api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
  await must(api, 201, 'POST', '/v1/applications', { name: 'off', target: HTTP, enabled: false });
  await must(api, 201, 'POST', '/v1/hooks', { name: 'hub', registry: 'generic', registryHost: 'r.example', hostAliases: ['vpc.example'] });
  await must(api, 201, 'POST', '/v1/hooks', { name: 'narrow', registry: 'generic', registryHost: 'r.example', repositories: ['team/*'], enabled: false });
  const make = (name: string, repository: string, rule: object, more: object = {}) =>
    must(api, 201, 'POST', '/v1/triggers', { name, hook: 'hub', repository, rule, application: 'web', ...more });
  await make('all', 'shop/web', { mode: 'all' });
  await make('release', 'shop/web', { mode: 'expression', expression: 'release-v.*' });
  await make('semver', 'shop/web', { mode: 'semver', range: '^1' }, { application: 'off' });
  await make('below', 'shop/*', { mode: 'tags', tags: ['latest'] }, { enabled: false });
  await make('narrow', 'team/app', { mode: 'all' }, { hook: 'narrow' });
});
afterAll(() => api.stop());

const explain = (image: string, hook?: string, query = '') => must(api, 200, 'POST', `/v1/explain${query}`, { image, hook });

test('every trigger of the repository with its decision, why, and what to do', async () => {
  const answer = await explain('r.example/shop/web:release-v3');
  expect(answer).toMatchObject({ image: 'r.example/shop/web:release-v3', repository: 'r.example/shop/web', tag: 'release-v3' });
  expect(answer.triggers).toEqual([
    {
      trigger: 'all',
      application: 'web',
      hook: 'hub',
      repository: 'r.example/shop/web',
      fires: true,
      sentence: 'The push fires this trigger.',
      cure: 'Nothing to do.',
      verdict: { would: 'deploy', sentence: 'It would be deployed now.', cure: 'Nothing to do.' },
    },
    expect.objectContaining({ trigger: 'release', fires: true, verdict: expect.objectContaining({ would: 'skip', reason: 'duplicate' }) }),
    expect.objectContaining({
      trigger: 'semver',
      fires: false,
      reason: 'not-a-version',
      cure: expect.stringContaining('1.4.2'),
      warnings: [expect.stringContaining('off is disabled')],
    }),
    expect.objectContaining({ trigger: 'below', repository: 'r.example/shop/*', fires: false, reason: 'trigger-disabled' }),
  ]);
  expect(answer).not.toHaveProperty('nearest');
  expect(items({ items: answer.triggers }).slice(2)).toEqual([
    expect.not.objectContaining({ verdict: expect.anything() }),
    expect.not.objectContaining({ verdict: expect.anything() }),
  ]);
});

test('through a hook: its names of the registry, and who hears another one', async () => {
  expect(await explain('vpc.example/shop/web:v1', 'hub')).toMatchObject({
    repository: 'r.example/shop/web',
    triggers: [{ trigger: 'all', fires: true }, {}, {}, {}],
  });
  expect((await explain('r.example/team/app:v1', 'hub')).triggers).toMatchObject([
    { trigger: 'narrow', fires: false, reason: 'other-hook', warnings: [expect.stringContaining('narrow is disabled')] },
  ]);
  expect(await explain('r.example/shop/web:v1', 'narrow')).toMatchObject({ triggers: [], ignored: expect.stringContaining('may not speak for') });
  expect(await explain('q.example/shop/web:v1', 'hub')).toMatchObject({ triggers: [], ignored: expect.stringContaining('speaks for') });
});

test('when no trigger names the repository, the nearest ones', async () => {
  expect(await explain('r.example/shop2/web:v1')).toMatchObject({
    triggers: [],
    hint: expect.stringContaining('no trigger names r.example/shop2/web'),
    nearest: [{ trigger: 'all', repository: 'r.example/shop/web', why: 'its path differs in one letter' }, { trigger: 'release' }, { trigger: 'semver' }],
  });
  expect((await explain('vpc.example/shop/web:v1')).nearest).toMatchObject([{ why: 'the same path on another host: r.example, not vpc.example' }, {}, {}]);
  expect((await explain('r.example/other/app:v1')).nearest).toMatchObject([{ trigger: 'narrow', why: 'the same last part of the path, below another one' }]);
  expect((await explain('r.example/nothing/alike:v1')).nearest).toEqual([]);
});

test('a path of which half is different is not near', async () => {
  await must(api, 201, 'POST', '/v1/triggers', { name: 'short', hook: 'hub', repository: 'a/b', rule: { mode: 'all' }, application: 'web' });
  expect(await explain('r.example/q/z:v1')).toMatchObject({ nearest: [], hint: 'no trigger names r.example/q/z: create one', next: ['POST /v1/triggers'] });
  expect((await explain('r.example/a/c:v1')).nearest).toMatchObject([{ trigger: 'short', why: 'its path differs in one letter' }]);
});

test('in 中文', async () => {
  expect(await explain('r.example/shop/web:v2', undefined, '?lang=zh')).toMatchObject({
    triggers: [{ sentence: '该推送会触发此触发器。' }, { sentence: '标签不符合该触发器的规则。' }, {}, {}],
  });
});

test.each([
  ['no tag', { image: 'r.example/shop/web' }, 'image'],
  ['only a digest', { image: `r.example/shop/web@sha256:${'a'.repeat(64)}` }, 'image'],
  ['a digest that is none', { image: 'r.example/shop/web:v1@sha256:abc' }, 'image'],
  ['a tag of 129 characters', { image: `r.example/shop/web:${'a'.repeat(129)}` }, 'image'],
  ['nothing', {}, 'image'],
  ['a hook that is not there', { image: 'r.example/shop/web:v1', hook: 'nobody' }, 'hook'],
])('%s is refused', async (_, body, field) => {
  expect(await must(api, 422, 'POST', '/v1/explain', body)).toMatchObject({ errors: [{ field }] });
});

test('a trigger whose hook may not speak for the repository any more is warned of', async () => {
  await must(api, 201, 'POST', '/v1/hooks', { name: 'narrowed', registry: 'generic', registryHost: 'r.example' });
  await must(api, 201, 'POST', '/v1/triggers', { name: 'left', hook: 'narrowed', repository: 'left/web', application: 'web' });
  await must(api, 200, 'PATCH', '/v1/hooks/narrowed', { repositories: ['team/*'] });
  expect((await explain('r.example/left/web:v1')).triggers).toMatchObject([
    { trigger: 'left', fires: true, warnings: [expect.stringContaining('add it to "repositories" of the hook')] },
  ]);
  const shown = (name: string) => must(api, 200, 'GET', `/v1/triggers/${name}`);
  expect(await shown('left')).toMatchObject({ warnings: [expect.stringContaining('add it to "repositories" of the hook')] });
  expect(await shown('semver')).toMatchObject({ warnings: [expect.stringContaining('off is disabled')] });
  expect(await shown('all')).not.toHaveProperty('warnings');
});

test.each([
  ['below one that it may speak for', ['team/*'], 'team/deep/*', false],
  ['around one that it may speak for', ['team/web'], 'team/*', false],
  ['of another team', ['team/*', 'Shop/web'], 'other/*', true],
])('of a pattern %s', async (what, repositories, repository, warned) => {
  const name = what.replaceAll(' ', '-');
  await must(api, 201, 'POST', '/v1/hooks', { name, registry: 'generic', registryHost: 'r.example', repositories });
  await must(api, 201, 'POST', '/v1/triggers', { name, hook: name, repository, application: 'web' });
  expect('warnings' in (await must(api, 200, 'GET', `/v1/triggers/${name}`))).toBe(warned);
});
