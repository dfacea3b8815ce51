/** Every row of the benchmark, in the order in which they are told. */
import { burst } from './burst.ts';
import { bytes } from './bytes.ts';
import { dollars } from './dollars.ts';
import { expressions } from './expressions.ts';
import { latency } from './latency.ts';
import { reads } from './reads.ts';
import type { Row } from './row.ts';
import { start } from './start.ts';
import { steps } from './steps.ts';

export const ROWS = { steps, burst, latency, start, bytes, expressions, reads, dollars } as const satisfies Readonly<Record<string, Row>>;
export type RowName = keyof typeof ROWS;
export const ROW_NAMES = ['steps', 'burst', 'latency', 'start', 'bytes', 'expressions', 'reads', 'dollars'] as const satisfies readonly RowName[];
