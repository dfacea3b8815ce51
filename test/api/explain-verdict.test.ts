/** What `explain` says would become of a push is what becomes of it: asked first, then really pushed through `match` and `deploy` over the same tables. */
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callId } from '../../functions/core/call.ts';
import { decideAll } from '../../functions/core/decide-all.ts';
import { reconcile } from '../../functions/deploy/reconcile.ts';
import { match } from '../../functions/match/match.ts';
import { makeBench } from '../stages/bench.ts';
import { tableStore } from '../store/conformance.ts';
import { HTTP, items, must, record, START, startApi, type TestApi } from './api.ts';

let api: TestApi;
let bench: ReturnType<typeof makeBench>;
let store: ReturnType<typeof tableStore>;
beforeAll(async () => {
  api = await startApi();
  bench = makeBench();
  store = tableStore(api.tables, () => api.clock.now);
  await must(api, 201, 'POST', '/v1/hooks', { name: 'hub', registry: 'generic', registryHost: 'r.example' });
});
afterAll(() => api.stop());

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const OTHER = `sha256:${'cd'.repeat(32)}`;

/** What waits at the applications is done, until nothing is asked for any more. */
const settle = async () => {
  const { states, application, calls } = store;
  const target = () => bench.ports.deploy.target({ kind: bench.target.sight });
  const ports = { ...bench.ports.deploy, states, application, calls, target, now: () => api.clock.now };
  const names = new Set([...api.sent.splice(0), ...bench.sent.splice(0).map((sent) => sent.application)]);
  for (const name of names) await reconcile(name, { count: 1, last: false }, ports);
  if (bench.sent.some(({ seconds }) => seconds === 0)) await settle();
  bench.sent.length = 0;
};

/** A push as its hook brings it; the id of the call of a trigger. */
const push = async (name: string, tag: string, digest?: string): Promise<(trigger: string) => string> => {
  const { now } = api.clock;
  const id = ulid(now);
  const image = { repository: `r.example/shop/${name}`, tag, ...(digest === undefined ? {} : { digest }) };
  const { triggersOf, claim, calls, states } = store;
  const ports = { ...bench.ports.match, decideAll, triggersOf, claim, calls, states, mendState: async () => false, now: () => now };
  await match({ v: 1, deliveryId: id, hook: 'hub', hosts: ['r.example'], receivedAt: now, pushes: [{ id, hook: 'hub', ...image, receivedAt: now }] }, ports);
  await settle();
  return (trigger) => callId(id, trigger);
};

const define = async (name: string, policy: object = {}, more: object = {}) => {
  await must(api, 201, 'POST', '/v1/applications', { name, target: HTTP, policy, ...more });
  await must(api, 201, 'POST', '/v1/triggers', { name, hook: 'hub', repository: `shop/${name}`, application: name });
};

interface Case {
  readonly is: string;
  readonly name: string;
  readonly policy?: object;
  readonly application?: object;
  /** What happened before. */
  readonly before?: (name: string) => Promise<unknown>;
  readonly tag?: string;
  readonly digest?: string;
  readonly would: 'deploy' | 'wait' | 'skip' | 'fail';
  readonly reason?: string;
  readonly detail?: RegExp;
}

const hold = (name: string, body?: object) => must(api, 200, 'POST', `/v1/applications/${name}/hold`, body);
const deploy = (name: string, tag: string) => must(api, 202, 'POST', `/v1/applications/${name}/deploy`, { image: `r.example/shop/${name}:${tag}` });
/** No body of the API sets it yet. */
const approve = (name: string) => api.ports.applications.change(name, (application) => ({ ...application, policy: { approval: true } }));

