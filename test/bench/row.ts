/** What a row of the benchmark is, and what it finds: our figure, theirs, the goal, and why a goal is missed. */
import type { Figure } from './figure.ts';

export interface Goal {
  readonly of: 'ours' | 'ratio';
  readonly is: 'at least' | 'at most';
  readonly value: number;
  /** What would be better still; said, not asked for. */
  readonly stretch?: number;
}

export interface Finding {
  readonly what: string;
  readonly unit: string;
  readonly ours: Figure;
  readonly theirs?: Figure;
  /** Ours through theirs, run by run where both ran in turns. */
  readonly ratio?: Figure;
  readonly goal?: Goal;
  /** Said when the goal is missed. */
  readonly cause?: string;
  /** Said always. */
  readonly notes?: readonly string[];
}

export interface Ground {
  /** Long runs for figures to be told; else short ones that show that the row works. */
  readonly full: boolean;
  /** A directory of the row's own, removed when the benchmark ends. */
  readonly room: string;
  /** The cloud assembly of the stack as it stands, made once. */
  readonly assembly: () => Promise<string>;
}

export type Found = { readonly is: 'found'; readonly findings: readonly Finding[] } | { readonly is: 'skipped'; readonly why: string };

export interface Row {
  readonly about: string;
  readonly against: string;
  measure(ground: Ground): Promise<Found>;
}

export const isMet = ({ ours, ratio, goal }: Finding): boolean | undefined => {
  if (goal === undefined) return undefined;
  const value = goal.of === 'ours' ? ours.median : ratio?.median;
  if (value === undefined) return undefined;
  return goal.is === 'at least' ? value >= goal.value : value <= goal.value;
};
