import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMoment, momentOf } from '../../functions/schema/moment.ts';

const NOW = Date.UTC(2026, 5, 30, 12);

describe('moments', () => {
  test.each([
    ['2026-06-30T12:00:00Z', NOW],
    ['2026-06-30t12:00:00.5z', NOW + 500],
    ['2026-06-30T14:00:00+02:00', NOW],
    ['2026-06-30T14:00:00 02:00', NOW],
    ['2026-06-30T08:30:00-03:30', NOW],
    ['2026-06-30', NOW - 12 * 3_600_000],
    ['2028-02-29', Date.UTC(2028, 1, 29)],
    ['90s', NOW - 90_000],
    ['30m', NOW - 1_800_000],
    ['24h', NOW - 86_400_000],
    ['7d', NOW - 7 * 86_400_000],
    ['0s', NOW],
    ['999999d', 0],
    ['1960-01-01', 0],
  ])('%s', (text, time) => {
    expect(momentOf(text, NOW)).toBe(time);
  });

  test.each([
    '',
    'yesterday',
    '7',
    '7w',
    '-7d',
    '1.5h',
    '7 d',
    '2026-06-31',
    '2026-02-29',
    '2026-13-01',
    '2026-06-00',
    '2026-06-30T12:00',
    '2026-06-30T12:00:00',
    '2026-06-30T25:00:00Z',
    '2026-06-30T12:00:00+2:00',
    '30/06/2026',
    '1782820800',
  ])('none: %j', (text) => {
    expect(momentOf(text, NOW)).toBeUndefined();
  });

  test('each time that a call shows is one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }), (time) => {
        expect(momentOf(new Date(time).toISOString(), NOW)).toBe(time);
      }),
    );
  });

  test('whatever comes, it is a time or none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-0-9T:Z+smhd. ]{0,30}$/)), (text) => isMoment(text) === (momentOf(text, NOW) !== undefined)),
    );
  });
});
