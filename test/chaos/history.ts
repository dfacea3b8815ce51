/** What happened, line by line: its hash proves that a seed replays exactly, its lines about one application explain a failure. */
import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Invocation } from './faults.ts';

interface Line {
  readonly at: number;
  readonly invocation: Invocation;
  readonly what: string;
}

export const makeHistory = (clock: Clock, start: number) => {
  const lines: Line[] = [];
  const text = ({ at, invocation: { kind, id }, what }: Line): string => `${((at - start) / 1000).toFixed(3).padStart(10)} ${kind.padEnd(6)} #${id}  ${what}`;
  return {
    note: (invocation: Invocation, what: string): void => void lines.push({ at: clock.now(), invocation, what }),
    hash: (): string => {
      const hash = createHash('sha256');
      for (const line of lines) hash.update(text(line)).update('\n');
      return hash.digest('hex');
    },
    about: (names: readonly string[]): readonly string[] => lines.filter(({ invocation }) => names.some((name) => invocation.about.has(name))).map(text),
    get length() {
      return lines.length;
    },
  };
};

export type History = ReturnType<typeof makeHistory>;
