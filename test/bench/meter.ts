/** Counts what AWS would bill for a run of the local engine: requests, units, invocations, and the bytes of its logs. */
import * as z from 'zod/mini';
import { type Fields, fields, parseJson } from '../../infra/local/json.ts';
import type { Tables } from '../../infra/local/tables.ts';
import type { Witness } from '../../infra/local/witness.ts';
import { type Attributes, readUnits, writeUnits } from '../store/capacity.ts';
import { figure } from './figure.ts';

export interface Counts {
  requests: number;
  invocations: number;
  queues: number;
  writes: number;
  reads: number;
}

const NOTHING: Counts = { requests: 0, invocations: 0, queues: 0, writes: 0, reads: 0 };

export interface Meter {
  readonly witness: Witness;
  /** What was counted since it was asked last. */
  take(): Counts;
  /**
   * Of memory in GB × seconds, what `act` needed on this machine: of each function the median of its invocations, as often as there were,
   * so that something else that ran meanwhile is in none of them. Nothing is counted then: looking at items takes as long as writing them.
   */
  time(act: () => Promise<void>): Promise<number>;
}

/** `memoryMb` by the name of a function's log. */
export const makeMeter = (memoryMb: (logName: string) => number): Meter => {
  let counts = { ...NOTHING };
  let durations: Map<string, number[]> | undefined;
  return {
    take: () => {
      const taken = counts;
      counts = { ...NOTHING };
      return taken;
    },
    time: async (act) => {
      const timed = new Map<string, number[]>();
      durations = timed;
      await act();
      durations = undefined;
      return [...timed].reduce((sum, [logName, all]) => sum + (memoryMb(logName) / 1024) * (figure(all).median / 1000) * all.length, 0);
    },
    witness: {
      table: async (action, request, tables, run) => {
        if (durations !== undefined) return run();
        const asked = fields(parseJson(request, action), action);
        if (action === 'Query' || action === 'GetItem') {
          const answer = await run();
          counts.reads += readUnits(itemsIn(answer.body), asked.ConsistentRead === true);
          return answer;
        }
        const before = await itemOf(tables, asked);
        const answer = await run();
        counts.writes += writeUnits(before, await itemOf(tables, asked));
        return answer;
      },
      // What else is asked of queues here is asked by the benchmark.
      queue: (action) => {
        if (action.startsWith('Send')) counts.queues += 1;
      },
      invocation: (logName, ms, payload) => {
        durations?.set(logName, [...(durations.get(logName) ?? []), ms]);
        counts.invocations += 1;
        const event = fields(payload, 'event');
        if (event.requestContext !== undefined) counts.requests += 1;
        // Lambda receives the batch and deletes it.
        if (Array.isArray(event.Records)) counts.queues += 2;
      },
    },
  };
};

const Attribute = z.custom<Attributes[string]>((value) => typeof value === 'object' && value !== null);
const Item = z.record(z.string(), Attribute);
const Answer = z.object({ Items: z.optional(z.array(Item)), Item: z.optional(Item) });
const itemsIn = (body: string): readonly Attributes[] => {
  const { Items, Item: one } = Answer.parse(JSON.parse(body));
  return Items ?? (one === undefined ? [] : [one]);
};

/** The item that a write is about, as it is now. */
const itemOf = async (tables: Tables, asked: Fields): Promise<Attributes | undefined> => {
  const whole = asked.Item === undefined ? undefined : fields(asked.Item, 'Item');
  const Key = whole === undefined ? asked.Key : { pk: whole.pk, sk: whole.sk };
  return Answer.parse(await tables.call('GetItem', { TableName: asked.TableName, Key, ConsistentRead: true })).Item;
};
