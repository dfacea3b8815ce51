import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApi } from '../../functions/api/app.ts';
import { applicationToItem } from '../../functions/store/definition-item.ts';
import { toItem } from '../../functions/store/dynamo.ts';
import { ALLOWED, ECS, HTTP, must, record, START, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

describe('making an application', () => {
  test('stores definition and state', async () => {
    const made = await must(api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP, policy: { quietSeconds: 3, atMostOnce: true } });
    expect(made).toEqual({
      name: 'web',
      enabled: true,
      target: HTTP,
      policy: { quietSeconds: 3, atMostOnce: true },
      createdAt: new Date(START).toISOString(),
      updatedAt: new Date(START).toISOString(),
    });
    const status = { sync: 'unknown', health: 'unknown', running: [], wanted: [], waiting: [], rejected: [] };
    expect(await must(api, 200, 'GET', '/v1/applications/web')).toEqual({ ...made, status });
    expect(await api.states.get('web')).toMatchObject({ application: 'web', open: {}, runs: {} });
    expect(await must(api, 409, 'POST', '/v1/applications', { name: 'web', target: HTTP })).toMatchObject({ code: 'name-taken' });
  });

  test('in a race one wins and nobody is left without a state', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map((quietSeconds) => api.ask('POST', '/v1/applications', { name: 'raced', target: HTTP, policy: { quietSeconds } })),
    );
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(1);
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect(await api.states.get('raced')).toBeDefined();
  });

  test('one that died before its state is completed by doing it again', async () => {
    const half = { name: 'half', enabled: true, target: HTTP, policy: {}, createdAt: 1, updatedAt: 1 };
    await api.tables.client.send(new PutItemCommand({ TableName: api.tables.definitions, Item: toItem(applicationToItem(half, 1)) }));
    expect(await must(api, 201, 'POST', '/v1/applications', { name: 'half', target: { ...HTTP, url: 'https://other.example' } })).toMatchObject({
      target: { url: 'https://other.example' },
    });
    expect(await api.states.get('half')).toBeDefined();
  });

  test.each([
    ['no target', { target: undefined }, 'target'],
    ['a target without kind', { target: { url: 'https://a.example' } }, 'target.kind'],
    ['a target that its kind refuses', { target: { kind: 'http' } }, 'target.url'],
    ['an unknown policy', { policy: { speed: 1 } }, 'policy.speed'],
    ['half a second', { policy: { quietSeconds: 0.5 } }, 'policy.quietSeconds'],
    ['too often', { policy: { maxPerHour: 101 } }, 'policy.maxPerHour'],
    ['an unknown field', { replicas: 2 }, 'replicas'],
    ['a name that is none', { name: '../web' }, 'name'],
  ])('%s is refused by its field', async (_, change, field) => {
    expect(await must(api, 422, 'POST', '/v1/applications', { name: 'refused', target: HTTP, ...change })).toMatchObject({
      code: 'invalid-fields',
      errors: [{ field }],
    });
    expect(await api.states.get('refused')).toBeUndefined();
  });

  test.each([
    ['a parameter of another name', { parameters: { 'a b': '1' } }, 'parameters'],
    ['too many parameters', { parameters: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`p${i}`, ''])) }, 'parameters'],
    ['a parameter that is a number', { parameters: { replicas: 3 } }, 'parameters.replicas'],
    ['a parameter that is too long', { parameters: { long: 'x'.repeat(4_097) } }, 'parameters.long'],
    ['a source without address', { source: {} }, 'source.git'],
    ['a source with a password', { source: { git: 'https://me:secret@git.example/app.git' } }, 'source.git'],
    ['a source with a token', { source: { git: 'https://secret@git.example/app.git' } }, 'source.git'],
    ['a source that is none', { source: { git: 'app' } }, 'source.git'],
    ['an unknown field of a source', { source: { git: 'https://git.example/app.git', branch: 'main' } }, 'source.branch'],
    ['a roll back that is no switch', { policy: { autoRollback: 'yes' } }, 'policy.autoRollback'],
  ])('%s is refused by its field', async (_, change, field) => {
    expect(await must(api, 422, 'POST', '/v1/applications', { name: 'refused', target: HTTP, ...change })).toMatchObject({ errors: [{ field }] });
    await api.ask('POST', '/v1/applications', { name: 'patched', target: HTTP });
    expect(await must(api, 422, 'PATCH', '/v1/applications/patched', change)).toMatchObject({ errors: [{ field }] });
  });

  test('parameters, source and switches are kept, changed one by one, and taken away by null', async () => {
    const given = {
      parameters: { replicas: '3', 'db.host': '' },
      source: { git: 'git@git.example:team/app.git', revision: 'main', path: 'deploy' },
      policy: { autoRollback: true, neverDown: true },
    };
    expect(await must(api, 201, 'POST', '/v1/applications', { name: 'parts', target: HTTP, ...given })).toMatchObject(given);
    const path = '/v1/applications/parts';
    expect(await must(api, 200, 'GET', path)).toMatchObject(given);
    const patch = { parameters: { replicas: null, zone: 'a' }, policy: { autoRollback: false, neverDown: null } };
    const changed = await must(api, 200, 'PATCH', path, patch);
    expect(changed).toMatchObject({ parameters: { 'db.host': '', zone: 'a' }, source: given.source });
    expect([changed.policy, Object.keys(record(changed.parameters))]).toEqual([{ autoRollback: false }, ['db.host', 'zone']]);
    const source = { git: 'ssh://git@git.example:22/app.git' };
    expect(record(await must(api, 200, 'PATCH', path, { source })).source).toEqual(source);
    expect(await must(api, 200, 'PATCH', path, { source: null })).not.toHaveProperty('source');
    const many = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`p${i}`, '']));
    expect(await must(api, 422, 'PATCH', path, { parameters: many })).toMatchObject({ errors: [{ field: 'parameters', why: expect.stringContaining('51') }] });
  });

  test('a template is kept exactly as it was given', async () => {
    const template = { image: '{{image}}', numbers: [1e300, -0.5, 1.2e19], deep: [[[[[[{ '': null }]]]]]], constructor: 'x' };
    await must(api, 201, 'POST', '/v1/applications', { name: 'template', target: { ...HTTP, template } });
    expect(record(await must(api, 200, 'GET', '/v1/applications/template')).target).toEqual({ ...HTTP, template });
  });
});

