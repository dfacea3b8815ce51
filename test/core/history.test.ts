/** What went well: where it is told apart by when. */
import { expect, test } from 'vitest';
import { WHOLE } from '../../functions/core/application.ts';
import { deployedVersion } from '../../functions/core/history.ts';
import { API, desiredOf, done, NOW, open, state, WEB } from './plans.ts';

test('the version of the template that was deployed last is known by when it was, and not by how long its image has been running', () => {
  const restarted = done(desiredOf(open(2, { repository: WHOLE }), 2, { restart: true, version: 5 }), 'succeeded', NOW + 2_000);
  const pushedAgain = done(desiredOf(open(3), 3, { version: 6, ran: NOW }), 'succeeded', NOW + 3_000);
  const failed = {
    ...done(desiredOf(open(4, { repository: API }), 4, { version: 7 }), 'failed', NOW + 4_000),
    good: [{ callId: 'c1.t', tag: 'v1', version: 4, at: NOW }],
  };
  expect(deployedVersion(state([], { [WHOLE]: restarted, [WEB]: pushedAgain, [API]: failed }))).toBe(6);
  expect(deployedVersion(state([], { [WHOLE]: restarted, [API]: failed }))).toBe(5);
  expect(deployedVersion(state([], { [API]: failed }))).toBe(4);
  expect(deployedVersion(state([]))).toBeUndefined();
});
