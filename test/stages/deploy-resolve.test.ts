/** Deploy asks the registry what a tag names: once for a deployment, only where the hook gives access, and never in its way. */
import { describe, expect, test } from 'vitest';
import type { ApplicationDefinition, HookDefinition } from '../../functions/core/definitions.ts';
import type { Outcome } from '../../functions/core/outcome.ts';
import type { Push } from '../../functions/core/push.ts';
import type { RegistryAccess, RegistryAnswer } from '../../functions/core/registry-answer.ts';
import { LEASE_MS, reconcile } from '../../functions/deploy/reconcile.ts';
import { ingest } from '../../functions/ingest/ingest.ts';
import { match } from '../../functions/match/match.ts';
import { type Bench, makeBench, sawThrough } from './bench.ts';
import { DIGEST, exchange, HOST, message, NOW, push, REPOSITORY, TOKEN, ULIDS } from './given.ts';

const AUTH: RegistryAccess = { auth: 'ssm:/image-triggers/registry' };
const OTHER = `sha256:${'b'.repeat(64)}`;
const FOUND: RegistryAnswer = { is: 'found', digest: DIGEST };
const ABSENT: RegistryAnswer = { is: 'absent', why: 'the registry has no image under the tag "v1" (MANIFEST_UNKNOWN)' };
const BUSY: Outcome = { is: 'unavailable', why: { code: 'unavailable', detail: 'busy' }, answered: true, exchange: exchange(503) };

const FIRST = { count: 1, last: false };
const go = (bench: Bench): Promise<void> => reconcile('web', FIRST, bench.ports.deploy);
const ready = (change: Partial<ApplicationDefinition> = {}, ...answers: readonly RegistryAnswer[]): Bench => {
  const bench = makeBench();
  bench.define({ application: change });
  bench.registry.answers.push(...answers);
  return bench;
};
/** A push that says its tag only. */
const { digest: _, ...TAGGED } = push(1);
const tagged: Push = TAGGED;
const pushed = (bench: Bench, given: Push = tagged, change: { readonly access?: RegistryAccess } = { access: AUTH }): Promise<void> =>
  match({ ...message(given), ...change }, bench.ports.match);
const deployed = (bench: Bench) => bench.target.applied.map(({ wanted }) => wanted[0]?.image.digest);

test('the digest that the push lacks is what is deployed, recorded and kept', async () => {
  const bench = ready({}, FOUND);
  bench.registry.commit = { revision: 'abc123', source: 'https://git.example/web' };
  await pushed(bench);
  await go(bench);
  expect(bench.registry.asked).toEqual([{ repository: REPOSITORY, tag: 'v1', access: AUTH }]);
  expect(deployed(bench)).toEqual([DIGEST]);
  expect(bench.call(1)).toMatchObject({ status: 'delivered', digest: DIGEST, commit: { revision: 'abc123', source: 'https://git.example/web' } });
  expect(bench.call(1)).not.toHaveProperty('registry');
  const { desired } = bench.state().runs[REPOSITORY] ?? {};
  expect(desired).toMatchObject({ digest: DIGEST });
  expect(desired).not.toHaveProperty('access');
});

test('nothing is asked where the hook gives no access', async () => {
  const bench = ready({}, FOUND);
  await pushed(bench, tagged, {});
  await go(bench);
  expect(bench.registry.asked).toEqual([]);
  expect(deployed(bench)).toEqual([undefined]);
  expect(bench.call(1)).toMatchObject({ status: 'delivered', registry: expect.stringContaining('nobody was asked what the tag names') });
});

test('a digest that disagrees is recorded, and the registry wins', async () => {
  const bench = ready({}, { is: 'found', digest: OTHER });
  await pushed(bench, push(1, { digest: DIGEST }));
  await go(bench);
  expect(deployed(bench)).toEqual([OTHER]);
  expect(bench.call(1)).toMatchObject({ status: 'delivered', digest: OTHER, registry: expect.stringContaining(`the push said ${DIGEST}`) });
});

