/** A seeded random source: the same seed gives the same run, whatever the machine. sfc32, seeded by splitmix32. */
export interface Random {
  /** 0 ≤ value < 1. */
  next(): number;
  /** 0 ≤ value < below, whole. */
  below(below: number): number;
  chance(probability: number): boolean;
  between(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
  /** A source of its own, so that one part's use does not shift another's. */
  fork(): Random;
}

export const makeRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const seedWord = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let [a, b, c, counter] = [seedWord(), seedWord(), seedWord(), 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    between: (low, high) => low + next() * (high - low),
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('pick: there is nothing to pick from');
      return item;
    },
    fork: () => makeRandom(Math.floor(next() * 2 ** 32)),
  };
};

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID whose random part comes from the seed. */
export const makeUlid =
  (random: Random) =>
  (now: number): string => {
    let time = '';
    for (let i = 0, rest = now; i < 10; i += 1, rest = Math.floor(rest / 32)) time = `${CROCKFORD[rest % 32]}${time}`;
    let noise = '';
    for (let i = 0; i < 16; i += 1) noise += CROCKFORD[random.below(32)];
    return time + noise;
  };
