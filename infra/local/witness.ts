/** Sees what a run asks of AWS, where somebody meters it; else nobody does. */
import type { Fields } from './json.ts';
import type { RawAnswer, Tables } from './tables.ts';

export interface Witness {
  /** Around each request to a table. */
  table(action: string, request: string, tables: Tables, run: () => Promise<RawAnswer>): Promise<RawAnswer>;
  queue(action: string, request: Fields): void;
  /** After each invocation; without the time that it waited for a free process. */
  invocation(logName: string, ms: number, payload: unknown): void;
}

export const nobody: Witness = { table: (_action, _request, _tables, run) => run(), queue: () => undefined, invocation: () => undefined };