describe('a target that cannot be called as it stands is stored, and said to be one', () => {
  const hint = (answer: Readonly<Record<string, unknown>>): string => String(answer.hint);

  test.each([
    ['http://web.example/deploy', 'plain http to web.example', '--allow web.example:80'],
    ['http://localhost:3000/', 'plain http to localhost:3000', '--allow localhost:3000'],
    ['https://127.0.0.1/', 'a loopback address', '--allow 127.0.0.1:443'],
    ['https://0x7f.1:8443/', 'a loopback address', '--allow 127.0.0.1:8443'],
    ['https://10.1.2.3/', 'a private address', '--allow 10.1.2.3:443'],
    ['https://[fd00::1]/', 'a private address', '--allow [fd00::1]:443'],
  ])('%s', async (url, why, cure) => {
    const name = 'uncallable';
    const made = await must(api, 201, 'POST', '/v1/applications', { name, target: { kind: 'http', url } });
    expect(hint(made)).toContain(why);
    expect(hint(made)).toContain(cure);
    expect(await must(api, 200, 'PATCH', `/v1/applications/${name}`, { policy: { quietSeconds: 1 } })).toMatchObject({ hint: made.hint });
    expect(await must(api, 200, 'PATCH', `/v1/applications/${name}`, { target: HTTP })).not.toHaveProperty('hint');
    await must(api, 200, 'PATCH', `/v1/applications/${name}`, { target: { kind: 'http', url } });
    await must(api, 200, 'DELETE', `/v1/applications/${name}`);
    await api.removeState(name);
  });

  test('metadata: nothing can allow it', async () => {
    const url = 'https://169.254.169.254/latest/meta-data/';
    const made = await must(api, 201, 'POST', '/v1/applications', { name: 'metadata', target: { kind: 'http', url } });
    expect(hint(made)).toContain('link-local');
    expect(hint(made)).not.toContain('--allow');
  });

  test.each([{ kind: 'http', url: `http://${ALLOWED}/deploy` }, HTTP, ECS])('no hint for %j', async (target) => {
    await must(api, 201, 'POST', '/v1/applications', { name: 'callable', target });
    expect(await must(api, 200, 'PATCH', '/v1/applications/callable', { target })).not.toHaveProperty('hint');
    await must(api, 200, 'DELETE', '/v1/applications/callable');
    await api.removeState('callable');
  });
});

