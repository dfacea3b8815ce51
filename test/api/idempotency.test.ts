/** The same key with the same request: done once, answered twice. */
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApi } from '../../functions/api/app.ts';
import { idempotency } from '../../functions/api/idempotency.ts';
import type { ApiEnv } from '../../functions/api/operation.ts';
import { HTTP, must, record, START, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await must(api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
});
afterAll(() => api.stop());

const DAY = 86_400_000;
const post = (path: string, body: object, key: string) => api.ask('POST', path, body, { 'idempotency-key': key });
const hook = (name: string) => ({ name, registry: 'generic', registryHost: 'r.example' });

test('the first answer comes again: status, body with the URL that is shown once, location; and nothing is done again', async () => {
  const first = await post('/v1/hooks', hook('once'), '"key-1"');
  expect(first).toMatchObject({ status: 201, body: { url: expect.stringContaining('it_once_') } });
  const again = await post('/v1/hooks', hook('once'), '"key-1"');
  expect([again.status, again.body]).toEqual([first.status, first.body]);
  expect([again.headers.get('location'), again.headers.get('idempotency-replayed')]).toEqual(['/v1/hooks/once', 'true']);
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  // Quotes or none: it is one key.
  expect((await post('/v1/hooks', hook('once'), 'key-1')).body).toEqual(first.body);
  expect((await api.ports.hooks.get('once'))?.tokens).toHaveLength(1);
  expect(api.logged.map(({ fields }) => [fields.route, fields.status, fields.replayed]).slice(-3)).toEqual([
    ['/v1/hooks', 201, undefined],
    ['/v1/hooks', 201, true],
    ['/v1/hooks', 201, true],
  ]);
});

test('a wish is one call, however often it is sent', async () => {
  const sent = await Promise.all([1, 2, 3].map(() => post('/v1/applications/web/redeploy', {}, 'wish')));
  for (const { status } of sent) expect([202, 409]).toContain(status);
  const again = await post('/v1/applications/web/redeploy', {}, 'wish');
  expect(again.status).toBe(202);
  const { items } = record((await api.ask('GET', '/v1/calls?application=web')).body);
  expect(items).toMatchObject([{ id: record(again.body).id }]);
});

test('a release that is sent again does not end a hold of somebody since', async () => {
  let fails = true;
  const app = makeApi({ ...api.ports, send: async () => (fails ? Promise.reject(Object.assign(new Error(), { name: 'TimeoutError' })) : undefined) });
  const ask = (path: string, key: string) =>
    app.request(`/v1/applications/web/${path}`, { method: 'POST', body: '{}', headers: { 'idempotency-key': key } }, { requestId: 'r' });
  await must(api, 200, 'POST', '/v1/applications/web/hold', { why: 'the first' });
  api.clock.now = START + 1;
  expect((await ask('release', 'to-release')).status).toBe(503);
  expect((await api.states.get('web'))?.hold).toBeUndefined();
  api.clock.now = START + 2;
  await must(api, 200, 'POST', '/v1/applications/web/hold', { why: 'the second' });
  fails = false;
  expect((await ask('release', 'to-release')).status).toBe(200);
  expect((await api.states.get('web'))?.hold).toMatchObject({ why: 'the second' });
  expect((await ask('release', 'another')).status).toBe(200);
  expect((await api.states.get('web'))?.hold).toBeUndefined();
  api.clock.now = START;
});

describe('the key belongs to its request and its caller', () => {
  test('another body, path or query with it is refused', async () => {
    await post('/v1/hooks', hook('mine'), 'taken');
    for (const [path, body] of [
      ['/v1/hooks', hook('other')],
      ['/v1/triggers', hook('mine')],
      ['/v1/hooks?x=1', hook('mine')],
    ] as const)
      expect(await post(path, body, 'taken')).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    expect(await api.ports.hooks.get('other')).toBeUndefined();
  });

  test('another caller with the same key is somebody else', async () => {
    const ask = (caller: string, name: string) =>
      api.app.request('/v1/hooks', { method: 'POST', body: JSON.stringify(hook(name)), headers: { 'idempotency-key': 'shared' } }, { requestId: 'r', caller });
    expect((await ask('arn:alice', 'alice')).status).toBe(201);
    expect((await ask('arn:bob', 'bob')).status).toBe(201);
    expect((await ask('arn:bob', 'alice')).status).toBe(422);
  });

  test.each([['a b'], ['ü'], ['"'.repeat(2)], ['x'.repeat(256)], ['tab\tbed']])('%j is none', async (key) => {
    // What no header can carry never comes here.
    const given = /[^\x20-\xff]/.test(key) ? encodeURI(key).repeat(100) : key;
    expect(await post('/v1/hooks', hook('unmade'), given)).toMatchObject({ status: 400, body: { code: 'bad-idempotency-key' } });
  });

  test('255 characters are one', async () => {
    expect((await post('/v1/hooks', hook('long'), '~'.repeat(255))).status).toBe(201);
  });
});

