import { describe, expect, test } from 'vitest';
import { because, callId, FINAL, fits, isOpen, mayBecome, OPEN, splitCallId } from '../../functions/core/call.ts';

const ALL = [...OPEN, ...FINAL];
const ULID = '01JZ0000000000000000000001';

test('final never changes; open may become anything but what only match writes', () => {
  for (const from of ALL)
    for (const to of ALL)
      expect(mayBecome(from, to), `${from} → ${to}`).toBe((OPEN as readonly string[]).includes(from) && to !== 'untriggered' && to !== 'queued');
});

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

test('why, as a call keeps it', () => {
  expect(because({ code: 'no-container' })).toEqual({ reason: 'no-container' });
  expect(because({ code: 'no-container', detail: 'nginx' })).toEqual({ reason: 'no-container', detail: 'nginx' });
});