describe('changing an application', () => {
  test('policy field by field, the target as a whole; each change asks for a reconcile', async () => {
    await must(api, 201, 'POST', '/v1/applications', { name: 'changed', target: HTTP, policy: { quietSeconds: 3, maxPerHour: 5 } });
    api.sent.length = 0;
    expect(await must(api, 200, 'PATCH', '/v1/applications/changed', { policy: { quietSeconds: null, deadlineSeconds: 90 } })).toMatchObject({
      policy: { maxPerHour: 5, deadlineSeconds: 90 },
    });
    const target = { kind: 'http', url: 'https://new.example' };
    const changed = await must(api, 200, 'PATCH', '/v1/applications/changed', { target });
    expect(changed.target).toEqual(target);
    expect(changed.policy).toEqual({ maxPerHour: 5, deadlineSeconds: 90 });
    expect(await must(api, 200, 'POST', '/v1/applications/changed/disable')).toMatchObject({ enabled: false });
    expect(await must(api, 200, 'POST', '/v1/applications/changed/enable', {})).toMatchObject({ enabled: true });
    expect(api.sent).toEqual(['changed', 'changed', 'changed', 'changed']);
    await must(api, 422, 'PATCH', '/v1/applications/changed', { name: 'other' });
    await must(api, 422, 'POST', '/v1/applications/changed/enable', { now: true });
    await must(api, 404, 'PATCH', '/v1/applications/nobody', { enabled: true });
  });

  test.each([
    ['PATCH', '', { policy: { quietSeconds: 9 } }, { policy: { quietSeconds: 9 } }],
    ['PATCH', '', { target: { ...HTTP, url: 'https://next.example' } }, { target: { url: 'https://next.example' } }],
    ['POST', '/disable', undefined, { enabled: false }],
    ['POST', '/enable', undefined, { enabled: true }],
  ])('%s %s %j: the reconcile is asked for when the change can be read', async (method, path, body, expected) => {
    const name = `ordered-${method}${path.replace('/', '-')}-${JSON.stringify(body)?.length ?? 0}`.toLowerCase();
    await must(api, 201, 'POST', '/v1/applications', { name, target: HTTP, enabled: path !== '/enable' });
    let atSend: unknown;
    const look = async ([first = '']: readonly string[]): Promise<void> => {
      atSend = await api.ports.applications.get(first);
    };
    const watched = makeApi({ ...api.ports, send: look });
    const headers = { 'content-type': 'application/json' };
    const answer = await watched.request(`/v1/applications/${name}${path}`, { method, headers, body: JSON.stringify(body ?? {}) }, { requestId: 'r' });
    expect(answer.status).toBe(200);
    expect(atSend).toMatchObject({ name, ...expected });
  });

  test('the role that it needs, as a template', async () => {
    await must(api, 201, 'POST', '/v1/applications', { name: 'ecs', target: ECS });
    const grant = await must(api, 200, 'GET', '/v1/applications/ecs/grant');
    expect(grant).toMatchObject({
      application: 'ecs',
      needed: true,
      template: { Resources: { Role: { Properties: { RoleName: 'image-triggers-target-svc' } } } },
    });
    expect(JSON.stringify(grant.template)).toContain('"sts:ExternalId":"stack-id"');
    expect(await must(api, 200, 'GET', '/v1/applications/changed/grant')).toMatchObject({ needed: false, message: expect.stringContaining('needs no role') });
    await must(api, 404, 'GET', '/v1/applications/nobody/grant');
  });
});

