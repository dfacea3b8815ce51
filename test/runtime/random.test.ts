import { expect, test } from 'vitest';
import { makeRandom } from '../../functions/runtime/random.ts';

test('a random number is a byte as a fraction, and the system is asked for many at a time', () => {
  const asked: number[] = [];
  const random = makeRandom((bytes) => {
    asked.push(bytes);
    return Uint8Array.from({ length: bytes }, (_, i) => (i === 0 ? asked.length : 255));
  });
  const [many = 0] = asked;
  expect(Array.from({ length: many + 2 }, random)).toEqual([1 / 256, ...Array(many - 1).fill(255 / 256), 2 / 256, 255 / 256]);
  expect(asked).toEqual([many, many]);
});
