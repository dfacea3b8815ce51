/**
 * The memory of the stage and chaos tests against the real store modules over tables: the same operations in the same
 * order must answer the same and leave the same behind, so that what is proved over the one holds for the other.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StateChange } from '../../functions/core/application.ts';
import type { Call, Settlement } from '../../functions/core/call.ts';
import type { Tables } from '../../functions/store/dynamo.ts';
import { NOW, push, REPOSITORY, ULIDS } from '../stages/given.ts';
import { memoryStore, type Store, tableStore } from './conformance.ts';
import { call, open, run } from './conformance-items.ts';

/** Names are of one run only: the tables are shared. */
let runs = 0;
const prefix = (): string => {
  runs += 1;
  return `any${runs}-`;
};

type Step = { readonly name: string; readonly run: (store: Store, own: string) => Promise<unknown> };
const step = (name: string, run: Step['run']): Step => ({ name, run });

/** What an operation answers, or that it refuses; the words of a refusal may differ. */
const answerOf = async (operation: Promise<unknown>): Promise<unknown> => {
  try {
    return { answer: await operation };
  } catch {
    return { refused: true };
  }
};

const bothDo = async (tables: Tables, steps: readonly Step[], look: readonly Step[]): Promise<void> => {
  const own = prefix();
  const memory = memoryStore();
  const real = tableStore(tables, () => NOW);
  for (const { name, run } of [...steps, ...look]) expect(await answerOf(run(memory, own)), name).toEqual(await answerOf(run(real, own)));
};

const APPS = ['web', 'api'] as const;
const times = fc.integer({ min: 0, max: 5 }).map((n) => NOW + n * 40_000);
const app = fc.constantFrom(...APPS);
const number = fc.integer({ min: 1, max: 4 });

const change: fc.Arbitrary<StateChange> = fc
  .record({
    runs: fc.option(
      fc.dictionary(fc.constantFrom(REPOSITORY, 'h.example/b'), fc.tuple(number, number), { maxKeys: 2 }).map((made) =>
        Object.fromEntries(
          // Of calls of their own: no call is wanted in two repositories.
          Object.entries(made).map(([repository, [n, rev]]) => [repository, run(10 + n, rev, { attempt: { rev, fence: 1, at: NOW, count: 1 } }, repository)]),
        ),
      ),
      { nil: undefined },
    ),
    close: fc.option(
      fc.uniqueArray(
        number.map((n) => open(n).callId),
        { maxLength: 3 },
      ),
      { nil: undefined },
    ),
    held: fc.option(
      fc.dictionary(
        number.map((n) => open(n).callId),
        fc.constantFrom({ reason: 'quiet' as const, until: NOW + 1 }, { reason: 'hold' as const }),
        { maxKeys: 2 },
      ),
      { nil: undefined },
    ),
    drop: fc.option(fc.constantFrom(['h.example/c'], []), { nil: undefined }),
    deployedAt: fc.option(fc.array(times, { maxLength: 3 }), { nil: undefined }),
    seen: fc.option(fc.constantFrom({ at: NOW, synced: true, containers: ['web = v1'] }, { at: NOW + 1, why: 'throttled' }), { nil: undefined }),
    bump: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
    release: fc.option(
      fc.option(times, { nil: undefined }).map((dueAt) => (dueAt === undefined ? {} : { dueAt })),
      { nil: undefined },
    ),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));

const stateStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(app, times).map(([name, at]) => step(`create ${name}`, (s, own) => s.states.create(own + name, at))),
  fc
    .tuple(app, number, fc.option(times, { nil: undefined }))
    .map(([name, n, due]) =>
      step(`open ${n} in ${name}, due ${due}`, (s, own) => s.states.open(own + name, open(n), due === undefined ? undefined : { dueAt: due })),
    ),
  fc.tuple(app, times, times).map(([name, at, until]) => step(`lease ${name} at ${at} until ${until}`, (s, own) => s.states.lease(own + name, at, until))),
  fc
    .tuple(app, fc.option(number, { nil: undefined }), fc.constantFrom(undefined, 'release' as const, 'set' as const), fc.boolean(), times)
    .map(([name, n, hold, refresh, at]) =>
      step(`wish ${n} in ${name}, ${hold}, refresh ${refresh} at ${at}`, (s, own) =>
        s.states.wish(
          own + name,
          {
            ...(n === undefined ? {} : { call: { ...open(n), manual: true, from: { tag: 'v0' } } }),
            ...(hold === undefined ? {} : { hold: hold === 'set' ? { at, by: 'ann', ...(n === undefined ? {} : { callId: open(n).callId }) } : hold }),
            ...(refresh ? { refresh } : {}),
          },
          at,
        ),
      ),
    ),
  fc.tuple(app, times).map(([name, at]) => step(`wake ${name}`, (s, own) => s.states.wake(own + name, at))),
  fc.tuple(app, fc.integer({ min: -1, max: 0 }), change).map(([name, ago, given]) =>
    step(`write ${name} ${JSON.stringify(given)}`, async (s, own) => {
      const state = await s.states.get(own + name);
      return s.states.write(own + name, (state?.fence ?? 0) + ago, given);
    }),
  ),
  // In repositories of their own: what is wanted is wanted until its call is closed.
  fc.tuple(app, number, fc.boolean()).map(([name, n, closes]) =>
    step(`promote ${n} in ${name}, ${closes ? 'and close it' : ''}`, async (s, own) => {
      const repository = `h.example/promoted-${n}`;
      await s.states.open(own + name, open(n, repository));
      const state = await s.states.get(own + name);
      const call = state?.open[open(n).callId];
      if (state === undefined || call?.repository !== repository) return undefined;
      const change = { runs: { [repository]: run(n, n, {}, repository) }, promoted: [call], bump: 1, ...(closes ? { close: [call.callId] } : {}) };
      return s.states.write(own + name, state.fence, change);
    }),
  ),
  fc.tuple(app, times, fc.integer({ min: -1, max: 0 }), fc.integer({ min: -1, max: 0 }), change).map(([name, until, rev, fence, given]) =>
    step(`take ${name} until ${until} with ${JSON.stringify(given)}`, async (s, own) => {
      const state = await s.states.get(own + name);
      const lease = { until, rev: (state?.rev ?? 0) + rev };
      return s.states.write(own + name, (state?.fence ?? 0) + 1 + fence, { ...given, lease });
    }),
  ),
  fc.tuple(app, times).map(([name, at]) => step(`look at ${name}`, (s, own) => s.states.look(own + name, at))),
  fc.tuple(app, fc.constantFrom(0, 1), fc.constantFrom(0, 1)).map(([name, fence, rev]) =>
    step(`remove ${name}`, async (s, own) => {
      const state = await s.states.get(own + name);
      return s.states.remove(own + name, (state?.fence ?? 0) + fence, (state?.rev ?? 0) + rev);
    }),
  ),
);
const states: readonly Step[] = [
  ...APPS.map((name) => step(`state of ${name}`, (s, own) => s.states.get(own + name))),
  step('due', async (s, own) => (await s.states.due(NOW + 100_000, 1_000)).filter((name) => name.startsWith(own)).sort()),
];

const settlement: fc.Arbitrary<Settlement> = fc.constantFrom<Settlement>(
  { status: 'held', reason: 'retry', detail: 'busy', until: NOW + 5, attempts: 1, responseStatus: 503, responseBody: 'busy' },
  { status: 'held', reason: 'hold' },
  { status: 'running', attempts: 2 },
  { status: 'skipped', reason: 'superseded', by: `${ULIDS[3]}.release`, endedAt: NOW + 9 },
  { status: 'delivered', reason: 'answered-2xx', attempts: 2, responseStatus: 200, responseBody: 'ok', endedAt: NOW + 9 },
  { status: 'failed', reason: 'unavailable', endedAt: NOW + 9 },
);
const callStep: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(
      number,
      fc.constantFrom<Partial<Call>>(
        {},
        { actor: 'ann', redeliveryOf: `${ULIDS[9]}.release` },
        { status: 'untriggered', reason: 'excluded', detail: 'x', endedAt: NOW },
      ),
    )
    .map(([n, more]) => step(`put ${n}`, (s, own) => s.calls.put(call(n, own, more)))),
  fc.tuple(number, settlement).map(([n, given]) => step(`settle ${n} ${given.status}`, (s, own) => s.calls.settle(call(n, own).id, given))),
  fc.tuple(number, number).map(([n, delivery]) => step(`repeat ${n}`, (s, own) => s.calls.repeat(call(n, own).id, `d${delivery}`))),
);
const withSorted = (found: Call | undefined): unknown => (found?.repeats === undefined ? found : { ...found, repeats: [...found.repeats].sort() });
const callsLeft: readonly Step[] = [1, 2, 3, 4].map((n) => step(`call ${n}`, async (s, own) => withSorted(await s.calls.get(call(n, own).id, NOW))));