describe('deleting an application', () => {
  test('is refused while triggers name it, unless forced', async () => {
    await must(api, 201, 'POST', '/v1/applications', { name: 'named', target: HTTP });
    await must(api, 201, 'POST', '/v1/triggers', { name: 'names', registry: 'generic', registryHost: 'r.example', repository: 'a/b', application: 'named' });
    expect(await must(api, 409, 'DELETE', '/v1/applications/named')).toMatchObject({ code: 'application-in-use', detail: expect.stringContaining('names') });
    await must(api, 422, 'DELETE', '/v1/applications/named?force=yes');
    expect(await must(api, 200, 'DELETE', '/v1/applications/named?force=true')).toMatchObject({ deleted: true, hint: expect.stringContaining('names') });
    await must(api, 404, 'GET', '/v1/applications/named');
    expect(await api.ports.triggers.get('names')).toBeDefined();
  });

  test('a trigger that the index still lists and that is gone, or names another one by now, is in nobody\u2019s way', async () => {
    for (const name of ['stale', 'other']) await must(api, 201, 'POST', '/v1/applications', { name, target: HTTP });
    await must(api, 201, 'POST', '/v1/hooks', { name: 'stale', registry: 'generic', registryHost: 'r.example' });
    for (const name of ['deleted', 'moved'])
      await must(api, 201, 'POST', '/v1/triggers', { name, hook: 'stale', repository: `a/${name}`, application: 'stale' });
    const listed = await api.ports.triggers.list({ where: { application: 'stale' }, limit: 10 });
    expect(listed.ok && listed.value.items).toHaveLength(2);
    const late = makeApi({ ...api.ports, triggers: { ...api.ports.triggers, list: async () => listed } });
    const remove = async (path: string) => (await late.request(path, { method: 'DELETE' }, { requestId: 'r' })).status;
    expect(await remove('/v1/applications/stale')).toBe(409);
    await must(api, 200, 'DELETE', '/v1/triggers/deleted');
    await must(api, 200, 'PATCH', '/v1/triggers/moved', { application: 'other' });
    expect(await remove('/v1/applications/stale')).toBe(200);
    expect(await remove('/v1/hooks/stale')).toBe(409);
    expect(await (await late.request('/v1/triggers/moved', { method: 'DELETE' }, { requestId: 'r' })).json()).toHaveProperty('hint');
    expect(await remove('/v1/hooks/stale')).toBe(200);
  });

  test('a deletion that died before it asked deploy is completed by doing it again', async () => {
    await must(api, 201, 'POST', '/v1/applications', { name: 'unsent', target: HTTP });
    await api.ports.applications.remove('unsent');
    api.sent.length = 0;
    expect(await must(api, 200, 'DELETE', '/v1/applications/unsent')).toMatchObject({ deleted: true });
    expect(api.sent).toEqual(['unsent']);
    await api.removeState('unsent');
    await must(api, 404, 'DELETE', '/v1/applications/unsent');
  });

  test('leaves its state to deploy, which is asked at once; the name is free when that is done', async () => {
    await must(api, 201, 'POST', '/v1/applications', { name: 'gone', target: HTTP });
    api.sent.length = 0;
    await must(api, 200, 'DELETE', '/v1/applications/gone');
    expect(api.sent).toEqual(['gone']);
    // So that `deploy` does not take it for one at rest, and the tick finds it should the message be lost.
    expect(await api.ports.states.get('gone')).toMatchObject({ deleted: true, dueAt: api.ports.now() });
    expect(await must(api, 409, 'POST', '/v1/applications', { name: 'gone', target: HTTP })).toMatchObject({ code: 'being-removed' });
    expect(api.sent).toEqual(['gone', 'gone']);
    await api.removeState('gone');
    await must(api, 201, 'POST', '/v1/applications', { name: 'gone', target: HTTP });
    await must(api, 404, 'DELETE', '/v1/applications/nobody');
  });
});
