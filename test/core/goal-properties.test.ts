/** What holds for every application, whatever it wants and whatever is open. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ApplicationState, type Facts, isAtRest, NO_FACTS, type OpenCall, type Run } from '../../functions/core/application.ts';
import { fits } from '../../functions/core/call.ts';
import type { Policy } from '../../functions/core/definitions.ts';
import { goal, type Plan } from '../../functions/core/goal.ts';
import { newDraft } from '../../functions/core/plan.ts';
import { API, allDone, carryOut, definition, desiredOf, done, NOW, open, state, WEB } from './plans.ts';

const promoted = ({ promote }: Plan): string[] => promote.map(({ callId }) => callId);

describe('always', () => {
  /** One push has one image, however many calls it has; some pushes share theirs. */
  const imageOf = (second: number) => (second % 3 === 2 ? {} : { tag: 'xy'.charAt(second % 3), digest: `sha256:${'xy'.charAt(second % 3)}` });
  const call: fc.Arbitrary<OpenCall> = fc
    .record({
      second: fc.integer({ min: 0, max: 6 }),
      trigger: fc.constantFrom('t', 'u'),
      repository: fc.constantFrom(WEB, API),
      kind: fc.constantFrom('push', 'push', 'redelivery', 'redelivery', 'wish'),
      late: fc.integer({ min: 0, max: 100 }),
      held: fc.option(fc.constantFrom({ reason: 'hold' as const }, { reason: 'retry' as const, until: NOW + 5_000 }), { nil: undefined }),
    })
    .map(({ second, trigger, repository, kind, late, held: before }) =>
      open(second, {
        callId: `c${second}${kind === 'push' ? '' : kind.charAt(0)}.${trigger}-${repository}`,
        repository,
        receivedAt: NOW + second * 1_000 + late,
        ...imageOf(second),
        // No push has the very place of a wish.
        ...(kind === 'wish' ? { manual: true, order: `${NOW + second * 1_000}#w${trigger}`, back: late > 50 } : {}),
        ...(kind === 'redelivery' ? { redelivery: true } : {}),
        ...(before === undefined || kind === 'wish' ? {} : { held: before }),
      }),
    );
  /** Calls of one push wait together: were only the first of two opened and held, the second one would end as a repeat one plan before it. */
  const together = (all: readonly OpenCall[]): OpenCall[] =>
    all.map(({ held: _, ...one }) => {
      const first = all.find(({ order, repository }) => order === one.order && repository === one.repository)?.held;
      return first === undefined ? one : { ...one, held: first };
    });
  const calls = fc.uniqueArray(call, { selector: ({ callId }) => callId, maxLength: 8 }).map(together);
  const run = (repository: string): fc.Arbitrary<Run> =>
    fc
      .record({
        second: fc.integer({ min: 0, max: 6 }),
        manual: fc.boolean(),
        is: fc.constantFrom('new', 'retry', 'rolling', 'succeeded', 'failed'),
        at: fc.integer({ min: -5, max: 5 }),
        automatic: fc.boolean(),
        good: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
      })
      .map(({ second, manual, is, at, automatic, good }) => {
        const wished = manual ? { manual, from: imageOf(6 - second), ...(automatic ? { automatic } : {}) } : {};
        const desired = desiredOf(open(second, { repository, callId: `c${second}.t-${repository}`, ...imageOf(second) }), 1, wished);
        const before = good === undefined ? {} : { good: [{ callId: `g${good}.t`, tag: 'g', digest: `sha256:${good}`, at: NOW - 9, ...imageOf(good) }] };
        if (is === 'succeeded' || is === 'failed') {
          const run = done(desired, is);
          return { ...run, ...before, ...(run.done === undefined || is === 'succeeded' ? {} : { done: { ...run.done, reason: 'rollout-failed' as const } }) };
        }
        if (is === 'retry') return { desired, attempt: { rev: 1, fence: 1, at: NOW, count: 1, retryAt: NOW + at * 1_000 } };
        return is === 'rolling'
          ? { desired, running: { rev: 1, handle: 'h', since: NOW, deadline: NOW + 9, lookAt: NOW + at * 1_000, target: 'x' } }
          : { desired };
      });
  const states: fc.Arbitrary<ApplicationState> = fc
    .record({
      calls,
      web: fc.option(run(WEB), { nil: undefined }),
      api: fc.option(run(API), { nil: undefined }),
      hold: fc.constantFrom('none', 'plain', 'with a wish'),
    })
    .map(({ calls: all, web, api, hold }) =>
      state(
        all,
        { ...(web === undefined ? {} : { [WEB]: web }), ...(api === undefined ? {} : { [API]: api }) },
        hold === 'none' ? {} : { hold: holdOf(all, hold) },
      ),
    );
  const holdOf = (all: readonly OpenCall[], hold: string): NonNullable<ApplicationState['hold']> => {
    const callId = hold === 'plain' ? undefined : all.find(({ manual }) => manual === true)?.callId;
    return { at: NOW, ...(callId === undefined ? {} : { callId }) };
  };
  const policies: fc.Arbitrary<Policy> = fc.constantFrom<Policy>(
    {},
    { quietSeconds: 3 },
    { approval: true },
    { maxAgeSeconds: 2 },
    { maxPerHour: 1 },
    { autoRollback: true },
    { autoRollback: true, quietSeconds: 3 },
  );
  const facts: fc.Arbitrary<Facts> = fc.constantFrom<Facts>(
    NO_FACTS,
    { ...NO_FACTS, freeze: { until: NOW + 1_000 } },
    { ...NO_FACTS, freeze: {} },
    { ...NO_FACTS, rejects: new Set(['sha256:x']) },
    { ...NO_FACTS, approvals: new Set(['sha256:y']) },
    { ...NO_FACTS, pins: { [WEB]: { tag: 'x' } } },
  );
  const always = (holds: (given: ApplicationState, made: Plan, policy: Policy, known: Facts) => void): void =>
    fc.assert(
      fc.property(states, policies, facts, (given, policy, known) => holds(given, goal(definition(policy), given, known, NOW), policy, known)),
      { numRuns: 5_000 },
    );

  test('of a state at rest nothing is to be done, whatever the definition and the facts say', () =>
    fc.assert(
      fc.property(states, policies, facts, (given, policy, known) => {
        const rested = { ...given, open: {}, refresh: NOW - 1, seen: { at: NOW } };
        fc.pre(isAtRest(rested));
        const { due: _, ...nothing } = newDraft();
        expect(goal(definition(policy), rested, known, NOW)).toEqual({ ...nothing, look: false });
      }),
      { numRuns: 1_000 },
    ));

  test('nothing older than what is wanted is promoted, but a redelivery of that same image, and a wish that came later', () =>
    always((given, { promote }) => {
      for (const one of promote) {
        const desired = given.runs[one.repository]?.desired;
        if (desired === undefined || one.order >= desired.order) continue;
        // The hold that came with a wish says that it was asked for after what is wanted.
        if (one.manual === true) expect([given.hold?.callId, desired.manual]).toEqual([one.callId, undefined]);
        else expect(one).toMatchObject({ redelivery: true, tag: desired.tag, digest: desired.digest });
      }
    }));

  test('every open call is settled, promoted, forgotten, waiting for a known reason, or the wanted one itself; and only one of these', () =>
    always((given, made) => {
      const ended = [...made.settle.map(({ callId }) => callId), ...made.forget, ...promoted(made)];
      expect(new Set(ended).size).toBe(ended.length);
      for (const { callId, held: before, repository, order } of Object.values(given.open)) {
        const waits = before !== undefined || made.hold.some((one) => one.callId === callId);
        const wanted = given.runs[repository]?.desired?.callId === callId;
        // What is newer than a wish is judged as soon as that is what is wanted: at once.
        const afterWish = made.more && made.promote.some((one) => one.manual === true && one.repository === repository && one.order < order);
        expect(ended.includes(callId) || waits || wanted || afterWish, callId).toBe(true);
      }
    }));

  test('one image at most is promoted for a repository, and there is work for it', () =>
    always((_given, made) => {
      const repositories = made.promote.map(({ repository }) => repository);
      expect(new Set(repositories).size).toBe(repositories.length);
      for (const repository of repositories) expect(made.work).toContainEqual({ repository, act: 'apply' });
    }));

  test('what ends names a reason that fits, and what replaced it, which is of the same repository', () =>
    always((given, made) => {
      const wanted = Object.values(given.runs).flatMap(({ desired }) => (desired === undefined ? [] : [desired]));
      for (const { callId, settlement } of made.settle) {
        expect(settlement.reason !== undefined && fits(settlement.status, settlement.reason)).toBe(true);
        if (settlement.by === undefined) continue;
        const loser = given.open[callId] ?? wanted.find((one) => one.callId === callId);
        const by = given.open[settlement.by] ?? wanted.find((one) => one.callId === settlement.by);
        expect(by?.repository).toBe(loser?.repository);
        expect(settlement.by).not.toBe(callId);
      }
    }));

  test('nothing stops a wish: one is promoted, if any is newer than what is wanted; and then nothing else', () =>
    always((given, made) => {
      for (const repository of [WEB, API]) {
        const { desired } = given.runs[repository] ?? {};
        const wishes = Object.values(given.open).filter((one) => one.repository === repository && one.manual === true && one.callId !== desired?.callId);
        const newest = wishes.sort((a, b) => (a.order < b.order ? 1 : -1))[0];
        if (newest !== undefined && (desired === undefined || newest.order > desired.order)) expect(promoted(made)).toContain(newest.callId);
      }
    }));

  test('what is rolled back by itself failed in its rollout, and is neither a wish of the policy nor replaced by anything in this plan', () =>
    always((given, { rollBack, promote }, policy, { rejects }) => {
      if (rollBack.length > 0) expect(policy.autoRollback).toBe(true);
      for (const { repository, failed, to } of rollBack) {
        expect(given.runs[repository]?.done).toMatchObject({ rev: failed.rev, status: 'failed', reason: 'rollout-failed' });
        expect(failed.automatic).toBeUndefined();
        expect(to.digest !== undefined && rejects.has(to.digest)).toBe(false);
        expect(to.digest === undefined || to.digest !== failed.digest).toBe(true);
        expect(promote.map((one) => one.repository)).not.toContain(repository);
      }
    }));

  test('it is due in the future or not at all', () =>
    always((_given, { dueAt }) => {
      if (dueAt !== undefined) expect(dueAt).toBeGreaterThan(NOW);
    }));

  test('a hold, a freeze and a pin promote nothing that they stop', () =>
    always((given, { promote }, _policy, { freeze, pins }) => {
      const pushes = promote.filter(({ manual }) => manual !== true);
      if (given.hold !== undefined || freeze !== undefined) expect(pushes).toEqual([]);
      for (const { repository, tag } of pushes) if (pins[repository] !== undefined) expect(tag).toBe(pins[repository].tag);
    }));

  test('carried out, nothing is left to settle, to promote or to write', () =>
    always((given, made, policy, known) => {
      let after = carryOut(made, given);
      // What is taken back is wanted anew, and its rollout is looked at again and again.
      for (let plan = made; plan.more || plan.rollBack.length > 0; after = carryOut(plan, after)) plan = goal(definition(policy), after, known, NOW);
      const again = goal(definition(policy), after, known, NOW);
      // Quiet time counts from the last push that is still open, so it may end sooner once an older push that came later is settled.
      const hold = policy.quietSeconds === undefined ? again.hold : [];
      expect({ ...again, hold, work: [], dueAt: undefined }).toEqual({
        settle: [],
        forget: [],
        hold: [],
        again: [],
        finish: [],
        promote: [],
        rollBack: [],
        look: false,
        more: false,
        work: [],
        dueAt: undefined,
      });
    }));

  test('the order in which calls are stored says nothing', () =>
    always((given, made, policy, known) => {
      const turned = { ...given, open: Object.fromEntries(Object.entries(given.open).reverse()) };
      expect(goal(definition(policy), turned, known, NOW)).toEqual(made);
    }));

  test('after a wish nothing older is ever wanted, and under its hold nothing newer, whatever arrives, comes again or goes wrong', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom('push', 'redelivery', 'reconcile', 'finish', 'release')), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.constantFrom<Policy>({}, { quietSeconds: 3 }, { maxPerHour: 1 }),
        (steps, policy) => {
          const asked = open(5, { callId: 'w5.!web', tag: 'w', digest: 'sha256:w', manual: true, order: `${NOW + 5_500}#w` });
          let current = carryOut(
            goal(definition(policy), state([open(4), asked], {}, { hold: { at: NOW, callId: asked.callId } }), NO_FACTS, NOW + 20_000),
            state([open(4), asked], {}, { hold: { at: NOW, callId: asked.callId } }),
          );
          for (const [second, step] of steps) {
            const one = step === 'redelivery' ? open(second, { callId: `r${second}.t`, redelivery: true }) : open(second);
            if (step === 'push' || step === 'redelivery') current = { ...current, open: { ...current.open, [one.callId]: one } };
            if (step === 'release') {
              const { hold: _, ...released } = current;
              current = released;
            }
            current = carryOut(goal(definition(policy), current, NO_FACTS, NOW + 20_000), current);
            if (step === 'finish') current = allDone(current, NOW + 20_000);
            const { desired } = current.runs[WEB] ?? {};
            expect(desired !== undefined && desired.order >= asked.order).toBe(true);
            if (current.hold !== undefined) expect(desired?.callId).toBe(asked.callId);
          }
        },
      ),
      { numRuns: 3_000 },
    ));

  test('in whatever order pushes arrive, with reconciles in between or not, the newest image ends up wanted', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom('a', 'b', 'c')), {
          selector: ([second]) => second,
          minLength: 1,
          maxLength: 7,
        }),
        fc.array(fc.constantFrom('reconcile', 'finish', 'nothing'), { minLength: 7, maxLength: 7 }),
        (arrivals, between) => {
          let current = state([]);
          for (const [i, [second, image]] of arrivals.entries()) {
            const one = open(second, { tag: image, digest: `sha256:${image}` });
            current = { ...current, open: { ...current.open, [one.callId]: one } };
            if (between[i] !== 'nothing') current = carryOut(goal(definition(), current, NO_FACTS, NOW + 20_000), current);
            if (between[i] === 'finish') current = allDone(current, NOW + 20_000);
          }
          current = carryOut(goal(definition(), current, NO_FACTS, NOW + 20_000), current);
          const [, newest] = [...arrivals].sort(([a], [b]) => b - a)[0] ?? [];
          expect(current.runs[WEB]?.desired?.tag).toBe(newest);
        },
      ),
      { numRuns: 3_000 },
    ));
});
