/** What people ask for, from the request to what `deploy` makes of it and to what the API then tells. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Run } from '../../functions/core/application.ts';
import type { Call } from '../../functions/core/call.ts';
import type { Outcome } from '../../functions/core/outcome.ts';
import { parsed } from '../../functions/core/parsed.ts';
import type { DeployPorts } from '../../functions/deploy/ports.ts';
import { reconcile } from '../../functions/deploy/reconcile.ts';
import { makeApplicationOf } from '../../functions/store/application-of.ts';
import { makeRemainsRemoval } from '../../functions/store/state-removal.ts';
import type { BoundTarget, Running, Wish } from '../../functions/targets/target.ts';
import { HTTP, items, must, record, START, startApi, type TestApi } from './api.ts';

const REPOSITORY = 'r.example/shop/web';
const digestOf = (letter: string): string => `sha256:${letter.repeat(64)}`;
const [BLUE, GREEN, RED] = [digestOf('b'), digestOf('9'), digestOf('d')];

let api: TestApi;
let n = 0;
let name = '';
let told: { readonly wish: Wish; readonly key: string }[] = [];
let answer: Outcome;
const NOBODY: DeployPorts['registry'] = () => Promise.reject(new Error('no registry here'));
let registry = NOBODY;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  n += 1;
  name = `app-${n}`;
  told = [];
  answer = { is: 'applied', handle: 'h' };
  registry = NOBODY;
  api.clock.now += 60_000;
  await must(api, 201, 'POST', '/v1/applications', { name, target: HTTP });
});

const SEEN: Running = { is: 'seen', running: false, settled: true, handle: 'h', state: undefined, containers: ['web = r.example/shop/web:old'] };
let reading: Running = SEEN;
const target: BoundTarget = {
  sight: 'readable',
  takesTemplates: false,
  read: async () => reading,
  apply: async (wish, _seen, io) => {
    told.push({ wish, key: io.idempotencyKey });
    return answer;
  },
  observe: async () => ({ is: 'healthy', commit: { revision: 'abc123', source: 'https://git.example/web' } }),
};

const ports = (): DeployPorts => ({
  states: { ...api.states, remove: api.removeState, removeRemains: makeRemainsRemoval(api.tables) },
  application: makeApplicationOf(api.tables),
  calls: api.calls,
  lower: async () => () => 'no',
  reject: async (application, reject) => void (await api.ports.rejects.add(application, reject)),
  templates: api.ports.templates,
  target: async () => parsed(target),
  io: (idempotencyKey) => ({
    request: () => Promise.reject(new Error('no requests here')),
    secret: () => Promise.reject(new Error('no secrets here')),
    signal: new AbortController().signal,
    idempotencyKey,
    externalId: 'x',
    now: () => api.clock.now,
  }),
  registry,
  send: async () => {},
  now: () => api.clock.now,
  random: () => 0,
  log: () => {},
});

/** As deploy would: again and again, with time going on, until nothing is due any more. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i += 1) {
    await reconcile(name, { count: 1, last: false }, ports());
    const due = (await api.states.get(name))?.dueAt;
    if (due === undefined) return;
    api.clock.now = Math.max(api.clock.now, due);
  }
};

const push = async (tag: string, digest: string): Promise<string> => {
  api.clock.now += 1_000;
  const id = api.ports.newUlid(api.clock.now);
  const call: Call = {
    id: `${id}.release`,
    trigger: 'release',
    application: name,
    hook: 'hub',
    repository: REPOSITORY,
    tag,
    digest,
    order: `${api.clock.now}#${id}`,
    status: 'queued',
    receivedAt: api.clock.now,
    decidedAt: api.clock.now,
  };
  await api.calls.put(call);
  const { order, receivedAt } = call;
  await api.states.open(name, { callId: call.id, order, repository: REPOSITORY, tag, digest, receivedAt, hosts: [] });
  return call.id;
};
const callOf = (id: string) => must(api, 200, 'GET', `/v1/calls/${id}`);
const status = async () => record((await must(api, 200, 'GET', `/v1/applications/${name}`)).status);
const ask = (action: string, body: object = {}, expected = 202) => must(api, expected, 'POST', `/v1/applications/${name}/${action}`, body);

describe('what runs, and how to get back', () => {
  test('a rollout that went well is told with its commit, and since when', async () => {
    const id = await push('green', GREEN);
    await settle();
    expect(await status()).toMatchObject({
      sync: 'synced',
      health: 'healthy',
      running: [{ repository: REPOSITORY, image: `${REPOSITORY}:green@${GREEN}`, call: id, healthy: true, commit: { revision: 'abc123' } }],
      waiting: [],
    });
    expect(await callOf(id)).toMatchObject({ status: 'succeeded', commit: { source: 'https://git.example/web' }, detail: 'healthy after 5 s' });
  });

  test('rollback: what ran before runs again and is pinned; newer pushes wait; released, the newest runs', async () => {
    const blue = await push('blue', BLUE);
    await settle();
    const green = await push('green', GREEN);
    await settle();
    const { id, hint, action } = await ask('rollback', { why: 'green is broken' });
    expect({ hint, action }).toEqual({ hint: `${name} is on hold from now on: newer pushes wait until it is released`, action: 'rollback' });
    await settle();
    expect(told.map(({ wish }) => ('set' in wish ? wish.set[0]?.image.digest : undefined))).toEqual([BLUE, GREEN, BLUE]);
    expect(await callOf(String(id))).toMatchObject({ status: 'succeeded', tag: 'blue', digest: BLUE, why: 'green is broken', trigger: `!${name}` });
    expect(await status()).toMatchObject({
      hold: { why: 'green is broken', call: id, pinned: { image: `${REPOSITORY}:blue@${BLUE}` } },
      running: [{ image: `${REPOSITORY}:blue@${BLUE}` }],
    });

    const late = await push('green', GREEN);
    const red = await push('red', RED);
    const again = await must(api, 202, 'POST', `/v1/calls/${green}/redeliver`);
    expect(again).toMatchObject({
      hint: expect.stringContaining('rolled-back'),
      next: [`POST /v1/applications/${name}/deploy`, `POST /v1/applications/${name}/rollback`],
    });
    await settle();
    expect(await callOf(late)).toMatchObject({ status: 'skipped', reason: 'rolled-back', by: id });
    expect(await callOf(String(again.id))).toMatchObject({ status: 'skipped', reason: 'rolled-back', by: id });
    expect(await callOf(red)).toMatchObject({ status: 'held', reason: 'hold', cure: expect.stringContaining('release') });
    expect(await status()).toMatchObject({ waiting: [{ call: red, reason: 'hold' }] });
    expect(told.length).toBe(3);

    await ask('release', {}, 200);
    await settle();
    expect(await callOf(red)).toMatchObject({ status: 'succeeded' });
    expect(await status()).toMatchObject({ running: [{ image: `${REPOSITORY}:red@${RED}` }] });
    expect((await status()).hold).toBeUndefined();
    expect(await callOf(blue)).toMatchObject({ status: 'succeeded' });
  });

  test('what ran before a version was brought back as a whole does not run any more, nor that version, once all images came after it', async () => {
    const kept = (callId: string, tag: string, at: number) => ({ good: [{ callId, tag, digest: RED, at }] });
    const versioned = { good: [{ callId: 'back', tag: '', version: 7, at: START }] };
    const shown = async (runs: Readonly<Record<string, Run>>): Promise<unknown> => {
      const leased = await api.states.lease(name, api.clock.now, api.clock.now + 1_000);
      if (leased.is !== 'leased') throw new Error(`the lease is ${leased.is}`);
      await api.states.write(name, leased.state.fence, { runs, release: {} });
      return (await status()).running;
    };
    const other = { 'r.example/shop/api': kept('api', 'v1', START + 1_000) };
    expect(await shown({ [REPOSITORY]: kept('red', 'red', START - 1_000), '*template': versioned })).toMatchObject([{ version: 7, call: 'back' }]);
    expect(await shown({ [REPOSITORY]: kept('red', 'red', START - 1_000), ...other, '*template': versioned })).toMatchObject([
      { call: 'back' },
      { call: 'api' },
    ]);
    expect(await shown({ [REPOSITORY]: kept('red', 'red', START + 2_000), ...other, '*template': versioned })).toHaveLength(2);
  });

  test('after a version of the template, a roll back does not lead to what that version has brought back', async () => {
    const text = (tag: string, digest: string): string => `spec: {containers: [{name: web, image: "${REPOSITORY}:${tag}@${digest}"}]}\n`;
    const put = (version: number, tag: string, digest: string) => api.ports.templates.put(name, { version, text: text(tag, digest), at: version });
    await Promise.all([put(1, 'blue', BLUE), put(2, 'green', GREEN), put(3, 'blue', BLUE), put(4, 'red', RED)]);
    const runs = (version: number, order: number): Readonly<Record<string, Run>> => ({
      [REPOSITORY]: {
        desired: { rev: 2, order: '0000000000002#x', callId: 'c2', repository: REPOSITORY, tag: 'green', digest: GREEN, hosts: [], since: 2, version: 2 },
        done: { rev: 2, status: 'succeeded', at: 2 },
        good: [{ callId: 'c1', tag: 'blue', digest: BLUE, at: 1, version: 1 }],
      },
      '*template': {
        desired: { rev: 3, order: `000000000000${order}#x`, callId: 'back', repository: '*template', tag: '', hosts: [], since: 3, version },
        done: { rev: 3, status: 'succeeded', at: 3 },
      },
    });
    const write = async (changed: Readonly<Record<string, Run>>): Promise<void> => {
      const leased = await api.states.lease(name, api.clock.now, api.clock.now + 1_000);
      if (leased.is !== 'leased') throw new Error(`the lease is ${leased.is}`);
      await api.states.write(name, leased.state.fence, { runs: changed, release: {} });
    };
    await write(runs(3, 3));
    expect(await ask('rollback', {}, 409)).toMatchObject({ code: 'nothing-before' });
    await write(runs(4, 3));
    expect(await ask('rollback', {})).toMatchObject({ tag: 'blue', digest: BLUE });
  });

  test('rollback to a call; to none, when nothing ran before', async () => {
    expect(await ask('rollback', {}, 409)).toMatchObject({ code: 'nothing-before', next: expect.arrayContaining([`POST /v1/applications/${name}/deploy`]) });
    const blue = await push('blue', BLUE);
    await settle();
    expect(await ask('rollback', {}, 409)).toMatchObject({ code: 'nothing-before' });
    await push('green', GREEN);
    await settle();
    await push('red', RED);
    await settle();
    await ask('rollback', { call: blue });
    await settle();
    expect(await status()).toMatchObject({ running: [{ image: `${REPOSITORY}:blue@${BLUE}` }] });
    await must(api, 404, 'POST', `/v1/applications/${name}/rollback`, { call: `${api.ports.newUlid(START)}.release` });
    expect(await ask('rollback', { call: blue, version: 1 }, 422)).toMatchObject({ errors: [{ field: 'call' }] });
    expect(await ask('rollback', { version: 1 }, 422)).toMatchObject({ errors: [{ field: 'version' }] });
  });

  test('what deployed nothing is no place to go back to', async () => {
    answer = { is: 'refused', why: { code: 'no-container' } };
    const failed = await push('green', GREEN);
    await settle();
    expect(await ask('rollback', { call: failed }, 409)).toMatchObject({ code: 'not-deployed' });
    expect(await status()).toMatchObject({ sync: 'out-of-sync', health: 'degraded', running: [] });
  });

  test('a mistyped image that nothing runs is no second way back; nor does a roll back that failed take the way away', async () => {
    await push('blue', BLUE);
    await settle();
    await push('green', GREEN);
    await settle();
    answer = { is: 'refused', why: { code: 'no-container' } };
    await ask('deploy', { image: 'r.example/shop/wbe:v1' });
    await settle();
    for (let i = 0; i < 2; i += 1) {
      expect(await ask('rollback')).toMatchObject({ repository: REPOSITORY, tag: 'blue' });
      await settle();
      expect(await status()).toMatchObject({ running: [{ image: `${REPOSITORY}:green@${GREEN}` }] });
    }
  });

  test('deploy IMAGE runs it, whatever is newer, and holds', async () => {
    await push('green', GREEN);
    await settle();
    const { id } = await ask('deploy', { image: `${REPOSITORY}:blue@${BLUE}` });
    await settle();
    expect(await callOf(String(id))).toMatchObject({ status: 'succeeded', action: 'deploy' });
    expect(await status()).toMatchObject({ hold: { call: id }, running: [{ image: `${REPOSITORY}:blue@${BLUE}` }] });
    expect(await ask('deploy', { image: REPOSITORY }, 422)).toMatchObject({
      errors: [{ field: 'image', why: expect.stringContaining('neither tag nor digest') }],
    });
    expect(await ask('deploy', { image: 'UPPER/Case:1' }, 422)).toMatchObject({ errors: [{ field: 'image' }] });
  });

  test('deploy IMAGE by a tag is of what the registry has under it, where a hook through which the application hears it may ask', async () => {
    const hook = { registry: 'distribution', registryHost: 'r.example', hostAliases: ['other.example'], access: 'public' };
    await must(api, 201, 'POST', '/v1/hooks', { name: `hook-${n}`, ...hook });
    const rule = { mode: 'tags', tags: ['never'] };
    await must(api, 201, 'POST', '/v1/triggers', { name: `t-${n}`, hook: `hook-${n}`, repository: REPOSITORY, rule, application: name });
    registry = async () => ({ find: async () => ({ is: 'found', digest: RED }), commit: async () => undefined });
    const { id } = await ask('deploy', { image: `${REPOSITORY}:red` });
    await settle();
    expect(await callOf(String(id))).toMatchObject({ status: 'succeeded', digest: RED });
    expect(told[0]?.wish).toMatchObject({ set: [{ image: { tag: 'red', digest: RED }, hosts: ['r.example', 'other.example'] }] });
    // A digest says it all.
    registry = NOBODY;
    await ask('deploy', { image: `${REPOSITORY}:blue@${BLUE}` });
    await settle();
    expect(told[1]?.wish).toMatchObject({ set: [{ image: { digest: BLUE }, hosts: ['r.example', 'other.example'] }] });
  });

  test('redeploy restarts once and holds nothing', async () => {
    await push('green', GREEN);
    await settle();
    const { id } = await ask('redeploy');
    await settle();
    await settle();
    expect(told.filter(({ wish }) => 'restart' in wish).length).toBe(1);
    expect(await callOf(String(id))).toMatchObject({ status: 'succeeded', action: 'redeploy', repository: '*' });
    expect((await status()).hold).toBeUndefined();
    expect(await status()).toMatchObject({ running: [{ image: `${REPOSITORY}:green@${GREEN}` }] });
  });
});

describe('hold and reject', () => {
  test('a hold keeps pushes waiting, and goes on saying why when it is asked for again', async () => {
    expect(await ask('hold', { why: 'fair' }, 200)).toMatchObject({ status: { hold: { why: 'fair' } } });
    expect(await ask('hold', { why: 'other' }, 200)).toMatchObject({ status: { hold: { why: 'fair' } } });
    const id = await push('green', GREEN);
    await settle();
    expect(await callOf(id)).toMatchObject({ status: 'held', reason: 'hold' });
    await ask('release', {}, 200);
    await settle();
    expect(await callOf(id)).toMatchObject({ status: 'succeeded' });
  });

  test('a rejected digest is deployed by nobody until the rejection is taken back', async () => {
    expect(await ask('reject', { digest: GREEN, why: 'CVE' }, 200)).toMatchObject({ status: { rejected: [{ digest: GREEN, why: 'CVE' }] } });
    const id = await push('green', GREEN);
    await settle();
    expect(await callOf(id)).toMatchObject({ status: 'skipped', reason: 'rejected' });
    expect(await ask('deploy', { image: `${REPOSITORY}@${GREEN}` }, 409)).toMatchObject({
      code: 'rejected',
      next: [`DELETE /v1/applications/${name}/reject/${GREEN}`],
    });
    expect(told).toEqual([]);
    await must(api, 200, 'DELETE', `/v1/applications/${name}/reject/${GREEN}`);
    await must(api, 404, 'DELETE', `/v1/applications/${name}/reject/${GREEN}`);
    await must(api, 422, 'DELETE', `/v1/applications/${name}/reject/green`);
    await push('green', GREEN);
    await settle();
    expect(told.length).toBe(1);
    expect(await ask('reject', { digest: GREEN }, 200)).toMatchObject({
      hint: expect.stringContaining('runs this very image now'),
      next: [`POST /v1/applications/${name}/rollback`],
    });
  });

  test.each([
    ['hold', { reason: 1 }],
    ['release', { why: 'x' }],
    ['reject', {}],
    ['reject', { digest: 'sha256:abc' }],
    ['deploy', {}],
    ['rollback', { call: 'x' }],
    ['rollback', { version: 0 }],
    ['redeploy', { image: 'x' }],
    ['refresh', { now: true }],
  ])('%s %j is refused by its field', async (action, body) => {
    expect(await ask(action, body, 422)).toMatchObject({ code: 'invalid-fields' });
  });

  test.each(['deploy', 'rollback', 'redeploy', 'hold', 'release', 'reject', 'refresh'])('%s of an application that does not exist', async (action) => {
    const body = action === 'deploy' ? { image: 'r.example/a:1' } : action === 'reject' ? { digest: GREEN } : {};
    expect(await must(api, 404, 'POST', `/v1/applications/nobody/${action}`, body)).toMatchObject({ code: 'unknown-name' });
  });

  test('a disabled application is told nothing, one from git no image', async () => {
    await must(api, 200, 'POST', `/v1/applications/${name}/disable`);
    expect(await ask('redeploy', {}, 409)).toMatchObject({ code: 'application-disabled' });
    await must(api, 200, 'POST', `/v1/applications/${name}/enable`);
    await must(api, 200, 'PATCH', `/v1/applications/${name}`, { source: { git: 'https://git.example/web.git' } });
    expect(await ask('deploy', { image: 'r.example/a:1' }, 409)).toMatchObject({ code: 'git-source' });
    await ask('redeploy');
  });
});

describe('refresh', () => {
  test('asks deploy to look, which tells what is really there', async () => {
    await push('green', GREEN);
    await settle();
    api.clock.now += 1_000;
    await ask('refresh');
    await settle();
    expect(await status()).toMatchObject({ sync: 'out-of-sync', seen: { synced: false, containers: ['web = r.example/shop/web:old'] } });
    expect(told.length).toBe(1);
  });

  test('a target in motion is progressing, until a later deployment says how it went', async () => {
    await push('green', GREEN);
    await settle();
    api.clock.now += 1_000;
    reading = { ...SEEN, settled: false };
    await ask('refresh');
    await settle();
    expect(await status()).toMatchObject({ health: 'progressing' });
    await push('red', RED);
    await settle();
    reading = SEEN;
    expect(await status()).toMatchObject({ sync: 'synced', health: 'healthy' });
  });

  test('where it may not be read, the reason comes with its cure', async () => {
    reading = { is: 'refused', why: { code: 'access-denied', detail: 'the role cannot be assumed' } };
    await ask('refresh');
    await settle();
    reading = SEEN;
    const { seen } = await status();
    expect(seen).toMatchObject({ why: 'the role cannot be assumed', reason: 'access-denied', cure: expect.stringContaining('grant') });
  });
});

describe('a client that died half-way', () => {
  test('a wish whose application was never told ends as failed when somebody looks, and is not carried out', async () => {
    const id = `${api.ports.newUlid(api.clock.now)}.!${name}`;
    const now = api.clock.now;
    await api.calls.put({
      id,
      trigger: `!${name}`,
      application: name,
      hook: '',
      repository: REPOSITORY,
      tag: 'green',
      order: `${now}#x`,
      action: 'deploy',
      status: 'queued',
      receivedAt: now,
      decidedAt: now,
    });
    expect(await callOf(id)).toMatchObject({ status: 'queued' });
    api.clock.now += 60_000;
    expect(items(await must(api, 200, 'GET', `/v1/calls?application=${name}`))).toMatchObject([{ id, status: 'failed', reason: 'worker-died' }]);
    await settle();
    expect(told).toEqual([]);
  });
});
