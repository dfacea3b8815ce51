/** Where lines are kept: one interface over the files of the local engine and the log groups of a stack. */
import type { LogFilter } from './filter.ts';
import type { LogLine, Stage } from './line.ts';

export interface LogQuery {
  readonly stages: readonly Stage[];
  /** Milliseconds since the epoch; lines before it are not wanted. */
  readonly since: number;
  readonly filter: LogFilter;
}

export interface LogSource {
  /** In no order. */
  read(query: LogQuery): Promise<readonly LogLine[]>;
  /** How long to wait before it is asked again. */
  readonly everyMs: number;
}
