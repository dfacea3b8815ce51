/** What went well: where it is told apart by when. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Desired, type Run, WHOLE } from '../../functions/core/application.ts';
import { deployedVersion, goodBefore, goodsOf, partsOf, wasBefore, wayBack } from '../../functions/core/history.ts';
import { API, desiredOf, done, NOW, open, state, WEB } from './plans.ts';

test('the version of the template that was deployed last is known by when it was, and not by how long its image has been running', () => {
  const restarted = done(desiredOf(open(2, { repository: WHOLE }), 2, { restart: true, version: 5 }), 'succeeded', NOW + 2_000);
  const pushedAgain = done(desiredOf(open(3), 3, { version: 6, was: { callId: 'c2.t', tag: 'v3', at: NOW } }), 'succeeded', NOW + 3_000);
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
const next = (n: number, change: Partial<Desired> = {}) => desiredOf(open(n, v(n)), n, change);
/** Version 2 is left for version 1. */
const back = next(1, { callId: 'w3.!web', back: true, from: { tag: 'v2', digest: 'sha256:2' } });

test.each([
  ['what runs, for what ran before it', { ...done(next(2), 'succeeded', NOW + 2), good: [good(1)] }, { was: { ...v(2), at: NOW + 2 }, kept: [] }],
  ['what failed, for what runs', { ...done(next(2), 'failed', NOW + 2), good: [good(1)] }, { was: good(1), kept: [] }],
])('a roll back leaves %s; until it went well, what ran does still, and it can be asked for again', (_, run, { was, kept }) => {
  expect(wayBack(run)).toMatchObject({ tag: 'v1', digest: 'sha256:1' });
  expect([wasBefore(run, back), goodBefore(run, back)]).toEqual([was, kept]);
  const wanted = { ...back, was };
  for (const present of [{ desired: wanted }, done(wanted, 'failed', NOW + 9_000)]) {
    expect(goodsOf(present)).toEqual([was]);
    expect(wayBack(present)).toMatchObject({ tag: 'v1', digest: 'sha256:1' });
    expect(wasBefore(present, back)).toEqual(was);
    expect([wasBefore(present, next(4)), goodBefore(present, next(4))]).toEqual([undefined, [was]]);
  }
});

test.each([
  ['a version that has the image of the one before leaves nothing to go back to', { tag: 'v1', digest: 'sha256:1', back: true }, undefined],
  ['so does one that names it by its tag alone', { tag: 'v1', back: true }, undefined],
  ['of an image that nobody pushed it leads to what ran, less what was taken back', { tag: 'v0', digest: 'sha256:0', back: true }, 'v1'],
  ['a version that was only put and deployed took nothing back', { tag: 'v1', digest: 'sha256:1', back: false }, 'v2'],
])('after a version of the template, %s', (_, later, tag) => {
  const run = { ...done(next(2), 'succeeded', NOW + 2), good: [good(1)] };
  expect(wayBack(run, later)?.tag).toBe(tag);
});

test('a roll back never leads to what runs', () => {
  const run = { ...done(next(2), 'succeeded', NOW + 2), good: [good(1)] };
  const digit = fc.integer({ min: 0, max: 3 });
  fc.assert(
    fc.property(digit, fc.boolean(), fc.boolean(), (n, pinned, back) => {
      const { tag, digest } = v(n);
      const to = wayBack(run, { tag, ...(pinned ? { digest } : {}), back });
      expect(to?.tag).not.toBe(tag);
      if (back) expect(to?.tag).not.toBe('v2');
    }),
  );
});

test('what ran all the time goes on saying since when, and of which commit', () => {
  const well: Run = { desired: { ...back, was: good(1) }, done: { rev: 1, status: 'skipped', reason: 'already-running', at: NOW + 9_000 }, good: [good(7)] };
  expect(goodsOf(well)).toEqual([{ ...v(1), callId: 'w3.!web', at: NOW + 1, commit: { revision: 'r1' } }, good(7)]);
  expect(wayBack(well)).toEqual(good(7));
  expect(goodsOf({ ...done({ ...back, was: good(2) }, 'succeeded', NOW + 9_000) })).toEqual([{ ...v(1), callId: 'w3.!web', at: NOW + 9_000 }]);
  expect(wayBack({})).toBeUndefined();
});

test('an image that has no place in the application is no part of it, unless there is nothing else', () => {
  const wrong = done(desiredOf(open(2, { repository: API })), 'failed');
  const misplaced: Run = { ...wrong, done: { rev: 1, at: NOW, status: 'failed', reason: 'no-container' } };
  const refused: Run = { ...wrong, done: { rev: 1, at: NOW, status: 'failed', reason: 'target-refused' } };
  const runs = done(desiredOf(open(1)));
  expect(partsOf({ [WEB]: runs, [API]: misplaced })).toEqual([runs]);
  expect(partsOf({ [WEB]: runs, [API]: refused })).toEqual([runs, refused]);
  expect(partsOf({ [API]: misplaced })).toEqual([misplaced]);
});
