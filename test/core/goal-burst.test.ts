/** Many pushes at once: quiet time, the storm brake, and versions that never go down. */
import { describe, expect, test } from 'vitest';
import { type ApplicationState, NO_FACTS, type OpenCall } from '../../functions/core/application.ts';
import type { Policy } from '../../functions/core/definitions.ts';
import { goal, type Plan } from '../../functions/core/goal.ts';
import { lower } from '../../functions/core/lower.ts';
import { API, allDone, carryOut, definition, desiredOf, done, NOW, open, state, WEB, wish } from './plans.ts';

const S = 1_000;
const plan = (given: ApplicationState, policy: Policy, second: number): Plan =>
  goal(definition(policy), given, policy.neverDown === true ? { ...NO_FACTS, lower } : NO_FACTS, NOW + second * S);
const promoted = ({ promote }: Plan): string[] => promote.map(({ callId }) => callId);
const settled = ({ settle }: Plan): string[] =>
  settle.map(({ callId, settlement: { reason, by } }) => `${callId} ${reason}${by === undefined ? '' : ` by ${by}`}`).sort();
const held = ({ hold }: Plan): string[] => hold.map(({ callId, held: { reason, until } }) => `${callId} ${reason} until ${((until ?? 0) - NOW) / S}`);
const add = (given: ApplicationState, ...calls: readonly OpenCall[]): ApplicationState => ({
  ...given,
  open: { ...given.open, ...Object.fromEntries(calls.map((call) => [call.callId, call])) },
});

describe('quiet time', () => {
  const quiet = { quietSeconds: 10 };

  test('three tags of two architectures, seen one by one: one deployment, the others coalesced', () => {
    let now = state([]);
    const ends: string[] = [];
    for (let second = 1; second <= 6; second += 1) {
      now = add(now, open(second));
      const made = plan(now, quiet, second);
      expect(promoted(made)).toEqual([]);
      ends.push(...settled(made));
      now = carryOut(made, now);
    }
    expect(ends).toEqual(['c1.t coalesced by c2.t', 'c2.t coalesced by c3.t', 'c3.t coalesced by c4.t', 'c4.t coalesced by c5.t', 'c5.t coalesced by c6.t']);
    expect(plan(now, quiet, 15.999).dueAt).toBe(NOW + 16 * S);
    expect(promoted(plan(now, quiet, 16))).toEqual(['c6.t']);
  });

  test('seen all at once, they end the same', () => {
    expect(settled(plan(state([open(1), open(2), open(3)]), quiet, 3))).toEqual(['c1.t coalesced by c3.t', 'c2.t coalesced by c3.t']);
  });

  test('a repository that is never quiet waits ten quiet times at most, then the next burst is gathered anew, also while the first rolls out', () => {
    let now = state([]);
    const at: number[] = [];
    for (let second = 0; second <= 300; second += 5) {
      now = add(now, open(second));
      const made = plan(now, quiet, second);
      if (made.promote.length > 0) at.push(second);
      now = carryOut(made, now);
    }
    expect(at).toEqual([100, 205]);
  });

  test('every second of the way it is due when it may run', () => {
    let now = add(state([]), open(0));
    for (let second = 0; second < 10; second += 1) {
      const made = plan(now, quiet, second);
      expect(made.dueAt).toBe(NOW + 10 * S);
      now = carryOut(made, now);
    }
    expect(promoted(plan(now, quiet, 10))).toEqual(['c0.t']);
  });

  test('the same image twice is a duplicate, what a hold kept is superseded, what runs is superseded: these are no burst', () => {
    expect(settled(plan(state([open(1), open(1, { callId: 'c1.u' })]), quiet, 2))).toEqual(['c1.u duplicate by c1.t']);
    expect(settled(plan(state([open(1, { held: { reason: 'hold' } }), open(2)]), quiet, 3))).toEqual(['c1.t superseded by c2.t']);
    expect(settled(plan(state([open(1), open(30)], { [WEB]: { desired: desiredOf(open(1)) } }), quiet, 41))).toEqual(['c1.t superseded by c30.t']);
  });

  test('a wish waits for nobody and takes the burst with it', () => {
    expect(promoted(plan(state([open(1), wish(2)]), quiet, 2))).toEqual(['w2.!web']);
  });
});

describe('at most so many an hour', () => {
  test('then the newest waits until the first of them is an hour ago; older ones end for it', () => {
    const full = { deployedAt: [NOW - 3_000 * S, NOW - 10 * S] };
    const made = plan(state([open(1), open(2)], {}, full), { maxPerHour: 2 }, 5);
    expect([held(made), settled(made), promoted(made)]).toEqual([['c2.t rate until 600'], ['c1.t superseded by c2.t'], []]);
    expect(promoted(plan(state([open(1), open(2)], {}, full), { maxPerHour: 2 }, 600))).toEqual(['c2.t']);
    expect(promoted(plan(state([wish(1)], {}, full), { maxPerHour: 2 }, 5))).toEqual(['w1.!web']);
  });
});

