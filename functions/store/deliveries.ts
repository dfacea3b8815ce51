/**
 * What came of deliveries: calls table, pk L#<hook>, sk <ulid of the delivery>, for a week. Each has an item of its own, so
 * that it costs one write and none waits for another. Of a delivery in several messages the last one is seen, and what came
 * of one never gives way to a note that it is not known yet.
 */
import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { type DeliveryRecord, isOutcome, isVerdict } from '../core/delivery-record.ts';
import { texts } from '../core/fields.ts';
import { isPushSource } from '../core/push.ts';
import { expiry, fromItem, type Item, isLive, type Tables, toItem, whenHolds } from './dynamo.ts';

const DAYS = 7;
/** A sender waits meanwhile, and Distribution for a second in all. */
const MOST_MS = 400;

const keyOf = (hook: string): string => `L#${hook}`;

export const makeDeliveryNote =
  (tables: Tables) =>
  async ({ id, hook, ...rest }: DeliveryRecord): Promise<void> => {
    const item = { pk: keyOf(hook), sk: id, v: 1, ...rest, expiresAt: expiry(rest.at, DAYS) };
    const put = new PutItemCommand({
      TableName: tables.calls,
      Item: toItem(item),
      ...(isOutcome(rest.verdict) ? {} : { ConditionExpression: 'attribute_not_exists(pk)' }),
    });
    await whenHolds(tables.client.send(put, { abortSignal: AbortSignal.timeout(MOST_MS) }));
  };

/** The newest of a hook, by one query. */
export const makeDeliveryList =
  (tables: Tables) =>
  async (hook: string, limit: number, now: number): Promise<readonly DeliveryRecord[]> => {
    const query = new QueryCommand({
      TableName: tables.calls,
      KeyConditionExpression: 'pk = :hook',
      ExpressionAttributeValues: toItem({ ':hook': keyOf(hook) }),
      ScanIndexForward: false,
      Limit: limit,
    });
    const { Items = [] } = await tables.client.send(query);
    return Items.map(fromItem).flatMap((item) => (isLive(item, now) ? recordIn(item, hook) : []));
  };

const recordIn = (item: Item, hook: string): DeliveryRecord[] => {
  const { sk, at, verdict, status, why, references, more, calls, source } = item;
  if (typeof sk !== 'string' || typeof at !== 'number' || !isVerdict(verdict)) return [];
  return [
    {
      id: sk,
      hook,
      at,
      verdict,
      ...(typeof status === 'number' ? { status } : {}),
      ...(typeof why === 'string' ? { why } : {}),
      references: texts(references),
      ...(typeof more === 'number' ? { more } : {}),
      ...(calls === undefined ? {} : { calls: texts(calls) }),
      ...(isPushSource(source) ? { source } : {}),
    },
  ];
};
