/**
 * Keys of identity providers: definitions table, pk KEYS#<url where they are published>, sk KEYS; index due ('keys', dueAt)
 * while somebody asks for them. Who checks signatures reads and asks; `deploy` alone reaches outside, and writes.
 */
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { fromItem, type Tables, toItem, whenHolds } from './dynamo.ts';

export const keysKey = (url: string) => ({ pk: `KEYS#${url}`, sk: 'KEYS' });
export const KEYS_DUE = 'keys';

export const makeSigningKeys = (tables: Tables) => {
  const TableName = tables.definitions;

  const get = async (url: string): Promise<{ readonly text: string; readonly fetchedAt: number } | undefined> => {
    const { Item } = await tables.client.send(new GetItemCommand({ TableName, Key: toItem(keysKey(url)) }));
    const { text, fetchedAt } = Item === undefined ? {} : fromItem(Item);
    return typeof text === 'string' && typeof fetchedAt === 'number' ? { text, fetchedAt } : undefined;
  };

  /** Any number of times is once, until they were fetched. */
  const ask = async (url: string, now: number): Promise<void> => {
    const update = new UpdateItemCommand({
      TableName,
      Key: toItem(keysKey(url)),
      UpdateExpression: 'SET v = :v, due = :due, dueAt = :now',
      ConditionExpression: 'attribute_not_exists(dueAt)',
      ExpressionAttributeValues: toItem({ ':v': 1, ':due': KEYS_DUE, ':now': now }),
    });
    await whenHolds(tables.client.send(update));
  };

  return { get, ask };
};
