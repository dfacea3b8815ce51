/** ETag, If-None-Match and If-Match: nobody overwrites what they have not seen. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApi } from '../../functions/api/app.ts';
import { HTTP, must, START, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await must(api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
  await must(api, 201, 'POST', '/v1/hooks', { name: 'hook', registry: 'generic', registryHost: 'r.example' });
  await must(api, 201, 'POST', '/v1/triggers', { name: 'trigger', hook: 'hook', repository: 'shop/web', application: 'web' });
  await must(api, 201, 'PUT', '/v1/applications/web/template', { text: 'kind: Deployment\n' });
});
afterAll(() => api.stop());

const etag = async (path: string): Promise<string> => (await api.ask('GET', path)).headers.get('etag') ?? '';
const change = (method: string, path: string, match: string, body: object | undefined = {}) => api.ask(method, path, body, { 'if-match': match });

const ALL = [
  ['hook', '/v1/hooks/hook', { repositories: ['shop/*'] }],
  ['trigger', '/v1/triggers/trigger', { rule: { mode: 'tags', tags: ['v1'] } }],
  ['application', '/v1/applications/web', { policy: { quietSeconds: 5 } }],
] as const;

describe.each(ALL)('a %s', (_, path, patch) => {
  test('has a strong ETag, and is not sent again to who has it', async () => {
    const tag = await etag(path);
    expect(tag).toMatch(/^"[0-9a-f]{32}\.[0-9a-f]{32}"$/);
    expect(await etag(path)).toBe(tag);
    for (const header of [tag, `W/${tag}`, `"other", ${tag}`, '*'])
      expect(await api.ask('GET', path, undefined, { 'if-none-match': header })).toMatchObject({ status: 304, body: undefined });
    const fresh = await api.ask('GET', path, undefined, { 'if-none-match': '"other"' });
    expect([fresh.status, fresh.headers.get('etag')]).toEqual([200, tag]);
  });

  test('is changed for what was seen, and not for what it was before', async () => {
    const seen = await etag(path);
    api.clock.now += 1_000;
    const changed = await change('PATCH', path, seen, patch);
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).toBe(`${(await etag(path)).split('.', 1)[0]}"`);
    for (const stale of [seen, '"other"', 'W/"weak"', 'nonsense', `W/${await etag(path)}`])
      expect(await change('PATCH', path, stale, patch)).toMatchObject({ status: 412, body: { code: 'precondition-failed' } });
    // By the ETag of the change itself, of several, or whatever it is.
    const own = changed.headers.get('etag') ?? '';
    for (const good of [own, `"other", ${await etag(path)}`, '*']) expect((await change('PATCH', path, good, {})).status).toBe(200);
  });

  test('is switched, and removed, for what was seen only', async () => {
    const seen = await etag(path);
    api.clock.now += 1_000;
    expect((await change('POST', `${path}/disable`, seen)).status).toBe(200);
    expect((await change('POST', `${path}/enable`, seen)).status).toBe(412);
    expect((await change('POST', `${path}/enable`, '*')).status).toBe(200);
    expect(await change('DELETE', `${path}${path.includes('applications') ? '?force=true' : ''}`, seen, undefined)).toMatchObject({
      status: path.includes('hooks') ? 409 : 412,
    });
  });
});

test('what is stored has one ETag, whatever comes of it meanwhile', async () => {
  const before = await etag('/v1/applications/web');
  await must(api, 200, 'POST', '/v1/applications/web/hold', {});
  const after = await etag('/v1/applications/web');
  expect(after).not.toBe(before);
  expect(after.split('.', 1)).toEqual(before.split('.', 1));
  expect((await change('PATCH', '/v1/applications/web', before)).status).toBe(200);
  await must(api, 200, 'POST', '/v1/applications/web/release', {});
});

test.each([
  ['/v1/applications', { target: HTTP, policy: { quietSeconds: 1 }, parameters: { b: '1', a: '2' } }],
  ['/v1/hooks', { registry: 'generic', registryHost: 'r.example', repositories: ['shop/*'], credential: { by: 'header', value: 'secret-of-it' } }],
  ['/v1/triggers', { hook: 'hook', repository: 'shop/fresh', application: 'web', rule: { mode: 'semver', range: '^1' } }],
])('%s: what was made has its ETag in the answer, so that it can be changed without reading it', async (path, body) => {
  const made = await api.ask('POST', path, { ...body, name: 'fresh' });
  const tag = made.headers.get('etag') ?? '';
  expect([made.status, `${(await etag(`${path}/fresh`)).split('.', 1)[0]}"`]).toEqual([201, tag]);
  expect((await change('PATCH', `${path}/fresh`, tag, { enabled: false })).status).toBe(200);
});

test('one of the same name that was made anew is another one', async () => {
  const body = { name: 'twice', registry: 'generic', registryHost: 'r.example' };
  await must(api, 201, 'POST', '/v1/hooks', body);
  const seen = await etag('/v1/hooks/twice');
  expect((await change('DELETE', '/v1/hooks/twice', seen, undefined)).status).toBe(200);
  await must(api, 201, 'POST', '/v1/hooks', body);
  expect((await change('DELETE', '/v1/hooks/twice', seen, undefined)).status).toBe(412);
});

test('of an application that is half deleted, nothing is completed under a condition', async () => {
  await must(api, 201, 'POST', '/v1/applications', { name: 'half', target: HTTP });
  await must(api, 200, 'DELETE', '/v1/applications/half');
  expect((await change('DELETE', '/v1/applications/half', '*', undefined)).status).toBe(412);
  await must(api, 200, 'DELETE', '/v1/applications/half');
});

test('a rotation too, so that two who rotate at once do not end each other’s URL', async () => {
  const seen = await etag('/v1/hooks/hook');
  api.clock.now += 1_000;
  expect((await change('POST', '/v1/hooks/hook/rotate', seen)).status).toBe(200);
  expect((await change('POST', '/v1/hooks/hook/rotate?keep=former', seen)).status).toBe(412);
});

test('a template: the version that was seen', async () => {
  const path = '/v1/applications/web/template';
  const seen = await etag(path);
  expect((await api.ask('GET', path, undefined, { 'if-none-match': seen })).status).toBe(304);
  const put = await change('PUT', path, seen, { text: 'kind: Service\n' });
  expect([put.status, put.headers.get('etag')]).toEqual([201, `${(await etag(path)).split('.', 1)[0]}"`]);
  expect(await change('PUT', path, seen, { text: 'kind: Job\n' })).toMatchObject({ status: 412, body: { code: 'precondition-failed' } });
  // What is there already need not be put: so a request whose answer was lost may be sent again.
  expect((await change('PUT', path, seen, { text: 'kind: Service\n' })).status).toBe(200);
  await must(api, 201, 'POST', '/v1/applications', { name: 'bare', target: HTTP });
  expect((await change('PUT', '/v1/applications/bare/template', '*', { text: 'kind: Job\n' })).status).toBe(412);
});

describe('somebody changes it between the reading and the write', () => {
  test('of a change: it fails, whatever the condition looked like at first', async () => {
    const seen = await etag('/v1/hooks/hook');
    const { change: original } = api.ports.hooks;
    const app = makeApi({
      ...api.ports,
      hooks: {
        ...api.ports.hooks,
        change: (name, alter) =>
          original(name, async (hook) => {
            const altered = await alter(hook);
            // Once: the condition held, and now it does not any more.
            if (meanwhile.splice(0).length > 0) await original(name, (found) => ({ ...found, updatedAt: START + 77 }));
            return altered;
          }),
      },
    });
    const meanwhile = [1];
    const answer = await app.request('/v1/hooks/hook', { method: 'PATCH', body: '{"enabled":false}', headers: { 'if-match': seen } }, { requestId: 'r' });
    expect(answer.status).toBe(412);
    expect(await api.ports.hooks.get('hook')).toMatchObject({ enabled: true, updatedAt: START + 77 });
  });

  test('of a removal: what it was asked about is not what is there, so it is asked again', async () => {
    await must(api, 201, 'POST', '/v1/applications', { name: 'doomed', target: HTTP });
    const seen: number[] = [];
    const removed = api.ports.applications.removeIf('doomed', async ({ updatedAt }) => {
      seen.push(updatedAt);
      if (seen.length === 1) await api.ports.applications.change('doomed', (found) => ({ ...found, updatedAt: 1 }));
      else throw new Error('it moved');
    });
    await expect(removed).rejects.toThrow('it moved');
    expect(seen).toEqual([api.clock.now, 1]);
    const busy = async (): Promise<void> => void (await api.ports.applications.change('doomed', (found) => ({ ...found, updatedAt: found.updatedAt + 1 })));
    expect(await api.ports.applications.removeIf('doomed', busy)).toBe('moved');
    expect(await api.ports.applications.removeIf('doomed', () => undefined)).toBe(true);
    expect(await api.ports.applications.removeIf('doomed', () => undefined)).toBe(false);
  });
});
