import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TriggerDefinition } from '../../functions/core/definitions.ts';
import { hashToken, readToken } from '../../functions/hooks/token.ts';
import { triggerToItem } from '../../functions/store/definition-item.ts';
import { toItem } from '../../functions/store/dynamo.ts';
import { makeSweeps } from '../../functions/store/sweeps.ts';
import { HOST, HTTP, items, must, START, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const tokenIn = (url: unknown): string => String(url).replace('https://hooks.example/hooks/', '');

describe('making a hook', () => {
  test('shows its URL and a guide once, and keeps only a hash', async () => {
    const made = await must(api, 201, 'POST', '/v1/hooks', { name: 'acr', registry: 'alibaba-acr', registryHost: HOST.toUpperCase() });
    expect(readToken(tokenIn(made.url))).toMatchObject({ ok: true, value: { hook: 'acr' } });
    expect(made.guide).toContain(`Trigger URL: ${String(made.url)}`);
    expect(made).toMatchObject({ name: 'acr', registryHost: HOST, enabled: true, createdAt: new Date(START).toISOString() });
    expect(made.hostAliases).toContain(HOST.replace('-registry', '-registry-vpc'));
    const stored = await api.ports.hooks.get('acr');
    expect(stored?.tokens).toEqual([{ sha256: hashToken(tokenIn(made.url)), createdAt: START }]);
    const read = await must(api, 200, 'GET', '/v1/hooks/acr');
    expect(JSON.stringify(read)).not.toContain(tokenIn(made.url));
    expect(JSON.stringify(read)).not.toContain(String(stored?.tokens[0]?.sha256));
    expect(read.tokens).toEqual([{ createdAt: new Date(START).toISOString() }]);
  });

  test('a credential is kept as what verify compares, and never shown', async () => {
    const value = 'Bearer canary-value-1';
    const made = await must(api, 201, 'POST', '/v1/hooks', { name: 'ci', registry: 'generic', registryHost: 'r.example', credential: { by: 'header', value } });
    expect(made.credential).toEqual({ by: 'header', name: 'authorization', secrets: [{ createdAt: new Date(START).toISOString() }] });
    const hook = await api.ports.hooks.get('ci');
    expect(hook?.credential).toEqual({ by: 'header', name: 'authorization', values: [{ sha256: hashToken(value), createdAt: START }] });
    await must(api, 200, 'PATCH', '/v1/hooks/ci', { credential: { by: 'basic', user: 'ci', password: 'canary-password-2' } });
    const basic = await api.ports.hooks.get('ci');
    expect(basic?.credential).toEqual({ by: 'basic', values: [{ sha256: hashToken('ci:canary-password-2'), createdAt: START }] });
    const refused = await api.ask('PATCH', '/v1/hooks/ci', { credential: { by: 'header', value: 'canary3' } });
    expect(refused.status).toBe(422);
    const everything = JSON.stringify([made, refused.body, (await api.ask('GET', '/v1/hooks')).body, api.logged]);
    expect(everything).not.toContain('canary');
    expect(await must(api, 200, 'PATCH', '/v1/hooks/ci', { credential: null })).not.toHaveProperty('credential');
  });

  test('whether its registry may be asked is kept as it is given: a reference, and never a password', async () => {
    const auth = 'ssm:/image-triggers/registry';
    const made = await must(api, 201, 'POST', '/v1/hooks', { name: 'asked', registry: 'generic', registryHost: 'r.example', access: { auth } });
    expect(made.access).toEqual({ auth });
    expect((await api.ports.hooks.get('asked'))?.access).toEqual({ auth });
    expect(await must(api, 200, 'PATCH', '/v1/hooks/asked', { access: 'public' })).toMatchObject({ access: 'public' });
    expect(await must(api, 200, 'PATCH', '/v1/hooks/asked', { access: null })).not.toHaveProperty('access');
    const refused = await must(api, 422, 'PATCH', '/v1/hooks/asked', { access: { auth: 'canary-password' } });
    expect(JSON.stringify([refused, api.logged])).not.toContain('canary');
  });

  test('how often its registry is looked at, and what came of it, is shown', async () => {
    const made = await must(api, 201, 'POST', '/v1/hooks', { name: 'swept', registry: 'generic', registryHost: 'r.example', access: 'public' });
    expect(made.sweepMinutes).toBe(10);
    expect(await must(api, 200, 'PATCH', '/v1/hooks/swept', { sweepMinutes: 3 })).toMatchObject({ sweepMinutes: 3 });
    expect(await must(api, 200, 'GET', '/v1/hooks/swept')).not.toHaveProperty('sweep');
    await makeSweeps(api.tables, () => START).report('swept', { at: START, missed: 2, why: 'it answered 429' });
    const at = new Date(START).toISOString();
    expect(await must(api, 200, 'GET', '/v1/hooks/swept')).toMatchObject({ sweep: { lookedAt: at, missed: 2, missedAt: at, why: 'it answered 429' } });
    const closed = await must(api, 200, 'PATCH', '/v1/hooks/swept', { access: null });
    expect(closed).not.toHaveProperty('sweepMinutes');
    expect(await must(api, 422, 'PATCH', '/v1/hooks/swept', { sweepMinutes: 5 })).toMatchObject({ errors: [{ field: 'sweepMinutes' }] });
    await must(api, 422, 'PATCH', '/v1/hooks/swept', { access: 'public', sweepMinutes: 1_441 });
  });

  test('a password goes only to a registry that the hook names, also when its host is taken away', async () => {
    const auth = 'ssm:/image-triggers/registry';
    const anyHost = { registry: 'distribution', access: { auth } };
    expect(await must(api, 422, 'POST', '/v1/hooks', { name: 'any-host', ...anyHost })).toMatchObject({ errors: [{ field: 'access' }] });
    await must(api, 201, 'POST', '/v1/hooks', { name: 'one-host', ...anyHost, registryHost: 'r.example' });
    expect(await must(api, 422, 'PATCH', '/v1/hooks/one-host', { registryHost: null })).toMatchObject({ errors: [{ field: 'access' }] });
    await must(api, 200, 'PATCH', '/v1/hooks/one-host', { registryHost: null, access: 'public' });
  });

  test('Amazon ECR is asked by the role of the stack, where the registry is one of its own', async () => {
    const ecrHost = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
    for (const [name, hook] of Object.entries({ named: { registry: 'generic', registryHost: ecrHost }, posted: { registry: 'ecr' } }))
      expect(await must(api, 201, 'POST', '/v1/hooks', { name, ...hook, access: 'ecr' })).toMatchObject({ access: 'ecr', sweepMinutes: 10 });
    for (const hook of [{ registry: 'generic', registryHost: 'r.example' }, { registry: 'distribution' }])
      expect(await must(api, 422, 'POST', '/v1/hooks', { name: 'foreign', ...hook, access: 'ecr' })).toMatchObject({ errors: [{ field: 'access' }] });
    expect(await must(api, 422, 'PATCH', '/v1/hooks/named', { registryHost: 'r.example' })).toMatchObject({ errors: [{ field: 'access' }] });
  });

  test('after a pause its registry is looked at anew, and only after one', async () => {
    const sinceOf = async () => (await api.ports.hooks.get('paused'))?.sweptSince;
    await must(api, 201, 'POST', '/v1/hooks', { name: 'paused', registry: 'generic', registryHost: 'r.example', access: 'public' });
    await must(api, 200, 'POST', '/v1/hooks/paused/enable');
    await must(api, 200, 'POST', '/v1/hooks/paused/rotate');
    await must(api, 200, 'POST', '/v1/hooks/paused/disable');
    expect(await sinceOf()).toBeUndefined();
    await must(api, 200, 'POST', '/v1/hooks/paused/enable');
    expect(await sinceOf()).toBe(api.clock.now);
    expect(await must(api, 200, 'GET', '/v1/hooks/paused')).not.toHaveProperty('sweptSince');
    await must(api, 200, 'PATCH', '/v1/hooks/paused', { sweepMinutes: 0 });
    api.clock.now += 1_000;
    await must(api, 200, 'PATCH', '/v1/hooks/paused', { sweepMinutes: 5 });
    expect(await sinceOf()).toBe(api.clock.now);
    api.clock.now -= 1_000;
  });

  test.each([
    ['an unknown format', { registry: 'harbour' }, 'registry'],
    ['no host where the format needs one', { registry: 'generic' }, 'registryHost'],
    ['a URL for a host', { registry: 'generic', registryHost: 'https://r.example/' }, 'registryHost'],
    ['an alias that is no host', { registry: 'generic', registryHost: 'r.example', hostAliases: ['ok.example', 'a b'] }, 'hostAliases[1]'],
    ['a star inside a pattern', { registry: 'generic', registryHost: 'r.example', repositories: ['te*m/app'] }, 'repositories[0]'],
    ['a credential that the format cannot send', { registry: 'alibaba-acr', credential: { by: 'basic', user: 'u', password: 'long enough' } }, 'credential'],
    ['access that is neither public nor a reference', { registry: 'generic', registryHost: 'r.example', access: 'private' }, 'access'],
    ['a short secret', { registry: 'generic', registryHost: 'r.example', credential: { by: 'header', value: 'short' } }, 'credential.value'],
    ['an unknown field', { registry: 'alibaba-acr', secret: 'x' }, 'secret'],
    ['no name', { name: undefined, registry: 'alibaba-acr' }, 'name'],
    ['a name in upper case', { name: 'Web', registry: 'alibaba-acr' }, 'name'],
    ['a name of 64 characters', { name: 'a'.repeat(64), registry: 'alibaba-acr' }, 'name'],
  ])('%s is refused by its field', async (_, body, field) => {
    const answer = await must(api, 422, 'POST', '/v1/hooks', { name: 'refused', ...body });
    expect(answer).toMatchObject({ code: 'invalid-fields', errors: [{ field }] });
    expect(await api.ports.hooks.get('refused')).toBeUndefined();
  });

  test('a name that is taken is a conflict, also in a race', async () => {
    const body = { name: 'raced', registry: 'alibaba-acr' };
    const answers = await Promise.all([1, 2, 3].map(() => api.ask('POST', '/v1/hooks', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'name-taken',
      status: 409,
      type: 'urn:image-triggers:problem:name-taken',
    });
  });
});

describe('changing a hook', () => {
  describe('rotation', () => {
    const WEEK = 7 * 86_400_000;
    const at = (time: number): string => new Date(time).toISOString();
    const hashes = async (name: string) => (await api.ports.hooks.get(name))?.tokens;
    const rotate = (status: number, name: string, query = '') => must(api, status, 'POST', `/v1/hooks/${name}/rotate${query}`);
    const hashOf = (answer: Readonly<Record<string, unknown>>): string => hashToken(tokenIn(answer.url));
    const make = (name: string) => must(api, 201, 'POST', '/v1/hooks', { name, registry: 'alibaba-acr' });
    afterEach(() => {
      api.clock.now = START;
    });

    test('two URLs for seven days, the new one shown once', async () => {
      const made = await make('rotated');
      api.clock.now = START + 1_000;
      const second = await rotate(200, 'rotated');
      expect(second.previousValidUntil).toBe(at(START + 1_000 + WEEK));
      expect(second.url).not.toBe(made.url);
      expect(await hashes('rotated')).toEqual([
        { sha256: hashOf(second), createdAt: START + 1_000 },
        { sha256: hashOf(made), createdAt: START, expiresAt: START + 1_000 + WEEK },
      ]);
    });

    test('a second one is refused as long as the former URL is valid, and ends nothing', async () => {
      await make('twice');
      await rotate(200, 'twice');
      const before = await hashes('twice');
      api.clock.now = START + WEEK - 1;
      expect(await rotate(409, 'twice')).toMatchObject({ code: 'rotation-under-way', detail: expect.stringContaining(`valid until ${at(START + WEEK)}`) });
      expect(await hashes('twice')).toEqual(before);
      api.clock.now = START + WEEK;
      expect((await must(api, 200, 'GET', '/v1/hooks/twice')).tokens).toEqual([{ createdAt: at(START) }]);
      expect(await rotate(200, 'twice')).toMatchObject({ previousValidUntil: at(START + 2 * WEEK) });
    });

    test('keep=former: the newest was lost, so another takes its place, and the former keeps its end', async () => {
      const made = await make('lost');
      await rotate(200, 'lost');
      api.clock.now = START + 5_000;
      const third = await rotate(200, 'lost', '?keep=former');
      expect(third.previousValidUntil).toBe(at(START + WEEK));
      expect(await hashes('lost')).toEqual([
        { sha256: hashOf(third), createdAt: START + 5_000 },
        { sha256: hashOf(made), createdAt: START, expiresAt: START + WEEK },
      ]);
    });

    test('keep=newest: the newest is in use, so the former ends now; said twice it is the same', async () => {
      await make('used');
      const second = await rotate(200, 'used');
      api.clock.now = START + 5_000;
      for (const _ of ['once', 'twice']) {
        const answer = await rotate(200, 'used', '?keep=newest');
        expect(answer).toMatchObject({ name: 'used', tokens: [{ createdAt: at(START) }] });
        expect(answer).not.toHaveProperty('url');
        expect(await hashes('used')).toEqual([{ sha256: hashOf(second), createdAt: START }]);
      }
      expect(await rotate(200, 'used')).toMatchObject({ previousValidUntil: at(START + 5_000 + WEEK) });
    });

    test('with one valid URL there is nothing to choose: keep=former does not end it', async () => {
      const made = await make('single');
      const second = await rotate(200, 'single', '?keep=former');
      expect((await hashes('single'))?.map(({ sha256 }) => sha256)).toEqual([hashOf(second), hashOf(made)]);
      expect(await must(api, 422, 'POST', '/v1/hooks/single/rotate?keep=both')).toMatchObject({ errors: [{ field: 'keep' }] });
    });

    test('two without an end, as a creation that was completed leaves them: the older one gets its seven days', async () => {
      const tokens = [
        { sha256: hashToken('older'), createdAt: START - 2 },
        { sha256: hashToken('newer'), createdAt: START - 1 },
      ];
      await api.ports.hooks.create({ name: 'endless', registry: 'alibaba-acr', hostAliases: [], enabled: true, tokens, createdAt: START, updatedAt: START });
      expect(await rotate(409, 'endless')).toMatchObject({ detail: expect.stringContaining('without an end') });
      const third = await rotate(200, 'endless', '?keep=former');
      expect(await hashes('endless')).toEqual([
        { sha256: hashOf(third), createdAt: START },
        { sha256: hashToken('older'), createdAt: START - 2, expiresAt: START + WEEK },
      ]);
    });

    test('of several at once one wins', async () => {
      await make('at-once');
      const answers = await Promise.all([1, 2, 3].map(() => api.ask('POST', '/v1/hooks/at-once/rotate')));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    });
  });

  test('aliases follow the host, and what was given by hand stays', async () => {
    await must(api, 201, 'POST', '/v1/hooks', { name: 'aliases', registry: 'alibaba-acr', registryHost: HOST, hostAliases: ['mirror.example'] });
    const moved = await must(api, 200, 'PATCH', '/v1/hooks/aliases', { registryHost: 'registry.cn-hangzhou.aliyuncs.com' });
    expect(moved.hostAliases).toEqual(['mirror.example', 'registry-vpc.cn-hangzhou.aliyuncs.com', 'registry-internal.cn-hangzhou.aliyuncs.com']);
    expect(await must(api, 200, 'PATCH', '/v1/hooks/aliases', { registryHost: null })).not.toHaveProperty('registryHost');
  });

  test('disable and enable', async () => {
    await must(api, 201, 'POST', '/v1/hooks', { name: 'switched', registry: 'alibaba-acr' });
    expect(await must(api, 200, 'POST', '/v1/hooks/switched/disable')).toMatchObject({ enabled: false });
    expect((await api.ports.hooks.get('switched'))?.enabled).toBe(false);
    expect(await must(api, 200, 'POST', '/v1/hooks/switched/enable')).toMatchObject({ enabled: true });
  });

  test('a hook that triggers hear neither goes nor leaves their host, and says who they are', async () => {
    await must(api, 201, 'POST', '/v1/applications', { name: 'heard', target: HTTP });
    await must(api, 201, 'POST', '/v1/hooks', { name: 'heard', registry: 'generic', registryHost: 'r.example' });
    await must(api, 201, 'POST', '/v1/triggers', { name: 'hears', hook: 'heard', repository: 'a/b', application: 'heard' });
    expect(await must(api, 409, 'DELETE', '/v1/hooks/heard')).toMatchObject({ code: 'hook-in-use', detail: expect.stringContaining('hears') });
    expect(await must(api, 409, 'PATCH', '/v1/hooks/heard', { registryHost: 'other.example' })).toMatchObject({ code: 'hook-in-use' });
    await must(api, 200, 'DELETE', '/v1/triggers/hears');
    await must(api, 200, 'DELETE', '/v1/hooks/heard');
    await must(api, 404, 'GET', '/v1/hooks/heard');
  });

  test('its host can go only when no trigger waits for it, whatever names stay', async () => {
    await must(api, 201, 'POST', '/v1/applications', { name: 'hosted', target: HTTP });
    await must(api, 201, 'POST', '/v1/hooks', { name: 'hosted', registry: 'distribution', registryHost: 'r.example', hostAliases: ['vpc.example'] });
    await must(api, 201, 'POST', '/v1/triggers', { name: 'hosted', hook: 'hosted', repository: 'a/b', application: 'hosted' });
    const patch = (status: number, body: object) => must(api, status, 'PATCH', '/v1/hooks/hosted', body);
    expect(await patch(409, { registryHost: null })).toMatchObject({ code: 'hook-in-use', detail: expect.stringMatching(/vpc\.example.*: hosted;/) });
    expect(await patch(409, { registryHost: null, hostAliases: [] })).toMatchObject({ code: 'hook-in-use' });
    expect(await patch(409, { registryHost: 'vpc.example', hostAliases: ['r.example'] })).toMatchObject({ code: 'hook-in-use' });
    await patch(200, { registryHost: null, hostAliases: ['r.example', 'vpc.example'] });
    expect(await patch(409, { hostAliases: ['vpc.example'] })).toMatchObject({ code: 'hook-in-use' });
    await patch(200, { registryHost: 'r.example', hostAliases: [] });
  });

  test('every trigger that hears it is looked at, and the first ten are named', async () => {
    await must(api, 201, 'POST', '/v1/hooks', { name: 'crowd', registry: 'distribution' });
    const names = Array.from({ length: 112 }, (_, i) => `crowd-${String(i).padStart(3, '0')}`);
    const heard = (name: string, repository: string): TriggerDefinition => ({
      name,
      hook: 'crowd',
      repository,
      rule: { mode: 'all' },
      application: 'crowd',
      enabled: true,
      createdAt: START,
      updatedAt: START,
    });
    const put = (trigger: TriggerDefinition) =>
      api.tables.client.send(new PutItemCommand({ TableName: api.tables.definitions, Item: toItem(triggerToItem(trigger, 1)) }));
    // More than a page of the index lies before those that leave.
    await Promise.all(names.slice(0, 101).map((name) => put(heard(name, 'stays.example/many/app'))));
    for (const name of names.slice(101)) await api.ports.triggers.create(heard(name, 'leaves.example/many/app'), name);
    const { detail } = await must(api, 409, 'PATCH', '/v1/hooks/crowd', { registryHost: 'stays.example' });
    expect(detail).toContain(`${names.slice(101, 111).join(', ')} and more;`);
    for (const name of names.slice(101)) await api.ports.triggers.remove(name);
    await must(api, 200, 'PATCH', '/v1/hooks/crowd', { registryHost: 'stays.example' });
  });

  test.each(['GET', 'PATCH', 'DELETE'])('%s of a hook that is not there is 404 with its name', async (method) => {
    expect(await must(api, 404, method, '/v1/hooks/nobody', method === 'PATCH' ? {} : undefined)).toMatchObject({
      code: 'unknown-name',
      detail: 'no hook is named "nobody"',
    });
    expect((await api.ask(method, '/v1/hooks/No..Name', method === 'PATCH' ? {} : undefined)).status).toBe(404);
  });
});

test('lists page by cursor, refuse a foreign one, and take no unknown filter', async () => {
  const names: unknown[] = [];
  let path = '/v1/hooks?limit=2';
  for (;;) {
    const page = await must(api, 200, 'GET', path);
    names.push(...items(page).map(({ name }) => name));
    if (page.cursor === undefined) break;
    path = `/v1/hooks?limit=2&cursor=${String(page.cursor)}`;
  }
  // What nobody made stands after all others.
  expect(names.pop()).toBe('ecr');
  expect(names).toEqual([...names].sort());
  expect(names).toContain('acr');
  expect(new Set(names).size).toBe(names.length);
  const of = async (registry: string) => items(await must(api, 200, 'GET', `/v1/hooks?registry=${registry}`));
  expect((await of('alibaba-acr')).map(({ name }) => name)).toContain('acr');
  expect((await of('alibaba-acr')).filter(({ registry }) => registry !== 'alibaba-acr')).toEqual([]);
  expect((await of('ecr')).at(-1)).toMatchObject({ name: 'ecr' });
  expect(await of('quay')).toEqual([]);
  expect(await must(api, 422, 'GET', '/v1/hooks?registry=docker')).toMatchObject({
    errors: [{ field: 'registry', why: expect.stringContaining('dockerhub') }],
  });
  expect(await must(api, 422, 'GET', '/v1/hooks?cursor=abc')).toMatchObject({ errors: [{ field: 'cursor' }] });
  for (const query of ['limit=0', 'limit=101', 'limit=x', 'limit=1&limit=2', 'name=a']) await must(api, 422, 'GET', `/v1/hooks?${query}`);
});
