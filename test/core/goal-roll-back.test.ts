/** A rollout that failed is taken back by the policy: once, to what went well before, and never again to what failed. */
import { describe, expect, test } from 'vitest';
import { type ApplicationState, type Facts, NO_FACTS, type Run, WHOLE_TEMPLATE } from '../../functions/core/application.ts';
import type { ApplicationDefinition } from '../../functions/core/definitions.ts';
import { goal, type Plan } from '../../functions/core/goal.ts';
import type { ReasonCode } from '../../functions/core/reason-code.ts';
import { carryOut, definition, desiredOf, done, NOW, open, state, WEB, wish } from './plans.ts';

const plan = (given: ApplicationState, facts: Partial<Facts> = {}, change: Partial<ApplicationDefinition> = {}): Plan =>
  goal(definition({ autoRollback: true }, change), given, { ...NO_FACTS, ...facts }, NOW + 60_000);
const good = { callId: 'c1.t', tag: 'v1', digest: 'sha256:1', at: NOW - 1 };
const failed = (reason: ReasonCode = 'rollout-failed', change = {}, more: Partial<Run> = {}): Run => {
  const desired = desiredOf(open(2), 2, change);
  return { desired, done: { rev: 2, status: 'failed', reason, at: NOW }, good: [good], ...more };
};
const settled = ({ settle }: Plan): string[] =>
  settle.map(({ callId, settlement: { reason, by } }) => `${callId} ${reason}${by === undefined ? '' : ` by ${by}`}`);

describe('taken back', () => {
  test.each(['rollout-failed', 'rollout-deadline'] as const)('after %s, to what went well before', (reason) => {
    const made = plan(state([], { [WEB]: failed(reason) }));
    expect(made.rollBack).toMatchObject([{ repository: WEB, failed: { callId: 'c2.t' }, to: good }]);
    expect(made.work).toEqual([{ repository: WEB, act: 'apply' }]);
  });

  const never: readonly (readonly [string, ApplicationState, Partial<Facts>?, Partial<ApplicationDefinition>?])[] = [
    ['the target refused it', state([], { [WEB]: failed('target-refused') })],
    ['the worker died', state([], { [WEB]: failed('worker-died') })],
    ['it was the roll back itself', state([], { [WEB]: failed('rollout-failed', { automatic: true, manual: true }) })],
    ['it was a restart', state([], { [WEB]: failed('rollout-failed', { restart: true }) })],
    ['nothing went well before', state([], { [WEB]: failed('rollout-failed', {}, { good: [] }) })],
    ['what went well before is the very same image', state([], { [WEB]: failed('rollout-failed', {}, { good: [{ ...good, digest: 'sha256:2' }] }) })],
    ['what went well before is rejected by now', state([], { [WEB]: failed() }), { rejects: new Set(['sha256:1']) }],
    ['the policy does not ask for it', state([], { [WEB]: failed() }), {}, { policy: {} }],
    ['the application is disabled', state([], { [WEB]: failed() }), {}, { enabled: false }],
    ['the application was changed since', state([], { [WEB]: failed() }), {}, { updatedAt: NOW + 1 }],
    ['it is still tried', state([], { [WEB]: { ...failed(), done: { rev: 1, status: 'failed', reason: 'rollout-failed', at: NOW } } })],
    [
      'a version of the template took everything back',
      state([], { [WEB]: failed(), [WHOLE_TEMPLATE]: done(desiredOf(wish(5, { repository: WHOLE_TEMPLATE, version: 1 }), 3, { manual: true })) }),
    ],
  ];
  test.each(never.map(([name, ...rest]) => ({ name, rest })))('not when $name', ({ rest: [given, facts, change] }) => {
    expect(plan(given, facts, change).rollBack).toEqual([]);
  });

  test('a newer push runs instead; one that waits does not keep it from being taken back', () => {
    const newer = plan(state([open(3)], { [WEB]: failed() }));
    expect([newer.rollBack, newer.promote.map(({ callId }) => callId)]).toEqual([[], ['c3.t']]);
    expect(plan(state([open(3)], { [WEB]: failed() }, { hold: { at: NOW } })).rollBack).toHaveLength(1);
  });

  test('once: carried out, it is done again neither at once nor when it fails too', () => {
    const first = plan(state([], { [WEB]: failed() }));
    const after = carryOut(first, state([], { [WEB]: failed() }));
    expect(plan(after).rollBack).toEqual([]);
    const { desired } = after.runs[WEB] ?? {};
    if (desired === undefined) throw new Error('nothing is wanted');
    expect(plan({ ...after, runs: { [WEB]: { desired, done: { rev: desired.rev, status: 'failed', reason: 'rollout-failed', at: NOW } } } }).rollBack).toEqual(
      [],
    );
  });
});

describe('afterwards', () => {
  const back = (more: Partial<Run> = {}): Run => ({
    desired: { ...desiredOf(open(1), 3, { callId: 'a2.!web', manual: true, automatic: true, order: open(2).order, from: { tag: 'v2', digest: 'sha256:2' } }) },
    ...more,
  });
  const rejects = { rejects: new Set(['sha256:2']) };

  test('a mended image that was pushed since wins, whether the roll back is over or not', () => {
    for (const run of [back(), back({ done: { rev: 3, status: 'succeeded', at: NOW } })])
      expect(plan(state([open(3)], { [WEB]: run }), rejects).promote.map(({ callId }) => callId)).toEqual(['c3.t']);
  });

  test.each<readonly [string, ReturnType<typeof open>, string]>([
    ['what failed, through another trigger', open(2, { callId: 'c2.u' }), 'c2.u rolled-back by a2.!web'],
    ['something older', open(1.5), 'c1.5.t rolled-back by a2.!web'],
    ['what failed, pushed again', open(4, { digest: 'sha256:2' }), 'c4.t rejected'],
    ['what failed, redelivered', open(2, { callId: 'r2.t', redelivery: true }), 'r2.t rejected'],
  ])('%s does not undo it', (_name, call, ends) => {
    const made = plan(state([call], { [WEB]: back({ done: { rev: 3, status: 'succeeded', at: NOW } }) }), rejects);
    expect([settled(made), made.promote]).toEqual([[ends], []]);
  });

  test('nothing but these stops it once it is wanted: its own image is rejected, the application is disabled', () => {
    expect(plan(state([], { [WEB]: back() }, { hold: { at: NOW } })).work).toHaveLength(1);
    expect(settled(plan(state([], { [WEB]: back() }), { rejects: new Set(['sha256:1']) }))).toEqual(['a2.!web rejected']);
    expect(settled(plan(state([], { [WEB]: back() }), {}, { enabled: false }))).toEqual(['a2.!web application-disabled']);
  });
});
