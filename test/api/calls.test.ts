import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Call } from '../../functions/core/call.ts';
import type { DeployPorts } from '../../functions/deploy/ports.ts';
import { reconcile } from '../../functions/deploy/reconcile.ts';
import { makeApplicationOf } from '../../functions/store/application-of.ts';
import { makeRemainsRemoval } from '../../functions/store/state-removal.ts';
import { makeTemplates } from '../../functions/store/templates.ts';
import { HTTP, items, must, START, startApi, type TestApi } from './api.ts';

let api: TestApi;
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const call = (minutes: number, more: Partial<Call> = {}): Call => {
  const at = START - minutes * 60_000;
  const trigger = more.trigger ?? 'release';
  return {
    id: `${ulid(at)}.${trigger}`,
    trigger,
    application: 'web',
    hook: 'release',
    repository: 'r.example/shop/web',
    tag: `v${minutes}`,
    digest: DIGEST,
    order: `${String(at).padStart(13, '0')}#x`,
    status: 'delivered',
    reason: 'answered-2xx',
    receivedAt: at,
    decidedAt: at + 5,
    ...more,
  };
};
const fired = call(10, { responseStatus: 200, responseBody: '{"code":"200"}', attempts: 1, endedAt: START - 600_000 + 50 });
const untriggered = call(20, { status: 'untriggered', reason: 'rule-not-matched', detail: 'the whole tag "v20" does not match' });
const held = call(30, { status: 'held', reason: 'retry', until: START + 60_000 });
const gone = call(40, { application: 'gone', trigger: 'old', status: 'failed', reason: 'application-deleted' });