const CASES: readonly Case[] = [
  { is: 'nothing before it', name: 'plain', would: 'deploy' },
  {
    is: 'a hold',
    name: 'held',
    before: (name) => hold(name, { why: 'trade fair' }),
    would: 'wait',
    reason: 'hold',
    detail: /since 2026-06-30T.*: trade fair/,
  },
  { is: 'a quiet time', name: 'quiet', policy: { quietSeconds: 30 }, would: 'wait', reason: 'quiet' },
  { is: 'a rate', name: 'rate', policy: { maxPerHour: 1 }, before: (name) => push(name, 'v0'), would: 'wait', reason: 'rate' },
  { is: 'an approval', name: 'approval', before: approve, digest: DIGEST, would: 'wait', reason: 'approval' },
  { is: 'an approval, and no digest', name: 'approvals', before: approve, would: 'wait', reason: 'approval', detail: /ask with a digest/ },
  {
    is: 'a rejected digest',
    name: 'rejected',
    before: (name) => must(api, 200, 'POST', `/v1/applications/${name}/reject`, { digest: DIGEST }),
    digest: DIGEST,
    would: 'skip',
    reason: 'rejected',
  },
  {
    is: 'another digest than the rejected one',
    name: 'not-rejected',
    before: (name) => must(api, 200, 'POST', `/v1/applications/${name}/reject`, { digest: OTHER }),
    digest: DIGEST,
    would: 'deploy',
  },
  {
    is: 'a lower version',
    name: 'lower',
    policy: { neverDown: true },
    before: (name) => push(name, 'v2.0.0'),
    tag: 'v1.9.9',
    would: 'skip',
    reason: 'lower-version',
  },
  { is: 'a higher version', name: 'higher', policy: { neverDown: true }, before: (name) => push(name, 'v2.0.0'), tag: 'v2.0.1', would: 'deploy' },
  { is: 'a disabled application', name: 'disabled', application: { enabled: false }, would: 'skip', reason: 'application-disabled' },
  { is: 'a source in git', name: 'git', application: { source: { git: 'https://git.example/web.git' } }, would: 'skip', reason: 'git-source' },
  { is: 'the same push a minute ago', name: 'repeated', before: (name) => push(name, 'v1', DIGEST), digest: DIGEST, would: 'skip', reason: 'duplicate' },
  {
    is: 'a wish that came with a hold and nobody has looked at yet',
    name: 'wish',
    before: (name) => deploy(name, 'v9'),
    would: 'wait',
    reason: 'hold',
  },
];

const verdictOn = async (name: string, tag: string, digest?: string) => {
  const answer = await must(api, 200, 'POST', '/v1/explain', {
    image: `r.example/shop/${name}:${tag}${digest === undefined ? '' : `@${digest}`}`,
    hook: 'hub',
  });
  return new Map(items({ items: answer.triggers }).map(({ trigger, verdict }) => [String(trigger), record(verdict)]));
};

const expectSame = async (id: string, verdict: Readonly<Record<string, unknown>> | undefined) => {
  const call = await must(api, 200, 'GET', `/v1/calls/${id}`);
  const { would, reason, until, by, sentence, cure } = verdict ?? {};
  const status = { deploy: /^(?:delivered|succeeded|running)$/, wait: /^held$/, skip: /^skipped$/, fail: /^failed$/ }[String(would)];
  expect(call.status).toMatch(status ?? 'a verdict');
  if (would === 'deploy') expect(call.attemptCount).toBe(1);
  else expect(call).toMatchObject({ reason, sentence, cure });
  if (would === 'wait') expect(call.until).toBe(until);
  if (by !== undefined) expect(call.by).toBe(by);
};

describe('a push after', () => {
  test.each(CASES)('$is: $would $reason', async ({ name, policy, application, before, tag = 'v1', digest, would, reason, detail }) => {
    bench.target.sight = 'blind';
    api.clock.now = START;
    await define(name, policy, application);
    await before?.(name);
    if (name !== 'wish') await settle();
    api.clock.now = START + 60_000;

    const stored = await api.states.get(name);
    const verdict = (await verdictOn(name, tag, digest)).get(name);
    expect(verdict).toMatchObject({ would, ...(reason === undefined ? {} : { reason }) });
    if (detail !== undefined) expect(verdict?.detail).toMatch(detail);
    expect(await api.states.get(name)).toEqual(stored);

    const idOf = await push(name, tag, digest);
    await expectSame(idOf(name), verdict);
  });
});

test('two triggers that hear one push: one deploys, the other is told which', async () => {
  bench.target.sight = 'blind';
  await define('twice');
  await must(api, 201, 'POST', '/v1/triggers', {
    name: 'twice-more',
    hook: 'hub',
    repository: 'shop/*',
    rule: { mode: 'tags', tags: ['both'] },
    application: 'twice',
  });
  const verdicts = await verdictOn('twice', 'both');
  expect(verdicts.get('twice')).toMatchObject({ would: 'deploy' });
  expect(verdicts.get('twice-more')).toEqual(
    expect.objectContaining({ would: 'skip', reason: 'duplicate', detail: 'the trigger twice hears the same push and stands for it' }),
  );
  expect(verdicts.get('twice-more')).not.toHaveProperty('by');
  const idOf = await push('twice', 'both');
  for (const [trigger, verdict] of verdicts) await expectSame(idOf(trigger), verdict);
  await must(api, 200, 'DELETE', '/v1/triggers/twice-more');
});

