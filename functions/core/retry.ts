/** When to try again: counted in the state, waited for outside of every queue. */

/** The ninth try is not made: the call is `failed`. */
export const MAX_ATTEMPTS = 8;

const STEPS_MS = [2_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000] as const;
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** Milliseconds until the next try after `count` tries: the step of the table plus up to a quarter of it (`random` 0 to 1), but never before the target asked for (at most an hour). */
export const backoff = (count: number, retryAfter: number | undefined, random: number): number => {
  const step = STEPS_MS[Math.min(count, STEPS_MS.length) - 1] ?? STEPS_MS[0];
  return Math.max(step + Math.floor((step / 4) * random), Math.min(retryAfter ?? 0, LONGEST_RETRY_AFTER_MS));
};