describe('at most so many an hour, of several repositories', () => {
  const one = { maxPerHour: 1 };
  test('those that would pass at once do not: what is wanted and not yet sent counts', () => {
    const both = plan(state([open(1), open(1, { callId: 'c1.a', repository: API })]), one, 5);
    expect([promoted(both), held(both)]).toEqual([['c1.a'], ['c1.t rate until 3605']]);
    const unsent = { [API]: { desired: desiredOf(open(1, { repository: API })) } };
    expect(held(plan(state([open(1)], unsent), one, 5))).toEqual(['c1.t rate until 3605']);
    const sent = { [API]: { ...unsent[API], attempt: { rev: 1, fence: 1, at: NOW, count: 1, sent: true } } };
    expect(promoted(plan(state([open(1)], sent), one, 5))).toEqual(['c1.t']);
  });
});

describe('versions that never go down', () => {
  const up = { neverDown: true };
  const tagged = (second: number, tag: string, change: Partial<OpenCall> = {}) => open(second, { tag, ...change });
  const runs = (tag: string, manual = false) => ({ [WEB]: done(desiredOf(tagged(1, tag), 1, manual ? { manual } : {})) });
  test.each<readonly [name: string, given: ApplicationState, promotes: readonly string[], settles: readonly string[]]>([
    ['higher', state([tagged(2, 'v1.10.0')], runs('v1.9.0')), ['c2.t'], []],
    ['lower', state([tagged(2, '1.9.9')], runs('1.10.0')), [], ['c2.t lower-version']],
    ['equal', state([tagged(2, '1.10.0')], runs('v1.10.0')), ['c2.t'], []],
    ['a pre-release of what runs', state([tagged(2, '2.0.0-rc.1')], runs('2.0.0')), [], ['c2.t lower-version']],
    ['no version', state([tagged(2, 'latest')], runs('1.0.0')), [], ['c2.t lower-version']],
    ['the first one ever', state([tagged(2, '1.0.0')]), ['c2.t'], []],
    ['what runs is no version', state([tagged(2, '1.0.0')], runs('latest')), ['c2.t'], []],
    ['two parts are no version', state([tagged(2, '1.2')], runs('1.0.0')), [], ['c2.t lower-version']],
    ['higher than what a person went back to', state([tagged(2, '1.5.0')], runs('1.0.0', true)), ['c2.t'], []],
    [
      'lower than what failed, higher than what runs',
      state([tagged(3, '1.5.0')], { [WEB]: { ...done(desiredOf(tagged(2, '2.0.0')), 'failed'), good: [{ callId: 'c1.t', tag: '1.0.0', at: NOW }] } }),
      ['c3.t'],
      [],
    ],
    ['lower than what was rejected before it ran', state([tagged(3, '1.5.0')], { [WEB]: done(desiredOf(tagged(2, '2.0.0')), 'skipped') }), ['c3.t'], []],
    [
      'lower than what runs already',
      state([tagged(3, '1.5.0')], {
        [WEB]: { desired: desiredOf(tagged(2, '2.0.0')), done: { rev: 1, status: 'skipped', reason: 'already-running', at: NOW } },
      }),
      [],
      ['c3.t lower-version'],
    ],
    [
      'a back-port pushed last, looked at together: the highest runs',
      state([tagged(2, '1.3.0'), tagged(3, '1.2.9')], runs('1.2.0')),
      ['c2.t'],
      ['c3.t lower-version by c2.t'],
    ],
    [
      'of several the highest runs',
      state([tagged(2, '1.4.0'), tagged(3, '1.3.0'), tagged(4, '1.5.0'), tagged(5, '1.2.9')], runs('1.2.0')),
      ['c4.t'],
      ['c2.t superseded by c4.t', 'c3.t superseded by c4.t', 'c5.t lower-version by c4.t'],
    ],
  ])('%s', (_name, given, promotes, settles) => {
    const made = plan(given, up, 60);
    expect([promoted(made), settled(made)]).toEqual([promotes, settles]);
  });

  test('whoever is looked at first, the same version runs in the end', () => {
    const back = [tagged(2, '1.3.0'), tagged(3, '1.2.9')];
    const together = carryOut(plan(state(back, runs('1.2.0')), up, 60), state(back, runs('1.2.0')));
    let apart = state([], runs('1.2.0'));
    for (const one of back) {
      apart = add(apart, one);
      apart = allDone(carryOut(plan(apart, up, 60), apart), NOW + 60 * S);
    }
    expect(apart.runs[WEB]?.desired?.tag).toBe('1.3.0');
    expect(together.runs[WEB]?.desired?.tag).toBe('1.3.0');
  });
});
