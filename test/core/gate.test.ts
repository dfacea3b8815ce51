import { expect, test } from 'vitest';
import { NO_FACTS } from '../../functions/core/application.ts';
import { applicationWait, type GateInput, ownWait, recentDeployments, refusal, stopWait } from '../../functions/core/gate.ts';
import { definition, NOW, open, state, WEB } from './plans.ts';

const input = (change: Partial<GateInput> = {}): GateInput => ({ definition: definition(), state: state([]), facts: NO_FACTS, now: NOW, ...change });

test('the first gate that is closed is the reason: hold before freeze, freeze before window, window before quiet, quiet before rate', () => {
  const one = open(0);
  const all = input({
    definition: definition({ quietSeconds: 60, maxPerHour: 1 }),
    state: state([one], {}, { hold: { at: NOW }, deployedAt: [NOW] }),
    facts: { ...NO_FACTS, freeze: { until: NOW + 1 }, closed: { until: NOW + 2 } },
  });
  const { hold: _, ...released } = all.state;
  const { freeze: __, ...thawed } = all.facts;
  const { closed: ___, ...inside } = thawed;
  const steps = [all, { ...all, state: released }, { ...all, state: released, facts: thawed }, { ...all, state: released, facts: inside }];
  expect(steps.map((step) => applicationWait(one, step)?.reason)).toEqual(['hold', 'freeze', 'window', 'quiet']);
  expect(applicationWait(one, { ...all, state: released, facts: inside, now: NOW + 60_000 })).toEqual({ reason: 'rate', until: NOW + 3_600_000 });
  expect(applicationWait(one, { ...all, state: released, facts: inside, now: NOW + 3_600_000 })).toBeUndefined();
});

test('quiet time is of one repository: pushes of another do not prolong it', () => {
  const one = open(0);
  const other = open(9, { repository: 'r.example/other' });
  const given = input({ definition: definition({ quietSeconds: 10 }), state: state([one, other]) });
  expect(applicationWait(one, given)).toEqual({ reason: 'quiet', until: NOW + 10_000, since: NOW });
});

test('the rate is over when the oldest of the last so many is an hour ago', () => {
  const given = (deployedAt: readonly number[], maxPerHour: number) =>
    applicationWait(open(0), input({ definition: definition({ maxPerHour }), state: state([], {}, { deployedAt }) }));
  expect(given([NOW - 10, NOW - 20, NOW - 30], 2)).toEqual({ reason: 'rate', until: NOW - 20 + 3_600_000 });
  expect(given([NOW - 3_600_000, NOW - 20], 2)).toBeUndefined();
  expect(given([], 1)).toBeUndefined();
});

test('deployments are remembered for an hour, a hundred of them', () => {
  expect(recentDeployments(undefined, NOW)).toEqual([NOW]);
  expect(recentDeployments([NOW - 3_600_000, NOW - 1], NOW)).toEqual([NOW - 1, NOW]);
  expect(
    recentDeployments(
      Array.from({ length: 150 }, () => NOW - 1),
      NOW,
    ),
  ).toHaveLength(100);
});

test('an approval is asked for by each image on its own, and given to a digest', () => {
  const asks = input({ definition: definition({ approval: true }), facts: { ...NO_FACTS, approvals: new Set(['sha256:1']) } });
  expect([open(1), open(2), open(3, { digest: undefined })].map((call) => ownWait(call, asks)?.reason)).toEqual([undefined, 'approval', 'approval']);
  expect(ownWait(open(2), input())).toBeUndefined();
});

test('a push is too old only when it is first decided, and counts from when it was received', () => {
  const limited = input({ definition: definition({ maxAgeSeconds: 60 }), now: NOW + 60_001 });
  expect(refusal(open(0), limited)).toBe('expired');
  expect(refusal(open(0), { ...limited, now: NOW + 60_000 })).toBeUndefined();
  expect(refusal(open(0, { held: { reason: 'window' } }), limited)).toBeUndefined();
});

test('a person’s stop holds what is wanted and not yet applied; quiet time, windows and rate do not', () => {
  const wanted = { repository: WEB, tag: 'v1', digest: 'sha256:1' };
  expect(stopWait(wanted, input({ state: state([], {}, { hold: { at: NOW } }) }))?.reason).toBe('hold');
  expect(stopWait(wanted, input({ facts: { ...NO_FACTS, pins: { [WEB]: { digest: 'sha256:2' } } } }))?.reason).toBe('hold');
  expect(stopWait(wanted, input({ facts: { ...NO_FACTS, freeze: {} } }))?.reason).toBe('freeze');
  expect(
    stopWait(
      wanted,
      input({ definition: definition({ quietSeconds: 60, maxPerHour: 1 }), facts: { ...NO_FACTS, closed: {} }, state: state([], {}, { deployedAt: [NOW] }) }),
    ),
  ).toBeUndefined();
});