const claimStep: fc.Arbitrary<Step> = fc
  .tuple(number, fc.option(fc.constantFrom('e1', 'e2'), { nil: undefined }), fc.constantFrom(0, 8 * 86_400_000))
  .map(([n, eventId, later]) =>
    step(`claim ${n} ${eventId} after ${later}`, (s, own) => s.claim(push(n, { hook: own, ...(eventId === undefined ? {} : { eventId }) }), NOW + later)),
  );

const digest = fc.constantFrom(...[1, 2, 3].map((n) => push(n).digest ?? ''));
const remainsStep: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(app, digest, fc.constantFrom('ann', 'bob'))
    .map(([name, which, by]) => step(`reject ${which} of ${name}`, (s, own) => s.rejects.reject(own + name, { digest: which, at: NOW, by }))),
  fc.tuple(app, digest).map(([name, which]) => step(`take back ${which} of ${name}`, (s, own) => s.rejects.remove(own + name, which))),
  fc
    .tuple(app, fc.integer({ min: 1, max: 12 }), fc.constantFrom('a: 1\n', 'b: é\r\n'))
    .map(([name, version, text]) => step(`version ${version} of ${name}`, (s, own) => s.templates.put(own + name, { version, text, at: NOW, by: 'ann' }))),
  fc
    .tuple(app, fc.integer({ min: 1, max: 3 }), fc.constantFrom(undefined, 1, 5, 11))
    .map(([name, limit, before]) => step(`versions of ${name} before ${before}`, (s, own) => s.templates.list(own + name, limit, before))),
  app.map((name) => step(`remains of ${name} go`, (s, own) => s.states.removeRemains(own + name))),
);
const remainsLeft: readonly Step[] = APPS.flatMap((name) => [
  step(`rejects of ${name}`, (s, own) => s.rejects.list(own + name, 100)),
  step(`versions of ${name}`, (s, own) => s.templates.list(own + name, 100)),
  step(`newest version of ${name}`, (s, own) => s.templates.head(own + name)),
  step(`version 2 of ${name}`, (s, own) => s.templates.get(own + name, 2)),
  step(`no version of ${name}`, (s, own) => s.templates.get(own + name, 0)),
]);

/** `share` of the usual number of runs: less where an implementation is slow. */
export const anyOrderContract = (name: string, start: () => Promise<Tables>, share = 1): void => {
  describe(`tables of ${name}`, () => {
    let tables: Tables;
    beforeAll(async () => {
      tables = await start();
    });
    const check = (each: fc.Arbitrary<Step>, most: number, look: readonly Step[], usual: number) =>
      fc.assert(
        fc.asyncProperty(fc.array(each, { minLength: 1, maxLength: most }), (steps) => bothDo(tables, steps, look)),
        { numRuns: Math.ceil(usual * share) },
      );
    test('any order: states', () => check(stateStep, 14, states, 80), 60_000);
    test('any order: calls', () => check(callStep, 12, callsLeft, 50), 60_000);
    test('any order: rejects, templates and their removal', () => check(remainsStep, 14, remainsLeft, 60), 60_000);
    test('any order: marks', () => check(claimStep, 6, [], 50), 60_000);
  });
};