describe('what is not answered yet', () => {
  test('the second waits while the first runs, and is told to ask again', async () => {
    let inside: TestApi['ask'] | undefined;
    let second: unknown;
    const app = makeApi({
      ...api.ports,
      send: async () => {
        // Once: the second request comes in the middle of the first one.
        const ask = inside;
        inside = undefined;
        second = await ask?.('POST', '/v1/applications/web/refresh', {}, { 'idempotency-key': 'slow' });
      },
    });
    inside = api.ask;
    const first = await app.request('/v1/applications/web/refresh', { method: 'POST', body: '{}', headers: { 'idempotency-key': 'slow' } }, { requestId: 'r' });
    expect(first.status).toBe(202);
    expect(second).toMatchObject({ status: 409, body: { code: 'still-running' } });
    expect(record(second).headers).toSatisfy((headers: Headers) => headers.get('retry-after') === '1');
  });

  test('one that died is gone on with after a minute', async () => {
    const began = await api.ports.answers.begin(api.ports.hashToken('\ndied'), 'x', START);
    expect(began).toMatchObject({ is: 'begun', again: false, at: START });
    expect(await api.ports.answers.begin(api.ports.hashToken('\ndied'), 'x', START + 59_999)).toEqual({ is: 'running' });
    expect(await api.ports.answers.begin(api.ports.hashToken('\ndied'), 'x', START + 60_000)).toMatchObject({
      is: 'begun',
      again: true,
      at: START,
      drawn: began.is === 'begun' && began.drawn,
    });
    // The first one wakes: what it did is not the answer any more.
    if (began.is === 'begun') await api.ports.answers.keep(api.ports.hashToken('\ndied'), began.run, 'late');
    expect(await api.ports.answers.begin(api.ports.hashToken('\ndied'), 'x', START + 60_001)).toEqual({ is: 'running' });
  });

  test('the store took the beginning and its answer was lost: it begins all the same', async () => {
    api.tables.loseAnswer('PutItem', 'IDEM#');
    expect((await post('/v1/hooks', hook('begun'), 'lost')).status).toBe(201);
    expect(api.tables.toLose).toEqual([]);
  });
});

describe('a refusal did nothing, so its key is not spent', () => {
  test('corrected, the request goes on with it', async () => {
    expect((await post('/v1/hooks', { name: 'mended' }, 'mend')).status).toBe(422);
    expect((await post('/v1/hooks', hook('mended'), 'mend')).status).toBe(201);
  });

  test('nor that of a failure of ours', async () => {
    let fails = true;
    const app = makeApi({ ...api.ports, send: async () => (fails ? Promise.reject(Object.assign(new Error(), { name: 'TimeoutError' })) : undefined) });
    const ask = () =>
      app.request('/v1/applications/web/refresh', { method: 'POST', body: '{}', headers: { 'idempotency-key': 'failing' } }, { requestId: 'r' });
    expect((await ask()).status).toBe(503);
    fails = false;
    expect((await ask()).status).toBe(202);
  });

  test('an answer that cannot be kept is answered all the same', async () => {
    api.logged.length = 0;
    const app = makeApi({ ...api.ports, answers: { ...api.ports.answers, keep: async () => Promise.reject(new TypeError('no')) } });
    const ask = await app.request(
      '/v1/hooks',
      { method: 'POST', body: JSON.stringify(hook('unkept')), headers: { 'idempotency-key': 'u' } },
      { requestId: 'r' },
    );
    expect(ask.status).toBe(201);
    expect(api.logged).toMatchObject([{ event: 'api.answer-unkept', fields: { error: 'TypeError' } }, { event: 'api.request' }]);
  });
});

test('an answer larger than an item is not kept, whatever it is written in', async () => {
  let done = 0;
  const app = new Hono<ApiEnv>();
  app.use(idempotency(api.ports));
  app.post('/large', (c) => {
    done += 1;
    return c.text('\u955c'.repeat(100_000));
  });
  const ask = async () => (await app.request('/large', { method: 'POST', headers: { 'idempotency-key': 'large' } }, { requestId: 'r' })).status;
  expect([await ask(), await ask(), done]).toEqual([200, 200, 2]);
});

test('after a day it is forgotten', async () => {
  await post('/v1/applications/web/hold', {}, 'daily');
  api.clock.now = START + DAY - 1_000;
  expect((await post('/v1/applications/web/hold', { why: 'other' }, 'daily')).status).toBe(422);
  api.clock.now = START + DAY;
  expect((await post('/v1/applications/web/hold', { why: 'other' }, 'daily')).status).toBe(200);
  api.clock.now = START;
});

test('the table holds neither token, key nor body in clear', async () => {
  const seen: string[] = [];
  api.tables.client.middlewareStack.add(
    (next) => async (args) => {
      seen.push(JSON.stringify(args.input));
      return next(args);
    },
    { step: 'initialize', name: 'seen' },
  );
  const { body } = await post('/v1/hooks', { ...hook('secret'), credential: { by: 'basic', user: 'u', password: 'canary-password' } }, 'canary-key');
  api.tables.client.middlewareStack.remove('seen');
  const token = String(record(body).url).split('/').at(-1) ?? '';
  expect(seen.some((text) => text.includes('IDEM#'))).toBe(true);
  for (const secret of [token, 'canary-key', 'canary-password']) expect(seen.join()).not.toContain(secret);
});

test('only POST has one', async () => {
  expect((await api.ask('GET', '/v1/hooks', undefined, { 'idempotency-key': 'not a key' })).status).toBe(200);
});
