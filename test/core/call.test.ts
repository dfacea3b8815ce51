import fc from 'fast-check';
import { ulid } from 'ulid';
import { describe, expect, test } from 'vitest';
import { because, callId, FINAL, fits, isOpen, OPEN, splitCallId, timeOfCall, ulidsBetween } from '../../functions/core/call.ts';

const ALL = [...OPEN, ...FINAL];
const ULID = '01JZ0000000000000000000001';

test('every status is open or final, and none both', () => {
  expect(ALL.filter(isOpen)).toEqual([...OPEN]);
  expect(new Set(ALL).size).toBe(ALL.length);
});

test('a reason stands only with the statuses of its entry', () => {
  expect(fits('skipped', 'superseded')).toBe(true);
  expect(fits('failed', 'superseded')).toBe(false);
  expect(fits('queued', 'hold')).toBe(false);
});

describe('call ids', () => {
  test.each(['release', 'a', 'with-dash_and_more', '!web', 'dotted.name'])('are read as they were written: %s', (trigger) => {
    expect(splitCallId(callId(ULID, trigger))).toEqual({ ulid: ULID, trigger });
  });
  test.each([
    '',
    ULID,
    `${ULID}.`,
    `${ULID.slice(1)}.x`,
    `${ULID}0.x`,
    `${ULID.toLowerCase().replace('0', 'i')}.x`,
    `x.${ULID}`,
    `${ULID.replace('J', 'U')}.x`,
  ])('are nothing else: %s', (text) => {
    expect(splitCallId(text)).toBeUndefined();
  });
});

test('a call says in its id when it began', () => {
  // `ulid(0)` is one of now.
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 48 - 1 }), (time) => {
      expect(timeOfCall(callId(ulid(time), 'release'))).toBe(time);
    }),
  );
});

test('why, as a call keeps it', () => {
  expect(because({ code: 'no-container' })).toEqual({ reason: 'no-container' });
  expect(because({ code: 'no-container', detail: 'nginx' })).toEqual({ reason: 'no-container', detail: 'nginx' });
});

test('ids are between two bounds exactly when their time is', () => {
  // `ulid(0)` is one of now.
  const time = fc.integer({ min: 1, max: 2 ** 48 - 1 });
  fc.assert(
    fc.property(time, time, time, (at, first, last) => {
      const [least, greatest] = ulidsBetween(first, last);
      const id = ulid(at);
      expect(least <= id && id <= greatest).toBe(first <= at && at <= last);
    }),
  );
  expect(ulidsBetween(5, 5)).toEqual([`${ulid(5).slice(0, 10)}${'0'.repeat(16)}`, `${ulid(5).slice(0, 10)}${'Z'.repeat(16)}`]);
  // A key is never of another length, whatever is asked for.
  expect(ulidsBetween(-1, Number.MAX_VALUE)).toEqual(['0'.repeat(26), `7${'Z'.repeat(25)}`]);
});
