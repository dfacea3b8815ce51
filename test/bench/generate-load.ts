/** Runs the load generator to its end. */
import * as z from 'zod/mini';
import { startChild } from './child.ts';

export interface Load {
  readonly url: string;
  /** Number of the first push; the others follow. */
  readonly from: number;
  readonly count: number;
  readonly connections: number;
  readonly applications: number;
}

const Sent = z.object({
  acknowledged: z.array(z.number()),
  refused: z.array(z.string()),
  refusals: z.number(),
  seconds: z.number(),
  milliseconds: z.array(z.number()),
});
export type Sent = z.infer<typeof Sent>;

export const generateLoad = async (load: Load): Promise<Sent> => {
  const child = startChild('load.ts', load);
  try {
    return await child.hear(Sent);
  } finally {
    await child.end();
  }
};
