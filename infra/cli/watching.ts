/** How every watch goes on: it looks again after two seconds, until Ctrl-C. */
import type { Io } from './io.ts';

const EVERY_MS = 2_000;

/** Begins a watch. What it gives waits for the next look, and says whether there is one. */
export const watching = (io: Pick<Io, 'interruption' | 'pause'>): (() => Promise<boolean>) => {
  const interrupted = io.interruption?.() ?? new AbortController().signal;
  return async () => {
    await io.pause(EVERY_MS, interrupted);
    return !interrupted.aborted;
  };
};