beforeAll(async () => {
  api = await startApi();
  await must(api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
  await must(api, 201, 'POST', '/v1/triggers', {
    name: 'release',
    registry: 'generic',
    registryHost: 'r.example',
    hostAliases: ['vpc.example'],
    repository: 'shop/web',
    application: 'web',
  });
  for (const each of [fired, untriggered, held, gone]) await api.calls.put(each);
  const exchange = { request: { method: 'POST', url: 'https://web.example/?…', headers: { authorization: '[hidden]' } }, ms: 40 } as const;
  const response = { status: 200, headers: {}, body: { text: '{"code":"200"}', bytes: 14, sha256: 'ff', complete: true } } as const;
  await api.calls.attempt(fired.id, { n: 1, at: START, outcome: 'delivered', idempotencyKey: 'web.1', exchange: { ...exchange, response } });
});
afterAll(() => api.stop());

describe('reading calls', () => {
  test('a call shows times, what the target said, and why in words', async () => {
    const read = await must(api, 200, 'GET', `/v1/calls/${fired.id}`);
    expect(read).toMatchObject({
      id: fired.id,
      status: 'delivered',
      reason: 'answered-2xx',
      sentence: expect.stringContaining('accepted the call'),
      cure: 'Nothing to do.',
      responseStatus: 200,
      responseBody: '{"code":"200"}',
      attemptCount: 1,
      order: fired.order,
      receivedAt: new Date(START - 600_000).toISOString(),
      endedAt: new Date(START - 599_950).toISOString(),
      attempts: [{ n: 1, at: new Date(START).toISOString(), idempotencyKey: 'web.1', request: { method: 'POST' }, response: { status: 200 }, ms: 40 }],
    });
    expect(await must(api, 200, 'GET', `/v1/calls/${held.id}`)).toMatchObject({ until: new Date(START + 60_000).toISOString(), attempts: [] });
  });

  test.each([
    ['?lang=zh', undefined, '标签不符合该触发器的规则。'],
    ['', 'zh-CN,zh;q=0.9,en;q=0.8', '标签不符合该触发器的规则。'],
    ['', 'en;q=0.9, zh;q=0.1', 'The tag does not match the rule of this trigger.'],
    ['', 'fr', 'The tag does not match the rule of this trigger.'],
    ['', 'zh;q=0', 'The tag does not match the rule of this trigger.'],
    ['?lang=en', 'zh', 'The tag does not match the rule of this trigger.'],
  ])('in the language of %j, %j', async (query, header, sentence) => {
    const answer = await api.ask('GET', `/v1/calls/${untriggered.id}${query}`, undefined, header === undefined ? {} : { 'accept-language': header });
    expect(answer.body).toMatchObject({ sentence });
  });

  test('lists, newest first, by trigger, application and status, page by page', async () => {
    const ids = async (query: string) => items(await must(api, 200, 'GET', `/v1/calls?${query}`)).map(({ id }) => id);
    expect(await ids('')).toEqual([fired.id, untriggered.id, held.id, gone.id]);
    expect(await ids('trigger=release')).toEqual([fired.id, untriggered.id, held.id]);
    expect(await ids('application=web')).toEqual([fired.id, held.id]);
    expect(await ids('status=open')).toEqual([held.id]);
    expect(await ids('status=fired&trigger=release')).toEqual([fired.id, held.id]);
    expect(await ids('status=failed,untriggered')).toEqual([untriggered.id, gone.id]);
    const first = await must(api, 200, 'GET', '/v1/calls?limit=3');
    expect(items(first)).toHaveLength(3);
    expect(await ids(`limit=3&cursor=${String(first.cursor)}`)).toEqual([gone.id]);
    expect(items(first)[0]).not.toHaveProperty('attempts');
  });

  test('by reason, tag, hook, repository and time', async () => {
    const ids = async (query: string) => items(await must(api, 200, 'GET', `/v1/calls?${query}`)).map(({ id }) => id);
    expect(await ids('reason=retry,application-deleted')).toEqual([held.id, gone.id]);
    expect(await ids('reason=rule-not-matched&trigger=release')).toEqual([untriggered.id]);
    expect(await ids('tag=v10')).toEqual([fired.id]);
    expect(await ids('tag=v1')).toEqual([]);
    expect(await ids('repository=r.example/shop/web')).toHaveLength(4);
    expect(await ids('repository=r.example/shop/web2&hook=release')).toEqual([]);
    expect(await ids('hook=url-01jz0000000000000000000000')).toEqual([]);
    expect(await ids('since=20m')).toEqual([fired.id, untriggered.id]);
    expect(await ids('application=web&since=1h&until=15m')).toEqual([held.id]);
    expect(await ids(`until=${new Date(START - 20 * 60_000).toISOString()}`)).toEqual([held.id, gone.id]);
    expect(await ids('since=2026-06-30T14:00:00+02:00')).toEqual([]);
  });

  test.each([
    ['status=done', 'status'],
    ['limit=1000', 'limit'],
    ['cursor=x', 'cursor'],
    ['lang=de', 'lang'],
    ['application=web&status=untriggered', 'status'],
    ['application=web&reason=rule-not-matched,excluded', 'reason'],
    ['tag=v1*', 'tag'],
    ['reason=superseeded', 'reason'],
    ['repository=shop/web:v1', 'repository'],
    ['hook=A', 'hook'],
    ['since=yesterday', 'since'],
    ['until=7w', 'until'],
    ['since=1h&until=2h', 'until'],
    ['digest=x', 'digest'],
  ])('the query %j is refused', async (query, field) => {
    expect(await must(api, 422, 'GET', `/v1/calls?${query}`)).toMatchObject({ code: 'invalid-fields', errors: [{ field }] });
  });

  test('what a filter takes is said where it is refused', async () => {
    expect((await must(api, 422, 'GET', '/v1/calls?since=yesterday')).detail).toMatch(/"yesterday" is not allowed: give a time .* 30m, 24h or 7d/);
    expect((await must(api, 422, 'GET', '/v1/calls?reason=superseeded')).detail).toMatch(
      /one or several, with commas between them, of rule-not-matched, .*superseded/,
    );
  });

  test.each(['x', '01HZZZZZZZZZZZZZZZZZZZZZZZ', `${ulid(START)}.nobody`, `${ulid(START)}.${'a'.repeat(3_000)}`])('there is no call %j', async (id) => {
    expect(await must(api, 404, 'GET', `/v1/calls/${id}`)).toMatchObject({ code: 'unknown-name' });
  });
});

describe('redeliver', () => {
  test('a new call at the original place in the order, opened for deploy, which is asked', async () => {
    api.sent.length = 0;
    api.clock.now = START + 1_000;
    const made = await must(api, 202, 'POST', `/v1/calls/${fired.id}/redeliver`);
    expect(made).toMatchObject({
      trigger: 'release',
      application: 'web',
      tag: 'v10',
      digest: DIGEST,
      status: 'queued',
      redeliveryOf: fired.id,
      receivedAt: new Date(START + 1_000).toISOString(),
    });
    expect(made.id).not.toBe(fired.id);
    expect(made).not.toHaveProperty('hint');
    const stored = await api.calls.get(String(made.id), api.clock.now);
    expect(stored).toMatchObject({ order: fired.order, redeliveryOf: fired.id, status: 'queued' });
    const state = await api.states.get('web');
    expect(state?.open[String(made.id)]).toEqual({
      callId: made.id,
      order: fired.order,
      repository: 'r.example/shop/web',
      tag: 'v10',
      digest: DIGEST,
      receivedAt: START + 1_000,
      hosts: ['r.example', 'vpc.example'],
      redelivery: true,
    });
    // Should the message be lost, the tick finds it.
    expect(await api.states.due(START + 1_000, 10)).toEqual(['web']);
    expect(api.sent).toEqual(['web']);
    api.clock.now = START;
  });

  test('says beforehand when a newer image was wanted since', async () => {
    const lease = await api.states.lease('web', START, START + 1_000);
    if (lease.is !== 'leased') throw new Error('the lease was free');
    const desired = { rev: 1, order: `${START}#newer`, callId: 'x', repository: 'r.example/shop/web', tag: 'v11', hosts: [], since: START };
    await api.states.write('web', lease.state.fence, { runs: { 'r.example/shop/web': { desired } }, release: {} });
    const { hint, next } = await must(api, 202, 'POST', `/v1/calls/${fired.id}/redeliver`);
    expect(hint).toMatch(/newer .*\(v11, by the call x\).* superseded: deploy this image on purpose, roll back to this call, or push it again/);
    expect(next).toEqual(['POST /v1/applications/web/deploy', 'POST /v1/applications/web/rollback']);
  });

  test('does not say so of the image that is wanted now, although a repeated push moved its place', async () => {
    const lease = await api.states.lease('web', START + 1_000, START + 2_000);
    if (lease.is !== 'leased') throw new Error('the lease was free');
    const want = (more: object) => {
      const desired = {
        rev: 1,
        order: `${START}#again`,
        callId: fired.id,
        again: 'y',
        repository: fired.repository,
        tag: fired.tag,
        digest: DIGEST,
        hosts: [],
        since: START,
      };
      return api.states.write('web', lease.state.fence, { runs: { [fired.repository]: { desired: { ...desired, ...more } } } });
    };
    const hint = async () => (await must(api, 202, 'POST', `/v1/calls/${fired.id}/redeliver`)).hint;
    await want({});
    expect(await hint()).toBeUndefined();
    await want({ digest: `sha256:${'cd'.repeat(32)}` });
    expect(await hint()).toContain('by the call y');
    await want({ tag: 'v11' });
    expect(await hint()).toBeDefined();
    await api.states.write('web', lease.state.fence, { release: {} });
  });

  test('one that died before the state knew of it is completed when somebody looks, and only then', async () => {
    const stranded = call(-1, { status: 'queued', redeliveryOf: fired.id, order: fired.order });
    await api.calls.put(stranded);
    const look = () => must(api, 200, 'GET', `/v1/calls/${stranded.id}`);
    api.clock.now = stranded.decidedAt + 59_000;
    await look();
    expect((await api.states.get('web'))?.open).not.toHaveProperty([stranded.id]);
    api.sent.length = 0;
    api.clock.now = stranded.decidedAt + 60_000;
    await look();
    expect((await api.states.get('web'))?.open[stranded.id]).toMatchObject({ order: fired.order, redelivery: true, receivedAt: stranded.receivedAt });
    expect(api.sent).toEqual(['web']);
    const { rev } = (await api.states.get('web')) ?? {};
    await look();
    expect((await api.states.get('web'))?.rev).toBe(rev);
    api.clock.now = START;
  });

  test('a list completes those on its page, the oldest five', async () => {
    const stranded = [-10, -9, -8, -7, -6, -5].map((minutes) => call(minutes, { status: 'queued', redeliveryOf: fired.id, order: fired.order }));
    const pushed = call(-4, { status: 'queued' });
    for (const each of [...stranded, pushed]) await api.calls.put(each);
    const opened = async () => {
      const { open = {} } = (await api.states.get('web')) ?? {};
      return [...stranded, pushed].filter(({ id }) => open[id] !== undefined);
    };
    const look = () => must(api, 200, 'GET', '/v1/calls?trigger=release&limit=7');
    api.clock.now = START + 5 * 60_000 + 59_000;
    await look();
    expect(await opened()).toEqual([]);
    api.sent.length = 0;
    api.clock.now = START + 12 * 60_000;
    expect(items(await look())).toHaveLength(7);
    expect(await opened()).toEqual(stranded.slice(1));
    expect(api.sent).toEqual(['web', 'web', 'web', 'web', 'web']);
    api.clock.now = START;
  });

  test('one whose application is gone by now ends as application-deleted, and leaves no state behind', async () => {
    const late = call(-20, { status: 'queued', redeliveryOf: gone.id, application: 'gone', trigger: 'old' });
    await api.calls.put(late);
    api.clock.now = late.decidedAt + 60_000;
    api.sent.length = 0;
    await must(api, 200, 'GET', '/v1/calls?trigger=old');
    expect(api.sent).toEqual(['gone']);
    const never = (): never => {
      throw new Error('a deleted application has no target');
    };
    const { calls, states, removeState, tables, clock } = api;
    const ports: DeployPorts = {
      states: { ...states, remove: removeState, removeRemains: makeRemainsRemoval(tables) },
      application: makeApplicationOf(tables),
      lower: never,
      reject: never,
      templates: makeTemplates(tables),
      calls,
      target: never,
      io: never,
      registry: never,
      send: async () => {},
      now: () => clock.now,
      random: () => 0,
      log: () => {},
    };
    await reconcile('gone', { count: 1, last: false }, ports);
    expect(await must(api, 200, 'GET', `/v1/calls/${late.id}`)).toMatchObject({ status: 'failed', reason: 'application-deleted' });
    expect(await api.states.get('gone')).toBeUndefined();
    api.clock.now = START;
  });

  test('what did not fire, and what has no application any more, is a conflict with its cure', async () => {
    expect(await must(api, 409, 'POST', `/v1/calls/${untriggered.id}/redeliver`)).toMatchObject({
      code: 'not-fired',
      detail: expect.stringContaining('Change the rule'),
    });
    expect(await must(api, 409, 'POST', `/v1/calls/${gone.id}/redeliver`)).toMatchObject({ code: 'application-deleted' });
    await must(api, 404, 'POST', `/v1/calls/${ulid(START)}.release/redeliver`);
    await must(api, 422, 'POST', `/v1/calls/${fired.id}/redeliver`, { tag: 'v2' });
  });
});
