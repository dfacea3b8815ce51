import { describe, expect, test } from 'vitest';
import { type ApplicationState, type Facts, isPending, NO_FACTS, type OpenCall, type Run } from '../../functions/core/application.ts';
import type { Policy } from '../../functions/core/definitions.ts';
import { goal, type Plan } from '../../functions/core/goal.ts';
import { API, carryOut, definition, desiredOf, done, NOW, open, state, WEB } from './plans.ts';

const plan = (given: ApplicationState, policy: Policy = {}, facts: Facts = NO_FACTS, now = NOW + 60_000): Plan => goal(definition(policy), given, facts, now);
/** `c1.t superseded by c2.t`, so that a table row reads as a sentence. */
const settled = ({ settle }: Plan): string[] =>
  settle.map(({ callId, settlement: { reason, by } }) => `${callId} ${reason}${by === undefined ? '' : ` by ${by}`}`).sort();
const promoted = ({ promote }: Plan): string[] => promote.map(({ callId }) => callId);
const held = ({ hold }: Plan): string[] =>
  hold.map(({ callId, held: { reason, until } }) => `${callId} ${reason}${until === undefined ? '' : ` until ${until - NOW}`}`).sort();

const rolling = (call: OpenCall, lookAt: number): Run => ({
  desired: desiredOf(call),
  running: { rev: 1, handle: 'h', since: NOW, deadline: NOW + 600_000, lookAt, target: 'x' },
});

describe('which image shall run', () => {
  const cases: readonly (readonly [name: string, given: ApplicationState, promotes: readonly string[], settles: readonly string[]])[] = [
    ['nothing is open', state([]), [], []],
    ['one push', state([open(1)]), ['c1.t'], []],
    ['a burst', state([open(1), open(3), open(2)]), ['c3.t'], ['c1.t superseded by c3.t', 'c2.t superseded by c3.t']],
    ['two triggers, one push', state([open(1), open(1, { callId: 'c1.a' })]), ['c1.a'], ['c1.t duplicate by c1.a']],
    ['two tags of one build', state([open(1, { digest: 'sha256:x' }), open(2, { digest: 'sha256:x' })]), ['c2.t'], ['c1.t coalesced by c2.t']],
    ['two repositories', state([open(1), open(2, { repository: API })]), ['c2.t', 'c1.t'], []],
    ['something older than what runs', state([open(1)], { [WEB]: done(desiredOf(open(2))) }), [], ['c1.t superseded by c2.t']],
    ['something older than what a person set', state([open(1)], { [WEB]: done(desiredOf(open(2), 1, { manual: true })) }), [], ['c1.t rolled-back by c2.t']],
    ['something newer than what is under way', state([open(1), open(2)], { [WEB]: rolling(open(1), NOW) }), ['c2.t'], ['c1.t superseded by c2.t']],
    ['another trigger of the push that runs', state([open(1, { callId: 'c1.z' })], { [WEB]: done(desiredOf(open(1))) }), [], ['c1.z duplicate by c1.t']],
    ['a redelivery of what runs', state([open(1, { callId: 'x.t', redelivery: true })], { [WEB]: done(desiredOf(open(1))) }), ['x.t'], []],
    [
      'a redelivery of what was replaced',
      state([open(1, { callId: 'x.t', redelivery: true })], { [WEB]: done(desiredOf(open(2))) }),
      [],
      ['x.t superseded by c2.t'],
    ],
    ['a redelivery next to its original', state([open(1), open(1, { callId: 'x.t', redelivery: true })]), ['x.t'], ['c1.t superseded by x.t']],
    [
      'the same image while it is on its way',
      state([open(1), open(2, { tag: 'v1', digest: 'sha256:1' })], { [WEB]: rolling(open(1), NOW) }),
      [],
      ['c2.t duplicate by c1.t'],
    ],
    ['the same image after it failed', state([open(2, { tag: 'v1', digest: 'sha256:1' })], { [WEB]: done(desiredOf(open(1)), 'failed') }), ['c2.t'], []],
    [
      'the same tag without a digest',
      state([open(2, { tag: 'v1', digest: undefined })], { [WEB]: done(desiredOf(open(1, { digest: undefined }))) }),
      ['c2.t'],
      [],
    ],
    ['the call of what is done, once more', state([open(1)], { [WEB]: done(desiredOf(open(1))) }), [], []],
  ];
  test.each(cases)('%s', (_name, given, promotes, settles) => {
    const made = plan(given);
    expect(promoted(made)).toEqual(promotes);
    expect(settled(made)).toEqual(settles);
    expect(made.work.map(({ repository }) => repository).sort()).toEqual(expect.arrayContaining(made.promote.map(({ repository }) => repository)));
  });

  test('the call of what is done is forgotten', () => {
    expect(plan(state([open(1)], { [WEB]: done(desiredOf(open(1))) })).forget).toEqual(['c1.t']);
  });

  test('a repeat takes what is wanted to its own place, so that what was pushed in between is older', () => {
    const a = open(1, { digest: 'sha256:a', tag: 'stable' });
    const again = open(3, { digest: 'sha256:a', tag: 'stable' });
    const first = plan(state([again], { [WEB]: done(desiredOf(a), 'delivered') }));
    expect(settled(first)).toEqual(['c3.t duplicate by c1.t']);
    const after = carryOut(first, state([again], { [WEB]: done(desiredOf(a), 'delivered') }));
    expect(settled(plan({ ...after, open: { [open(2).callId]: open(2) } }))).toEqual(['c2.t superseded by c3.t']);
  });
});

