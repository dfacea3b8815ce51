import { expect, test } from 'vitest';
import { unixSeconds, zonedTime } from '../../functions/registries/time.ts';

test.each<readonly [unknown, number | undefined]>([
  ['2026-11-23T06:57:45.230548119Z', Date.UTC(2026, 10, 23, 6, 57, 45, 230)],
  ['2016-11-14T19:32:13.515+0000', Date.UTC(2016, 10, 14, 19, 32, 13, 515)],
  ['2016-11-14T19:32:13-0130', Date.UTC(2016, 10, 14, 21, 2, 13)],
  ['2016-11-14T19:32:13+05:30', Date.UTC(2016, 10, 14, 14, 2, 13)],
  ['0001-01-01T00:00:00Z', undefined],
  ['1969-12-31T23:59:59Z', undefined],
  ['2016-11-29 12:25:46', undefined],
  ['2016-11-29T12:25:46', undefined],
  ['2026-11-23T06:57:45.1234567890Z', undefined],
  ['', undefined],
  [0, undefined],
])('zoned: %j', (text, at) => expect(zonedTime(text)).toBe(at));

test.each<readonly [unknown, number | undefined]>([
  [1_586_922_308, 1_586_922_308_000],
  [1_586_922_308.5, 1_586_922_308_500],
  [1_586_922_308_000, undefined],
  [0, undefined],
  [-1, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  [Number.NaN, undefined],
  ['1586922308', undefined],
])('seconds: %j', (value, at) => expect(unixSeconds(value)).toBe(at));
