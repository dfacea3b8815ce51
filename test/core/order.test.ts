import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { manualOrder, orderOf, orderTime } from '../../functions/core/order.ts';

const DAY = 86_400_000;
const NOW = 1_700_000_000_000;

test.each([
  ['received only', undefined, NOW],
  ['pushed a little earlier', NOW - 1_500, NOW - 1_500],
  ['pushed by a clock that runs ahead', NOW + 5_000, NOW],
  ['pushed at the same time', NOW, NOW],
  ['pushed almost a day ago', NOW - DAY + 1, NOW - DAY + 1],
  ['pushed a day ago', NOW - DAY, NOW],
  ['pushed in the year 1', -62_135_596_800_000, NOW],
  ['pushed at a fraction', NOW - 0.5, NOW - 1],
])('%s', (_name, pushedAt, time) => {
  const order = orderOf({ id: 'X', receivedAt: NOW, ...(pushedAt === undefined ? {} : { pushedAt }) });
  expect(order).toBe(`${time}#X`);
  expect(orderTime(order)).toBe(time);
});

describe('the text sorts as time, then id', () => {
  const place = fc.tuple(fc.nat(9_999_999_999_999), fc.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/));
  it('by every sort there is', () => {
    fc.assert(
      fc.property(place, place, ([time, id], [otherTime, otherId]) => {
        const [a, b] = [manualOrder(time, id), manualOrder(otherTime, otherId)];
        const expected = time === otherTime ? (id === otherId ? 0 : id < otherId ? -1 : 1) : time < otherTime ? -1 : 1;
        expect([a < b, a > b]).toEqual([expected < 0, expected > 0]);
        expect([a, b].sort()[0]).toBe(expected > 0 ? b : a);
        expect([orderTime(a), a.length]).toEqual([time, 40]);
      }),
    );
  });
  it('at the ends of time', () => {
    expect(manualOrder(0, 'A')).toBe('0000000000000#A');
    expect(manualOrder(-5, 'A')).toBe('0000000000000#A');
    expect(manualOrder(1e15, 'A')).toBe('9999999999999#A');
  });
});

it('puts what a person does after every push received before', () => {
  fc.assert(
    fc.property(fc.integer({ min: NOW - 2 * DAY, max: NOW + DAY }), fc.integer({ min: NOW - DAY, max: NOW }), (pushedAt, receivedAt) => {
      expect(orderOf({ id: 'Z', pushedAt, receivedAt }) < manualOrder(NOW + 1, 'A')).toBe(true);
    }),
  );
});