describe('what is wanted and not done', () => {
  const one = open(1);
  const attempt = { rev: 1, fence: 1, at: NOW, count: 1 };
  test.each<readonly [name: string, run: Run, work: readonly string[], due: number | undefined]>([
    ['not tried', { desired: desiredOf(one) }, ['apply'], undefined],
    ['tried, its end unknown', { desired: desiredOf(one), attempt }, ['apply'], undefined],
    ['to be tried later', { desired: desiredOf(one), attempt: { ...attempt, retryAt: NOW + 90_000 } }, [], NOW + 90_000],
    ['to be tried now', { desired: desiredOf(one), attempt: { ...attempt, retryAt: NOW + 60_000 } }, ['apply'], undefined],
    ['the waiting of a former deployment does not count', { desired: desiredOf(one, 2), attempt: { ...attempt, retryAt: NOW + 90_000 } }, ['apply'], undefined],
    ['rolling out, to be looked at', rolling(one, NOW + 60_000), ['observe'], undefined],
    ['rolling out, to be looked at later', rolling(one, NOW + 60_001), [], NOW + 60_001],
    ['done', done(desiredOf(one)), [], undefined],
  ])('%s', (_name, run, work, due) => {
    const made = plan(state(isPending(run) ? [one] : [], { [WEB]: run }));
    expect(made.work.map(({ act }) => act)).toEqual(work);
    expect(made.dueAt).toBe(due);
    expect(made.settle).toEqual([]);
  });

  test('stopped by a person before it was applied: it waits; what a person set is stopped by nothing', () => {
    const hold = { hold: { at: NOW } };
    expect(held(plan(state([one], { [WEB]: { desired: desiredOf(one) } }, hold)))).toEqual(['c1.t hold']);
    expect(plan(state([one], { [WEB]: { desired: desiredOf(one) } }, hold)).work).toEqual([]);
    expect(plan(state([], { [WEB]: { desired: desiredOf(one, 1, { manual: true }) } }, hold)).work).toHaveLength(1);
  });

  test('refused meanwhile: it ends and is finished', () => {
    const made = plan(state([one], { [WEB]: { desired: desiredOf(one) } }), {}, { ...NO_FACTS, rejects: new Set(['sha256:1']) });
    expect(settled(made)).toEqual(['c1.t rejected']);
    expect(made.finish.map(({ repository }) => repository)).toEqual([WEB]);
    expect(made.work).toEqual([]);
  });
});