test('one that agrees leaves no note', async () => {
  const bench = ready({}, FOUND);
  await pushed(bench, push(1, { digest: DIGEST }));
  await go(bench);
  expect(deployed(bench)).toEqual([DIGEST]);
  expect(bench.call(1)).not.toHaveProperty('registry');
});

test('an image that is not there fails, and the target hears nothing', async () => {
  const bench = ready({}, ABSENT);
  await pushed(bench);
  await go(bench);
  expect(bench.target.applied).toEqual([]);
  expect(bench.call(1)).toMatchObject({ status: 'failed', reason: 'image-not-found', detail: expect.stringContaining('MANIFEST_UNKNOWN'), endedAt: NOW });
  // Pushed after all, it is a new try.
  bench.registry.answers.push(FOUND);
  await pushed(bench, { ...tagged, id: ULIDS[2] ?? '', receivedAt: NOW + 2 });
  await go(bench);
  expect(deployed(bench)).toEqual([DIGEST]);
});

test.each([
  ['the tag alone', tagged, undefined],
  ['the digest of the push', push(1, { digest: DIGEST }), DIGEST],
])('without an answer it goes on by %s, and the call says so', async (by, given, digest) => {
  const bench = ready({}, { is: 'silent', why: 'it answered 403: this access may not read the repository' });
  await pushed(bench, given);
  await go(bench);
  expect(deployed(bench)).toEqual([digest]);
  expect(bench.call(1)).toMatchObject({
    status: 'delivered',
    registry: `the registry did not say what the tag names: it answered 403: this access may not read the repository; deployed by ${by}`,
  });
});

test('a rejected image is skipped, under whatever tag it comes', async () => {
  const bench = ready({}, FOUND);
  bench.memory.rejects.add('web', { digest: DIGEST, at: NOW });
  await pushed(bench);
  await go(bench);
  expect(bench.target.applied).toEqual([]);
  expect(bench.call(1)).toMatchObject({ status: 'skipped', reason: 'rejected', digest: DIGEST });
});

test('one that is rejected between two attempts is not tried again', async () => {
  const bench = ready({}, FOUND);
  bench.target.answers.push(BUSY);
  await pushed(bench);
  await go(bench);
  expect(bench.call(1)).toMatchObject({ status: 'held', reason: 'retry' });
  bench.memory.rejects.add('web', { digest: DIGEST, at: NOW });
  bench.pass(3_600_000);
  await go(bench);
  expect(bench.target.applied).toEqual([]);
  expect(bench.call(1)).toMatchObject({ status: 'skipped', reason: 'rejected' });
});

test('all attempts are of the image that the first one found', async () => {
  const bench = ready({}, FOUND, { is: 'found', digest: OTHER });
  bench.target.answers.push(BUSY);
  await pushed(bench);
  await go(bench);
  bench.pass(3_600_000);
  await go(bench);
  expect(deployed(bench)).toEqual([DIGEST]);
  expect(bench.registry.asked).toHaveLength(1);
});

test('a note survives a rollout that is watched', async () => {
  const bench = ready({ target: { kind: 'readable' } }, { is: 'silent', why: 'it did not answer within 3 s' });
  bench.target.sight = 'readable';
  await pushed(bench);
  await go(bench);
  bench.pass(60_000);
  await go(bench);
  expect(bench.call(1)).toMatchObject({ status: 'succeeded', registry: expect.stringContaining('did not answer within 3 s') });
});

describe('what was chosen is deployed as it was chosen', () => {
  test('by an approval', async () => {
    const bench = ready({ policy: { approval: true } }, { is: 'found', digest: OTHER });
    bench.memory.facts.set('web', { rejects: new Set(), approvals: new Set([DIGEST]), pins: {} });
    await pushed(bench, push(1, { digest: DIGEST }));
    await go(bench);
    expect(deployed(bench)).toEqual([DIGEST]);
    expect(bench.registry.asked).toEqual([]);
  });

  test('by who delivers a call again', async () => {
    const bench = ready({}, FOUND);
    await pushed(bench);
    await go(bench);
    const first = bench.call(1);
    if (first === undefined) throw new Error('there is no call');
    bench.registry.answers.push({ is: 'found', digest: OTHER });
    const { order, repository, tag } = first;
    const again = { callId: `${ULIDS[3]}.release`, order, repository, tag, digest: DIGEST, receivedAt: NOW + 5, hosts: [HOST], access: AUTH, redelivery: true };
    bench.memory.calls.put({ ...first, id: again.callId, status: 'queued', digest: DIGEST, redeliveryOf: first.id });
    bench.memory.states.open('web', again);
    await go(bench);
    expect(deployed(bench)).toEqual([DIGEST, DIGEST]);
    expect(bench.registry.asked).toHaveLength(1);
  });
});

