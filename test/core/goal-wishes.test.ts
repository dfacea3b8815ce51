/** What people ask for, against what is pushed: deploy, roll back, hold, release, reject, restart, a version of the template. */
import { describe, expect, test } from 'vitest';
import { type ApplicationState, type Facts, NO_FACTS, WHOLE, WHOLE_TEMPLATE } from '../../functions/core/application.ts';
import type { ApplicationDefinition, Policy } from '../../functions/core/definitions.ts';
import { goal, type Plan } from '../../functions/core/goal.ts';
import { API, allDone, carryOut, definition, desiredOf, done, NOW, open, state, WEB, wish } from './plans.ts';

const at = NOW + 60_000;
const plan = (given: ApplicationState, policy: Policy = {}, facts: Partial<Facts> = {}, change: Partial<ApplicationDefinition> = {}): Plan =>
  goal(definition(policy, change), given, { ...NO_FACTS, ...facts }, at);
const promoted = ({ promote }: Plan): string[] => promote.map(({ callId }) => callId);
const settled = ({ settle }: Plan): string[] =>
  settle.map(({ callId, settlement: { reason, by } }) => `${callId} ${reason}${by === undefined ? '' : ` by ${by}`}`).sort();
const heldOnes = ({ hold }: Plan): string[] => hold.map(({ callId, held: { reason } }) => `${callId} ${reason}`);
const pinned = (callId: string) => ({ hold: { at: NOW, callId } });
const ran = (second: number, rev = 1) => done(desiredOf(open(second), rev));

describe('a wish against what is open', () => {
  const cases: readonly (readonly [name: string, given: ApplicationState, promotes: readonly string[], settles: readonly string[], more?: boolean])[] = [
    ['alone', state([wish(5)]), ['w5.!web'], []],
    ['takes older pushes back', state([open(1), open(2), wish(5)]), ['w5.!web'], ['c1.t rolled-back by w5.!web', 'c2.t rolled-back by w5.!web']],
    ['newer pushes are looked at afterwards', state([open(9), wish(5)], {}, pinned('w5.!web')), ['w5.!web'], [], true],
    ['of two wishes the later one stands', state([wish(5), wish(6)]), ['w6.!web'], ['w5.!web superseded by w6.!web']],
    ['over what runs', state([wish(5)], { [WEB]: ran(2) }), ['w5.!web'], []],
    ['over what is under way', state([open(2), wish(5)], { [WEB]: { desired: desiredOf(open(2)) } }), ['w5.!web'], ['c2.t rolled-back by w5.!web']],
    [
      'over a wish that is under way',
      state([wish(4), wish(5)], { [WEB]: { desired: desiredOf(wish(4), 1, { manual: true }) } }),
      ['w5.!web'],
      ['w4.!web superseded by w5.!web'],
    ],
    ['a push was wanted in between, and the hold says which was later', state([wish(5)], { [WEB]: ran(7) }, pinned('w5.!web')), ['w5.!web'], []],
    [
      'what an earlier wish wanted was pushed again in between',
      state([wish(5)], { [WEB]: done({ ...desiredOf(wish(4), 1, { manual: true }), order: open(7).order, again: 'c7.t', asked: wish(4).order }) }),
      ['w5.!web'],
      [],
    ],
    ['a push was wanted in between, and nothing holds it', state([wish(5)], { [WEB]: ran(7) }), [], ['w5.!web superseded by c7.t']],
    [
      'a later wish was wanted in between',
      state([wish(5)], { [WEB]: done(desiredOf(wish(7), 1, { manual: true })) }, pinned('w5.!web')),
      [],
      ['w5.!web superseded by w7.!web'],
    ],
  ];
  test.each(cases.map(([name, ...rest]) => ({ name, rest })))('$name', ({ rest: [given, promotes, settles, more = false] }) => {
    const made = plan(given);
    expect(promoted(made)).toEqual(promotes);
    expect(settled(made)).toEqual(settles);
    expect(made.more).toBe(more);
  });

  test.each<readonly [string, Policy, Partial<Facts>]>([
    ['a hold', {}, {}],
    ['a freeze', {}, { freeze: {} }],
    ['a window', {}, { closed: {} }],
    ['quiet time', { quietSeconds: 3_600 }, {}],
    ['the rate', { maxPerHour: 1 }, {}],
    ['an approval', { approval: true }, {}],
    ['age', { maxAgeSeconds: 1 }, {}],
    ['a pin', {}, { pins: { [WEB]: { tag: 'other' } } }],
    ['a version that is lower', { neverDown: true }, { lower: () => 'lower' }],
  ])('no gate stops it: %s', (_name, policy, facts) => {
    expect(promoted(plan(state([wish(5)], { [WEB]: ran(2) }, { hold: { at: NOW }, deployedAt: [at] }), policy, facts))).toEqual(['w5.!web']);
  });

  test('a disabled application, and one whose source lies in git, refuse it; then what was pushed is looked at', () => {
    const both = state([wish(5), open(9)]);
    expect(settled(plan(both, {}, {}, { enabled: false }))).toContain('w5.!web application-disabled');
    expect(settled(plan(both, {}, {}, { source: { git: 'https://git.example/x' } }))).toContain('w5.!web git-source');
    expect(plan(both, {}, {}, { enabled: false }).more).toBe(true);
    const under = state([wish(5)], { [WEB]: { desired: desiredOf(wish(5), 1, { manual: true }) } });
    expect(settled(plan(under, {}, {}, { enabled: false }))).toEqual(['w5.!web application-disabled']);
  });
});

