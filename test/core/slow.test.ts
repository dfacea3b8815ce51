import { expect, test } from 'vitest';
import { slow } from '../../functions/core/slow.ts';

test.each([
  [0, {}],
  [999, {}],
  [1_000, { ms: 1_000 }],
])('of %d ms the log says %j', (ms, said) => expect(slow(ms)).toEqual(said));