describe('gates', () => {
  test.each<readonly [name: string, given: ApplicationState, policy: Policy, facts: Partial<Facts>, promotes: readonly string[], holds: readonly string[]]>([
    ['on hold: the newest waits, without an end', state([open(1), open(2)], {}, { hold: { at: NOW } }), {}, {}, [], ['c2.t hold']],
    ['a freeze with an end', state([open(1)]), {}, { freeze: { until: NOW + 90_000 } }, [], ['c1.t freeze until 90000']],
    ['a freeze that is over', state([open(1)]), {}, { freeze: { until: NOW + 60_000 } }, ['c1.t'], []],
    ['outside the window', state([open(1)]), {}, { closed: { until: NOW + 90_000 } }, [], ['c1.t window until 90000']],
    ['quiet time after the last push', state([open(1), open(59)]), { quietSeconds: 5 }, {}, [], ['c59.t quiet until 64000']],
    ['quiet by now', state([open(1), open(55)]), { quietSeconds: 5 }, {}, ['c55.t'], []],
    ['the rate is used up', state([open(1)], {}, { deployedAt: [NOW - 3_500_000, NOW] }), { maxPerHour: 2 }, {}, [], ['c1.t rate until 100000']],
    ['the rate has room', state([open(1)], {}, { deployedAt: [NOW - 3_600_000, NOW] }), { maxPerHour: 2 }, {}, ['c1.t'], []],
    [
      'an approval is missing: what has one passes it',
      state([open(1), open(2)]),
      { approval: true },
      { approvals: new Set(['sha256:1']) },
      ['c1.t'],
      ['c2.t approval'],
    ],
    [
      'an approval cannot be given without a digest',
      state([open(1, { digest: undefined })]),
      { approval: true },
      { approvals: new Set(['']) },
      [],
      ['c1.t approval'],
    ],
    ['pinned to another image', state([open(1), open(2)]), {}, { pins: { [WEB]: { tag: 'v1' } } }, [], ['c2.t hold']],
    ['pinned to this one', state([open(2)]), {}, { pins: { [WEB]: { digest: 'sha256:2' } } }, ['c2.t'], []],
  ])('%s', (_name, given, policy, facts, promotes, holds) => {
    const made = plan(given, policy, { ...NO_FACTS, ...facts });
    expect(promoted(made)).toEqual(promotes);
    expect(held(made)).toEqual(holds);
  });

  test.each<readonly [string, ApplicationState, Policy, Partial<Facts>, readonly string[]]>([
    ['too old when it is first decided', state([open(1)]), { maxAgeSeconds: 30 }, {}, ['c1.t expired']],
    ['old by waiting', state([open(1, { held: { reason: 'hold' } })]), { maxAgeSeconds: 30 }, {}, []],
    ['rejected: the one before it runs', state([open(1), open(2)]), {}, { rejects: new Set(['sha256:2']) }, ['c2.t rejected']],
  ])('never: %s', (_name, given, policy, facts, settles) => {
    expect(settled(plan(given, policy, { ...NO_FACTS, ...facts }))).toEqual(settles);
  });

  test('disabled: everything that is open is skipped for that', () => {
    expect(settled({ ...goal(definition({}, { enabled: false }), state([open(1), open(2)]), NO_FACTS, NOW) })).toEqual([
      'c1.t application-disabled',
      'c2.t application-disabled',
    ]);
  });
});

test('one write never outgrows its expression: what is too much for one plan is left to the next, in the end nothing is', () => {
  let current = state(Array.from({ length: 230 }, (_, i) => open(i)));
  let plans = 0;
  for (let more = true; more; plans += 1) {
    const made = goal(definition(), current, NO_FACTS, NOW + 600_000);
    expect(made.settle.length + made.forget.length + made.hold.length + made.promote.length).toBeLessThanOrEqual(51);
    more = made.more;
    current = carryOut(made, current);
    if (plans === 0) expect(promoted(made)).toEqual(['c229.t']);
  }
  expect(plans).toBeGreaterThan(3);
  expect(Object.keys(current.open)).toEqual(['c229.t']);
});

describe('a newer image takes the place of one that is under way', () => {
  const sent = { rev: 1, fence: 1, at: NOW, count: 2, sent: true };
  const ends = (run: Run, policy: Policy = {}) => plan(state([open(1), open(2)], { [WEB]: { desired: desiredOf(open(1)), ...run } }), policy).settle;

  test('an attempt whose answer nobody recorded is said; at most once it ends as unknown', () => {
    expect(ends({ attempt: sent })).toMatchObject([
      { settlement: { status: 'skipped', reason: 'superseded', by: 'c2.t', attempts: 2, detail: expect.stringContaining('nobody recorded') } },
    ]);
    expect(ends({ attempt: sent }, { atMostOnce: true })).toMatchObject([{ settlement: { status: 'unknown', reason: 'no-answer', attempts: 2 } }]);
  });

  test.each([
    ['answered, to be tried again', { attempt: { ...sent, retryAt: NOW + 1_000 } }],
    ['accepted, and watched', { attempt: sent, ...rolling(open(1), NOW + 1_000) }],
    ['never sent', { attempt: { rev: 1, fence: 1, at: NOW, count: 1 } }],
    ['of an earlier deployment', { attempt: { ...sent, rev: 0 } }],
  ] as const)('%s: nothing is unknown', (_, run) => {
    expect(ends(run, { atMostOnce: true })).toEqual([{ callId: 'c1.t', settlement: { status: 'skipped', reason: 'superseded', by: 'c2.t' } }]);
  });
});