test('the access of a hook goes with its pushes, through ingest and match, to the state', async () => {
  const bench = makeBench();
  bench.define({ hook: { access: AUTH } satisfies Partial<HookDefinition> });
  const body = new TextEncoder().encode(JSON.stringify({ image: `${REPOSITORY}:v1` }));
  await ingest(TOKEN, { method: 'POST', headers: { 'content-type': 'application/json' }, query: {}, body }, bench.ports.ingest);
  for (const sent of bench.enqueued) await match(sent, bench.ports.match);
  expect(Object.values(bench.state().open)).toMatchObject([{ tag: 'v1', access: AUTH }]);
});

test('wherever the process goes down, one image is deployed: a crash before the mark asks again, one after it does not', async () => {
  const cuts = await sawThrough(
    go,
    async (bench, cut) => {
      bench.pass(LEASE_MS + 1);
      bench.registry.answers.push({ is: 'found', digest: OTHER });
      await go(bench);
      const digests = new Set(deployed(bench));
      expect(digests.size, cut).toBe(1);
      expect(bench.call(1), cut).toMatchObject({ status: 'delivered', digest: [...digests][0] });
      expect(new Set(bench.target.applied.map(({ key }) => key)).size, cut).toBe(1);
    },
    () => {
      const bench = ready({}, FOUND);
      bench.memory.calls.put({
        id: `${ULIDS[1]}.release`,
        trigger: 'release',
        application: 'web',
        hook: 'hub',
        repository: REPOSITORY,
        tag: 'v1',
        order: `${NOW}#1`,
        status: 'queued',
        receivedAt: NOW,
        decidedAt: NOW,
      });
      bench.memory.states.open('web', {
        callId: `${ULIDS[1]}.release`,
        order: `${NOW}#1`,
        repository: REPOSITORY,
        tag: 'v1',
        receivedAt: NOW,
        hosts: [HOST],
        access: AUTH,
      });
      return bench;
    },
  );
  expect(cuts.some((cut) => cut.startsWith('after registry.find'))).toBe(true);
  expect(cuts.some((cut) => cut.startsWith('after target.apply'))).toBe(true);
});

test('a version of the template is made of the image that was found, also by who goes on after a crash', async () => {
  const cuts = await sawThrough(
    go,
    async (bench, cut) => {
      bench.pass(LEASE_MS + 1);
      bench.registry.answers.splice(0, bench.registry.answers.length, { is: 'found', digest: OTHER });
      await go(bench);
      const digest = bench.state().runs[REPOSITORY]?.desired?.digest;
      expect(bench.memory.templates.head('web')?.text, cut).toContain(digest);
      expect(JSON.stringify(bench.target.told.at(-1)?.wish), cut).toContain(digest);
    },
    () => {
      const bench = ready({ target: { kind: 'readable' }, templated: true }, FOUND);
      bench.target.sight = 'readable';
      bench.target.takesTemplates = true;
      bench.memory.templates.put('web', { version: 1, text: `kind: Pod\nspec:\n  containers:\n    - image: ${REPOSITORY}:v0\n`, at: NOW });
      const open = { callId: `${ULIDS[1]}.release`, order: `${NOW}#1`, repository: REPOSITORY, tag: 'v1', receivedAt: NOW, hosts: [HOST], access: AUTH };
      bench.memory.states.open('web', open);
      return bench;
    },
  );
  expect(cuts.some((cut) => cut.startsWith('after templates.put'))).toBe(true);
});
