/** Figures of several runs: the median says what is usual, the spread how much to believe it. */
export interface Figure {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

export const figure = (values: readonly number[]): Figure => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [below, above] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  const [low, high] = [sorted[0], sorted.at(-1)];
  if (below === undefined || above === undefined || low === undefined || high === undefined) throw new Error('a figure of no run at all');
  return { median: (below + above) / 2, low, high, runs: sorted.length };
};

/** What was counted, not timed: it is the same in each run. */
export const exactly = (value: number): Figure => ({ median: value, low: value, high: value, runs: 1 });

/** Run by run, so that what slowed the machine down for a while slowed both. */
export const ratio = (ours: readonly number[], theirs: readonly number[]): Figure => {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} of our runs against ${theirs.length} of theirs: both must have run in turns`);
  return figure(ours.map((value, run) => value / (theirs[run] ?? Number.NaN)));
};