describe('after a wish', () => {
  const back = (change = {}) => done(desiredOf(wish(5), 1, { manual: true, from: { tag: 'v2', digest: 'sha256:2' }, ...change }));
  test.each<readonly [name: string, given: ApplicationState, settles: readonly string[], holds: readonly string[], promotes: readonly string[]]>([
    ['an older push', state([open(3)], { [WEB]: back() }, pinned('w5.!web')), ['c3.t rolled-back by w5.!web'], [], []],
    ['an older push next to a newer one', state([open(3), open(9)], { [WEB]: back() }), ['c3.t rolled-back by w5.!web'], [], ['c9.t']],
    ['a newer push waits', state([open(8), open(9)], { [WEB]: back() }, pinned('w5.!web')), ['c8.t superseded by c9.t'], ['c9.t hold'], []],
    ['released, the newest runs', state([open(9, { held: { reason: 'hold' } })], { [WEB]: back() }), [], [], ['c9.t']],
    [
      'a late notification of what was taken back',
      state([open(9, { digest: 'sha256:2' })], { [WEB]: back() }, pinned('w5.!web')),
      ['c9.t rolled-back by w5.!web'],
      [],
      [],
    ],
    ['the same once it is released', state([open(9, { digest: 'sha256:2' })], { [WEB]: back() }), [], [], ['c9.t']],
    [
      'the same image as is wanted, though it was wanted before too',
      state([open(9, { tag: 'v5', digest: 'sha256:5' })], { [WEB]: back({ from: { tag: 'v5', digest: 'sha256:5' } }) }, pinned('w5.!web')),
      ['c9.t duplicate by w5.!web'],
      [],
      [],
    ],
    [
      'a redelivery of what was taken back',
      state([open(2, { callId: 'r2.t', redelivery: true })], { [WEB]: back() }, pinned('w5.!web')),
      ['r2.t rolled-back by w5.!web'],
      [],
      [],
    ],
    ['a redelivery of the wish itself', state([wish(5, { callId: 'r5.!web', manual: undefined, redelivery: true })], { [WEB]: back() }), [], [], ['r5.!web']],
    ['the wish opened once more by a late write', state([wish(5)], { [WEB]: back() }, pinned('w5.!web')), [], [], []],
  ])('%s', (_name, given, settles, holds, promotes) => {
    const made = plan(given);
    expect(settled(made)).toEqual(settles);
    expect(heldOnes(made)).toEqual(holds);
    expect(promoted(made)).toEqual(promotes);
  });

  test('deploy, push, release: the push that waited runs, and neither a retry nor an old push brings back what was before', () => {
    const step = (given: ApplicationState): ApplicationState => carryOut(plan(given), given);
    let now = step(state([open(2), wish(5)], { [WEB]: ran(1) }, pinned('w5.!web')));
    now = step({ ...now, open: { ...now.open, 'c9.t': open(9) } });
    now = step({ ...now, open: { ...now.open, 'c3.t': open(3) } });
    expect(now.runs[WEB]?.desired).toMatchObject({ callId: 'w5.!web', manual: true });
    expect(now.open['c9.t']?.held?.reason).toBe('hold');
    const { hold: _, ...released } = allDone(now, NOW);
    expect(carryOut(plan(released), released).runs[WEB]?.desired?.callId).toBe('c9.t');
  });

  test('a push that was under way is held where it was not sent yet, and its retry too', () => {
    const attempt = { rev: 1, fence: 1, at: NOW, count: 1, sent: true, retryAt: NOW + 1_000 };
    const made = plan(state([open(1)], { [WEB]: { desired: desiredOf(open(1)), attempt } }, { hold: { at: NOW } }));
    expect(heldOnes(made)).toEqual(['c1.t hold']);
    expect(made.work).toEqual([]);
  });
});

