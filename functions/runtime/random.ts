/** 0 ≤ random < 1 for the letters of an id, of which each takes five bits: a byte has them. The library asks the system for each letter by itself, which takes longer than all the rest of an id. */

const BYTES = 512;

/** `randomBytes` may give fewer than it is asked for, as of bytes that are given. */
export const makeRandom = (randomBytes: (bytes: number) => Uint8Array): (() => number) => {
  let bytes = randomBytes(BYTES);
  let at = 0;
  return () => {
    if (at === bytes.length) {
      bytes = randomBytes(BYTES);
      at = 0;
    }
    return (bytes[at++] ?? 0) / 256;
  };
};
