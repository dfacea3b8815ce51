/** What went well: where it is told apart by when. */
import { expect, test } from 'vitest';
import { type Run, WHOLE } from '../../functions/core/application.ts';
import { deployedVersion, goodBefore, goodsOf, ranBefore, wayBack } from '../../functions/core/history.ts';
import { API, desiredOf, done, NOW, open, state, WEB } from './plans.ts';

test('the version of the template that was deployed last is known by when it was, and not by how long its image has been running', () => {
  const restarted = done(desiredOf(open(2, { repository: WHOLE }), 2, { restart: true, version: 5 }), 'succeeded', NOW + 2_000);
  const pushedAgain = done(desiredOf(open(3), 3, { version: 6, ranBy: { callId: 'c2.t', tag: 'v3', at: NOW } }), 'succeeded', NOW + 3_000);
  const failed = {
    ...done(desiredOf(open(4, { repository: API }), 4, { version: 7 }), 'failed', NOW + 4_000),
    good: [{ callId: 'c1.t', tag: 'v1', version: 4, at: NOW }],
  };
  expect(deployedVersion(state([], { [WHOLE]: restarted, [WEB]: pushedAgain, [API]: failed }))).toBe(6);
  expect(deployedVersion(state([], { [WHOLE]: restarted, [API]: failed }))).toBe(5);
  expect(deployedVersion(state([], { [API]: failed }))).toBe(4);
  expect(deployedVersion(state([]))).toBeUndefined();
});

const v = (n: number) => ({ callId: `c${n}.t`, tag: `v${n}`, digest: `sha256:${n}` });
const good = (n: number) => ({ ...v(n), at: NOW + n, commit: { revision: `r${n}` } });
/** Version 1 ran, version 2 went wrong, and 1 is wanted again. */
const back = desiredOf(open(3, v(1)), 3, { callId: 'w3.!web', back: true, from: { tag: 'v2', digest: 'sha256:2' }, ranBy: good(1) });

test.each([
  ['under way', { desired: back }],
  ['failed', done(back, 'failed', NOW + 9_000)],
])('a way back that is %s: what ran before still runs, is still the way back, and what comes next is told so', (_, run) => {
  expect(goodsOf(run)).toEqual([good(1)]);
  expect(wayBack(run)).toEqual(good(1));
  expect(goodBefore(run, desiredOf(open(4, v(4)), 4))).toEqual([good(1)]);
  expect(ranBefore(run, desiredOf(open(5, v(1)), 5))).toEqual(good(1));
});

test('what ran all the time goes on saying since when, and of which commit', () => {
  const well: Run = { desired: back, done: { rev: 3, status: 'skipped', reason: 'already-running', at: NOW + 9_000 }, good: [good(7)] };
  expect(goodsOf(well)).toEqual([{ ...v(1), callId: 'w3.!web', at: NOW + 1, commit: { revision: 'r1' } }, good(7)]);
  expect(wayBack(well)).toEqual(good(7));
  expect(wayBack({ ...well, good: [] })).toBeUndefined();
});

test('what never ran is left for what runs', () => {
  const failed = { ...done(desiredOf(open(2, v(2)), 2), 'failed', NOW + 2_000), good: [good(1)] };
  expect(goodsOf(failed)).toEqual([good(1)]);
  expect(wayBack(failed)).toEqual(good(1));
  expect(ranBefore(failed, desiredOf(open(3, v(1)), 3))).toEqual(good(1));
  expect(wayBack({})).toBeUndefined();
});
