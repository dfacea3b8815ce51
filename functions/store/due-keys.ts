/** Keys of identity providers that somebody asks for, as `deploy` finds them and writes what it fetched. See `signing-keys.ts`. */
import { QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { fromItem, type Tables, toItem } from './dynamo.ts';
import { KEYS_DUE, keysKey } from './signing-keys.ts';

/** There are as many providers as formats that use one: a handful. */
const MOST = 20;

export const makeDueKeys = (tables: Tables) => {
  const TableName = tables.definitions;

  const due = async (now: number): Promise<readonly string[]> => {
    const { Items } = await tables.client.send(
      new QueryCommand({
        TableName,
        IndexName: 'due',
        KeyConditionExpression: 'due = :due AND dueAt <= :now',
        ExpressionAttributeValues: toItem({ ':due': KEYS_DUE, ':now': now }),
        Limit: MOST,
      }),
    );
    return (Items ?? []).flatMap((item) => {
      const { pk } = fromItem(item);
      return typeof pk === 'string' ? [pk.slice(keysKey('').pk.length)] : [];
    });
  };

  /** Nobody asks for them any more. */
  const put = async (url: string, text: string, now: number): Promise<void> => {
    const update = new UpdateItemCommand({
      TableName,
      Key: toItem(keysKey(url)),
      UpdateExpression: 'SET v = :v, #text = :text, fetchedAt = :now REMOVE due, dueAt',
      ExpressionAttributeNames: { '#text': 'text' },
      ExpressionAttributeValues: toItem({ ':v': 1, ':text': text, ':now': now }),
    });
    await tables.client.send(update);
  };

  return { due, put };
};
