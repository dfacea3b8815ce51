/** What is foreseen of a push is what `match` and `deploy` then make of it, whatever happened before. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OpenCall } from '../../functions/core/application.ts';
import { callId } from '../../functions/core/call.ts';
import { type Fate, foresee } from '../../functions/core/foresee.ts';
import { lower } from '../../functions/core/lower.ts';
import { orderOf } from '../../functions/core/order.ts';
import type { Push } from '../../functions/core/push.ts';
import { reconcile } from '../../functions/deploy/reconcile.ts';
import { match } from '../../functions/match/match.ts';
import { type Bench, makeBench } from './bench.ts';
import { HOST, message, NOW, push } from './given.ts';
import { ask } from './wishes.ts';

const policies = fc.record(
  {
    quietSeconds: fc.constantFrom(0, 30),
    maxPerHour: fc.constantFrom(1, 3),
    neverDown: fc.boolean(),
    maxAgeSeconds: fc.constant(60),
    atMostOnce: fc.boolean(),
  },
  { requiredKeys: [] },
);
const image = fc.record({
  tag: fc.constantFrom('v1.0.0', 'v2.0.0', 'latest'),
  digit: fc.constantFrom(undefined, 1, 2, 3),
  shop: fc.constantFrom('web', 'api'),
});
const steps = fc.array(
  fc.oneof(
    fc.record({ is: fc.constant('push' as const), image }),
    fc.record({ is: fc.constantFrom('look' as const, 'hold' as const, 'release' as const, 'deploy' as const, 'restart' as const) }),
    fc.record({ is: fc.constant('reject' as const), digit: fc.constantFrom(1, 2) }),
    fc.record({ is: fc.constant('pass' as const), ms: fc.constantFrom(1_000, 31_000, 3_700_000) }),
  ),
  { maxLength: 12 },
);

const digestOf = (digit: number): string => `sha256:${String(digit).repeat(64)}`;
const pushOf = (n: number, { tag, digit, shop }: { readonly tag: string; readonly digit: number | undefined; readonly shop: string }, at: number): Push => {
  const { digest: _, ...rest } = push(n, { repository: `${HOST}/shop/${shop}`, tag, receivedAt: at });
  return digit === undefined ? rest : { ...rest, digest: digestOf(digit) };
};

const deploy = async (bench: Bench): Promise<void> => {
  for (let i = 0; i < 10; i += 1) {
    const asked = bench.sent.splice(0).some(({ seconds }) => seconds === 0);
    if (!asked && i > 0) return;
    await reconcile('web', { count: 1, last: false }, bench.ports.deploy);
  }
};

const fateOf = async (bench: Bench, id: string): Promise<unknown> => {
  const call = bench.memory.calls.get(id, bench.now());
  if (call?.status === 'held') return { is: 'held', reason: call.reason, until: call.until };
  if (call?.status === 'skipped') return { is: 'skipped', reason: call.reason, by: call.by };
  return { is: 'deployed', status: call?.status };
};
const said = (fate: Fate | undefined): unknown => {
  if (fate?.is === 'held') return { is: 'held', reason: fate.held.reason, until: fate.held.until };
  if (fate?.is === 'skipped') return { is: 'skipped', reason: fate.settlement.reason, by: fate.settlement.by };
  return { is: fate?.is, status: 'delivered' };
};

const foreseen = (bench: Bench, pushed: Push, triggers: readonly string[]): ReadonlyMap<string, Fate> => {
  const { definition, facts } = bench.memory.application('web');
  if (definition === undefined) throw new Error('the application is there');
  const { repository, tag, digest, receivedAt, id } = pushed;
  const calls = triggers.map(
    (trigger): OpenCall => ({
      callId: callId(id, trigger),
      order: orderOf(pushed),
      repository,
      tag,
      ...(digest === undefined ? {} : { digest }),
      receivedAt,
      hosts: [],
    }),
  );
  return foresee(definition, bench.state(), { ...facts, ...(definition.policy.neverDown === true ? { lower } : {}) }, calls, bench.now());
};

test('after any history', async () => {
  await fc.assert(
    fc.asyncProperty(policies, steps, image, async (policy, history, last) => {
      const bench = makeBench();
      bench.define(
        { trigger: { name: 'one', repository: `${HOST}/shop/*` }, application: { policy } },
        { trigger: { name: 'two', repository: `${HOST}/shop/web` }, application: { policy } },
      );
      let n = 0;
      for (const step of history) {
        bench.pass(7);
        n += 1;
        if (step.is === 'push') await match(message(pushOf(n, step.image, bench.now())), bench.ports.match);
        else if (step.is === 'look') await deploy(bench);
        else if (step.is === 'reject') bench.memory.rejects.add('web', { digest: digestOf(step.digit), at: NOW });
        else if (step.is === 'pass') bench.pass(step.ms);
        else if (step.is === 'deploy' || step.is === 'restart') ask(bench, n, step.is === 'deploy' ? { image: n, repository: `${HOST}/shop/web` } : {});
        else bench.memory.states.wish('web', { hold: step.is === 'hold' ? { at: bench.now() } : 'release' }, bench.now());
      }
      bench.pass(7);
      const pushed = pushOf(n + 1, last, bench.now());
      const triggers = last.shop === 'web' ? ['one', 'two'] : ['one'];
      const fates = foreseen(bench, pushed, triggers);
      await match(message(pushed), bench.ports.match);
      await deploy(bench);
      for (const trigger of triggers) expect(await fateOf(bench, callId(pushed.id, trigger)), trigger).toEqual(said(fates.get(callId(pushed.id, trigger))));
    }),
    { numRuns: 500 },
  );
});

test('behind more calls than one plan takes', async () => {
  const bench = makeBench();
  bench.define();
  for (let n = 1; n <= 120; n += 1) await match(message(pushOf(n, { tag: `v${n}`, digit: undefined, shop: 'web' }, bench.now() + n)), bench.ports.match);
  bench.pass(1_000);
  const early = { ...pushOf(150, { tag: 'v0', digit: undefined, shop: 'web' }, NOW) };
  const fates = foreseen(bench, early, ['release']);
  await match(message(early), bench.ports.match);
  await deploy(bench);
  const id = callId(early.id, 'release');
  expect(said(fates.get(id))).toMatchObject({ is: 'skipped', reason: 'superseded' });
  expect(await fateOf(bench, id)).toEqual(said(fates.get(id)));
});
