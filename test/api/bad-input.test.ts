import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeLog } from '../../functions/runtime/log.ts';
import { HTTP, must, record, startApi, type TestApi } from './api.ts';

let api: TestApi;
/** Set by a test: what the store throws at the next read of an application. */
let broken: Error | undefined;
beforeAll(async () => {
  api = await startApi((ports) => ({
    ...ports,
    applications: { ...ports.applications, get: async (name) => (broken === undefined ? ports.applications.get(name) : Promise.reject(broken)) },
  }));
  await must(api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
});
afterAll(() => api.stop());

const post = (body: string, type = 'application/json') => api.ask('POST', '/v1/applications', body, { 'content-type': type });

describe('bodies', () => {
  test.each<[string, string, number, string]>([
    ['broken JSON', '{"name":', 400, 'not-json'],
    ['no JSON at all', 'name=web', 400, 'not-json'],
    ['100,000 levels', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 400, 'too-deep'],
    ['33 levels inside a target', `{"name":"a","target":{"kind":"http","template":${'['.repeat(33)}${']'.repeat(33)}}}`, 400, 'too-deep'],
    ['2 MiB', `"${'a'.repeat(2 * 1024 * 1024)}"`, 413, 'body-too-large'],
    ['a list', '[]', 422, 'invalid-fields'],
    ['a text', '"web"', 422, 'invalid-fields'],
    ['null', 'null', 422, 'invalid-fields'],
    ['nothing', '', 422, 'invalid-fields'],
  ])('%s', async (_, body, status, code) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, code, type: `urn:image-triggers:problem:${code}`, title: expect.any(String), detail: expect.any(String) });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(JSON.stringify(answer.body).length).toBeLessThan(2_000);
  });

  test('100,000 levels are too large before they are too deep', async () => {
    expect((await post(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).status).toBe(413);
  });

  test('another type than JSON is named, and a body that is JSON is taken whatever it calls itself', async () => {
    expect(await post('<a/>', 'text/xml')).toMatchObject({
      status: 415,
      body: { code: 'unsupported-media-type', detail: expect.stringContaining('text/xml') },
    });
    expect((await post(JSON.stringify({ name: 'curl', target: HTTP }), 'application/x-www-form-urlencoded')).status).toBe(201);
  });

  test('__proto__ is refused at any depth, and nothing is polluted', async () => {
    for (const body of [
      '{"__proto__":{"enabled":false},"name":"p","target":{"kind":"http","url":"https://a.example"}}',
      '{"name":"p","target":{"kind":"http","url":"https://a.example","template":{"a":[{"__proto__":{"x":1}}]}}}',
    ])
      expect(await post(body)).toMatchObject({ status: 422, body: { errors: [{ field: expect.stringContaining('__proto__') }] } });
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
    expect(await api.ports.applications.get('p')).toBeUndefined();
  });

  test('each wrong field is named, at most twenty, values cut', async () => {
    const answer = await post(
      JSON.stringify({
        name: 'X'.repeat(500),
        target: 5,
        policy: { quietSeconds: 'soon' },
        ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`extra${i}`, i])),
      }),
    );
    const { errors = [] } = answer.body as { errors?: { field: string; why: string }[] };
    expect(errors.map(({ field }) => field).slice(0, 4)).toEqual(['name', 'target', 'policy.quietSeconds', 'extra0']);
    expect(errors).toHaveLength(20);
    expect(errors[0]?.why.length).toBeLessThan(200);
  });
});

describe('routes', () => {
  test.each(['/v1/nothing', '/v1/hooks/a/b/c', '/v2/hooks', '/v1'])('%s is no route', async (path) => {
    const { status, body } = await api.ask('GET', path);
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'unknown-route' } });
    for (const route of ['/v1/hooks', '/v1/calls', '/v1/explain', '/v1/console', '/v1/schema.json', '/v1/openapi.json'])
      expect(record(body).detail).toContain(route);
  });

  test('no answer is kept by anybody between', async () => {
    for (const path of ['/v1/hooks', '/v1/hooks/nobody', '/v1/nothing']) expect((await api.ask('GET', path)).headers.get('cache-control')).toBe('no-store');
  });
});

describe('a store that fails', () => {
  const named = (name: string) => Object.assign(new Error('secret words of the inside'), { name });
  test.each([
    ['ProvisionedThroughputExceededException', 429, 'throttled', '1'],
    ['ThrottlingException', 429, 'throttled', '1'],
    ['TimeoutError', 503, 'store-unavailable', '1'],
    ['InternalServerError', 503, 'store-unavailable', '1'],
    ['TypeError', 500, 'internal', null],
  ])('%s is answered %d, and tells nothing of the inside', async (name, status, code, retry) => {
    broken = named(name);
    api.logged.length = 0;
    const answer = await api.ask('GET', '/v1/applications/web');
    broken = undefined;
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.headers.get('retry-after')).toBe(retry);
    expect(JSON.stringify(answer.body)).not.toContain('secret words');
    expect(api.logged).toMatchObject([{ event: 'api.request', fields: { status, code } }]);
  });
});

test('one log line a request, with the route and never the URL, a body or a token', async () => {
  api.logged.length = 0;
  const made = await must(api, 201, 'POST', '/v1/hooks', {
    name: 'logged',
    registry: 'generic',
    registryHost: 'r.example',
    credential: { by: 'header', value: 'canary-secret' },
  });
  await api.ask('GET', '/v1/hooks/logged?canary=1');
  expect(api.logged.map(({ event, fields }) => [event, fields.method, fields.route, fields.name, fields.status, fields.code, fields.request])).toEqual([
    ['api.request', 'POST', '/v1/hooks', undefined, 201, undefined, 'request-1'],
    ['api.request', 'GET', '/v1/hooks/:name', 'logged', 422, 'invalid-fields', 'request-1'],
  ]);
  const lines: string[] = [];
  const log = makeLog((line) => void lines.push(line));
  for (const { event, fields } of api.logged) log(event, Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)])));
  expect(lines.join()).not.toMatch(/canary|it_logged/);
  expect(String(made.url)).toMatch(/it_logged/);
});
