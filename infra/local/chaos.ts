/** What a distributed system may do to messages and index pages. Without a seed nothing of it happens. */
export interface Chaos {
  /** Extra milliseconds before a sent message can be received. */
  delayMs(): number;
  /** Whether a sent message is delivered twice. */
  duplicate(): boolean;
  /** Which of `count` receivable messages comes next. */
  pick(count: number): number;
  /** Whether an index query is answered with the page it had before. */
  stalePage(): boolean;
}

export const calm: Chaos = { delayMs: () => 0, duplicate: () => false, pick: () => 0, stalePage: () => false };

const DELAYED = 0.2;
const LONGEST_DELAY_MS = 2000;
const DUPLICATED = 0.1;
const STALE = 0.2;

export const makeChaos = (seed: number): Chaos => {
  const random = makeRandom(seed);
  return {
    delayMs: () => (random() < DELAYED ? Math.floor(random() * LONGEST_DELAY_MS) : 0),
    duplicate: () => random() < DUPLICATED,
    pick: (count) => Math.floor(random() * count),
    stalePage: () => random() < STALE,
  };
};

/** mulberry32: small, and the same sequence on every machine for one seed. */
const makeRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
