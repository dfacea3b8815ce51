/** Writing calls and their attempts. */
import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type Call, OPEN, type Settlement } from '../core/call.ts';
import type { AttemptRecord } from '../core/outcome.ts';
import { attemptKey, callFromItem, callKey, callToItem } from './call-item.ts';
import { expiry, fromItem, isLive, type Tables, toItem, whenHolds } from './dynamo.ts';

const REPEATS_KEPT = 20;

export const makeCalls = (tables: Tables, retentionDays: number) => {
  const keyOf = (id: string) => {
    const key = callKey(id);
    if (key === undefined) throw new Error(`"${id}" is no call id: <ulid>.<trigger> is`);
    return toItem(key);
  };

  /** Puts a call unless it is there already; either way the caller goes on. */
  const put = async (call: Call): Promise<'put' | 'exists'> =>
    (await whenHolds(
      tables.client.send(
        new PutItemCommand({ TableName: tables.calls, Item: toItem(callToItem(call, retentionDays)), ConditionExpression: 'attribute_not_exists(pk)' }),
      ),
    ))
      ? 'put'
      : 'exists';

  /** Changes an open call; false when it had ended before (or expired), which is never an error. */
  const settle = async (id: string, settlement: Settlement): Promise<boolean> => {
    const names: Record<string, string> = { '#status': 'status' };
    const values: Record<string, unknown> = Object.fromEntries(OPEN.map((status) => [`:${status}`, status]));
    const sets: string[] = [];
    const removes: string[] = [];
    // What belonged to the former status must not survive in the new one.
    for (const field of [
      'status',
      'reason',
      'detail',
      'by',
      'until',
      'digest',
      'version',
      'commit',
      'registry',
      'attempts',
      'responseStatus',
      'responseBody',
      'endedAt',
    ] as const) {
      names[`#${field}`] = field;
      const value = settlement[field];
      if (value !== undefined) {
        values[`:set_${field}`] = value;
        sets.push(`#${field} = :set_${field}`);
      } else if (field === 'reason' || field === 'detail' || field === 'by' || field === 'until') removes.push(`#${field}`);
      else delete names[`#${field}`];
    }
    return whenHolds(
      tables.client.send(
        new UpdateItemCommand({
          TableName: tables.calls,
          Key: keyOf(id),
          UpdateExpression: `SET ${sets.join(', ')}${removes.length > 0 ? ` REMOVE ${removes.join(', ')}` : ''}`,
          ConditionExpression: `#status IN (${OPEN.map((status) => `:${status}`).join(', ')})`,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: toItem(values),
        }),
      ),
    );
  };

  /** Notes on a call that its event was delivered again. A set, so noting twice is noting once. */
  const repeat = async (id: string, deliveryId: string): Promise<void> => {
    await whenHolds(
      tables.client.send(
        new UpdateItemCommand({
          TableName: tables.calls,
          Key: keyOf(id),
          UpdateExpression: 'ADD repeats :delivery',
          ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(repeats) OR size(repeats) < :most)',
          ExpressionAttributeValues: { ':delivery': { SS: [deliveryId] }, ':most': { N: String(REPEATS_KEPT) } },
        }),
      ),
    );
  };

  const attempt = async (id: string, record: AttemptRecord): Promise<void> => {
    await tables.client.send(
      new PutItemCommand({
        TableName: tables.calls,
        Item: toItem({ ...attemptKey(id, record.n), v: 1, ...record, expiresAt: expiry(record.at, retentionDays) }),
      }),
    );
  };

  const get = async (id: string, now: number): Promise<Call | undefined> => {
    const key = callKey(id);
    if (key === undefined) return undefined;
    const { Item } = await tables.client.send(new GetItemCommand({ TableName: tables.calls, Key: toItem(key), ConsistentRead: true }));
    const item = Item === undefined ? undefined : fromItem(Item);
    return item !== undefined && isLive(item, now) ? callFromItem(item) : undefined;
  };

  return { put, settle, repeat, attempt, get };
};