test('what a readable target runs already is left alone, and what is on its way is left for it', async () => {
  bench.target.sight = 'readable';
  await define('seen');
  const first = (await push('seen', 'v1', DIGEST))('seen');
  // It still rolls out.
  api.clock.now += 1_000;
  const under = (await verdictOn('seen', 'v2', OTHER)).get('seen');
  expect(under).toMatchObject({ would: 'deploy', detail: `in place of r.example/shop/seen:v1@${DIGEST}, which is on its way (call ${first})` });

  api.clock.now += 60_000;
  api.sent.push('seen');
  await settle();
  expect(await must(api, 200, 'GET', `/v1/calls/${first}`)).toMatchObject({ status: 'succeeded' });
  const again = (await verdictOn('seen', 'stable', DIGEST)).get('seen');
  expect(again).toMatchObject({ would: 'skip', reason: 'already-running', by: first, detail: expect.stringContaining('as far as is recorded') });
  expect((await verdictOn('seen', 'v1')).get('seen')).toMatchObject({ would: 'deploy', detail: expect.stringContaining('ask with a digest') });
  // The target of the bench knows images by their whole names.
  bench.target.running.push(`r.example/shop/seen:stable@${DIGEST}`);
  const { by: _, ...rest } = again ?? {};
  await expectSame((await push('seen', 'stable', DIGEST))('seen'), rest);
});

test('while a worker is at the application, and where the application is gone', async () => {
  bench.target.sight = 'blind';
  await define('busy');
  await api.states.lease('busy', api.clock.now, api.clock.now + 75_000);
  expect((await verdictOn('busy', 'v1')).get('busy')).toMatchObject({
    would: 'deploy',
    detail: `as soon as what is done for the application at this moment is done, by ${new Date(api.clock.now + 75_000).toISOString()} at the latest`,
  });
  await must(api, 200, 'DELETE', '/v1/applications/busy?force=true');
  expect((await verdictOn('busy', 'v1')).get('busy')).toMatchObject({ would: 'fail', reason: 'application-deleted', detail: 'no application is named "busy"' });
});

test('in 中文', async () => {
  await define('zh');
  const answer = await must(api, 200, 'POST', '/v1/explain?lang=zh', { image: 'r.example/shop/zh:v1' });
  expect(answer.triggers).toMatchObject([{ verdict: { would: 'deploy', sentence: '将立即部署。' } }]);
  await hold('zh');
  expect((await must(api, 200, 'POST', '/v1/explain?lang=zh', { image: 'r.example/shop/zh:v1' })).triggers).toMatchObject([
    { verdict: { would: 'wait', reason: 'hold', sentence: '应用处于保持状态。' } },
  ]);
});

test('of a call: what its push would do now', async () => {
  bench.target.sight = 'blind';
  await define('replay');
  const received = api.clock.now;
  const id = (await push('replay', 'v1', DIGEST))('replay');
  api.clock.now += 1_000;
  const asked = (body: object) => must(api, 200, 'POST', '/v1/explain', body);
  expect(await asked({ call: id })).toMatchObject({
    call: { id, status: 'delivered', reason: 'answered-2xx', receivedAt: new Date(received).toISOString() },
    image: `r.example/shop/replay:v1@${DIGEST}`,
    hook: 'hub',
    triggers: [{ trigger: 'replay', fires: true, verdict: { would: 'skip', reason: 'duplicate', by: id } }],
  });
  await must(api, 200, 'PATCH', '/v1/triggers/replay', { rule: { mode: 'tags', tags: ['v2'] } });
  expect(await asked({ call: id })).toMatchObject({ triggers: [{ trigger: 'replay', fires: false, reason: 'rule-not-matched' }] });
  const wish = String((await deploy('replay', 'v3')).id);
  const why = async (body: object) => must(api, 422, 'POST', '/v1/explain', body);
  expect(await why({ call: wish })).toMatchObject({ errors: [{ field: 'call', why: expect.stringContaining('no trigger made it') }] });
  expect(await why({ call: 'x' })).toMatchObject({ errors: [{ field: 'call', why: expect.stringContaining('no call has the id "x"') }] });
  expect(await why({ call: id, image: 'r.example/a/b:v1' })).toMatchObject({ errors: [{ field: 'image' }] });
  expect(await why({ call: id, hook: 'hub' })).toMatchObject({ errors: [{ field: 'hook' }] });
});