describe('a rejected digest', () => {
  const rejects = { rejects: new Set(['sha256:2', 'sha256:9']) };
  test('is deployed by no push, and by none that is wanted and not yet sent; what is older runs instead', () => {
    expect(settled(plan(state([open(2)]), {}, rejects))).toEqual(['c2.t rejected']);
    const made = plan(state([open(1), open(2)]), {}, rejects);
    expect([promoted(made), settled(made)]).toEqual([['c1.t'], ['c2.t rejected']]);
    const wanted = plan(state([open(2)], { [WEB]: { desired: desiredOf(open(2)) } }), {}, rejects);
    expect([settled(wanted), wanted.work]).toEqual([['c2.t rejected'], []]);
  });

  test('held, released and rejected meanwhile: it ends, and the one before it had ended for it', () => {
    expect(settled(plan(state([open(9, { held: { reason: 'hold' } })]), {}, rejects))).toEqual(['c9.t rejected']);
  });

  test('what was sent and not answered says so when it ends', () => {
    const run = { desired: desiredOf(open(2)), attempt: { rev: 1, fence: 1, at: NOW, count: 1, sent: true } };
    expect(plan(state([open(2)], { [WEB]: run }), {}, rejects).settle[0]?.settlement).toMatchObject({
      reason: 'rejected',
      detail: expect.stringContaining('nobody recorded'),
    });
  });
});

describe('the application as a whole', () => {
  const restart = (second: number, change = {}) => wish(second, { repository: WHOLE, tag: '', digest: undefined, restart: true, ...change });
  const version = (second: number, n = 1) => wish(second, { repository: WHOLE_TEMPLATE, tag: '', digest: undefined, version: n });

  test('a restart comes first, takes nothing back, and is no image', () => {
    const made = plan(state([open(1), restart(5)], {}, {}));
    expect(promoted(made)).toEqual(['w5.!web', 'c1.t']);
    expect(settled(made)).toEqual([]);
  });

  test('a restart by a person passes a hold, one by a trigger URL waits; of several the last one runs', () => {
    expect(promoted(plan(state([restart(5)], {}, { hold: { at: NOW } })))).toEqual(['w5.!web']);
    expect(heldOnes(plan(state([restart(5, { manual: undefined })], {}, { hold: { at: NOW } })))).toEqual(['w5.!web hold']);
    expect(settled(plan(state([restart(5), restart(6)])))).toEqual(['w5.!web superseded by w6.!web']);
    expect(promoted(plan(state([restart(5)]), {}, {}, { source: { git: 'https://git.example/x' } }))).toEqual(['w5.!web']);
  });

  test('a version of the template takes back what was pushed before it, in every repository, also when it is wanted already', () => {
    expect(settled(plan(state([open(1), open(2, { repository: API }), version(5)])))).toEqual(['c1.t rolled-back by w5.!web', 'c2.t rolled-back by w5.!web']);
    const runs = { [WHOLE_TEMPLATE]: done(desiredOf(version(5), 2, { manual: true, version: 1 })) };
    expect(settled(plan(state([open(1)], runs, pinned('w5.!web'))))).toEqual(['c1.t rolled-back by w5.!web']);
    const under = plan(state([open(1), version(5)], { [WEB]: { desired: desiredOf(open(1)) } }));
    expect(settled(under)).toEqual(['c1.t rolled-back by w5.!web']);
    expect(under.finish.map(({ repository }) => repository)).toEqual([WEB]);
    expect(under.work).toEqual([{ repository: WHOLE_TEMPLATE, act: 'apply' }]);
  });

  test('an image that it took back is no repeat when it is pushed again: late under the hold it is taken back too, released it runs', () => {
    const runs = { [WHOLE_TEMPLATE]: done(desiredOf(version(5), 2, { manual: true, version: 1 })), [WEB]: ran(2) };
    const again = open(9, { tag: 'v2', digest: 'sha256:2' });
    expect(settled(plan(state([again], runs, pinned('w5.!web'))))).toEqual(['c9.t rolled-back by w5.!web']);
    expect(promoted(plan(state([again], runs)))).toEqual(['c9.t']);
  });

  test('an older wish that is told late does not undo it', () => {
    const runs = { [WHOLE_TEMPLATE]: done(desiredOf(version(5), 2, { manual: true, version: 1 })) };
    expect(settled(plan(state([wish(4)], runs, pinned('w4.!web'))))).toEqual(['w4.!web superseded by w5.!web']);
  });
});

describe('what is asked of the target', () => {
  test('is looked at when there is nothing to do, and right after what there is to do', () => {
    const asked = { refresh: NOW };
    expect(plan(state([], { [WEB]: ran(1) }, asked))).toMatchObject({ look: true, more: false });
    expect(plan(state([open(2)], { [WEB]: ran(1) }, asked))).toMatchObject({ look: false, more: true });
    expect(plan(state([], { [WEB]: ran(1) }, { ...asked, seen: { at: NOW } }))).toMatchObject({ look: false, more: false });
    expect(plan(state([], { [WEB]: ran(1) }, { ...asked, seen: { at: NOW - 1 } })).look).toBe(true);
  });
});
