/** What came of the looks at a hook's registry, as the API shows it. Written by `sweeps.ts`. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { fromItem, isLive, type Tables, toItem } from './dynamo.ts';

export interface SweepReport {
  readonly lookedAt: number;
  /** Pushes that were found and nobody had told of. */
  readonly missed: number;
  readonly missedAt?: number;
  /** Why the last look ended early. */
  readonly why?: string;
}

export const reportKey = (hook: string) => ({ pk: `SWEEP#${hook}`, sk: 'REPORT' });

export const makeSweepReport =
  (tables: Tables) =>
  async (hook: string, now: number): Promise<SweepReport | undefined> => {
    const { Item } = await tables.client.send(new GetItemCommand({ TableName: tables.definitions, Key: toItem(reportKey(hook)) }));
    const item = Item === undefined ? undefined : fromItem(Item);
    if (item === undefined || !isLive(item, now)) return undefined;
    const { lookedAt, missed, missedAt, why } = item;
    if (typeof lookedAt !== 'number' || typeof missed !== 'number') return undefined;
    return { lookedAt, missed, ...(typeof missedAt === 'number' ? { missedAt } : {}), ...(typeof why === 'string' ? { why } : {}) };
  };
