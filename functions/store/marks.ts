/** Marks of events seen: the positive evidence that a push is a duplicate. */
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Push } from '../core/push.ts';
import { expiry, fromItem, type Tables, toItem, whenHolds } from './dynamo.ts';

const EVENT_DAYS = 7;

export type Claim = { readonly mine: true } | { readonly mine: false; readonly pushId: string };

/**
 * Claims the event of a push by the sender's own id of it, kept 7 days. Owned by the push (made once at ingest), so that
 * a second delivery of the same message goes on, while the sender's own retry finds the mark of the first. Without an id
 * there is no evidence here: the same image pushed again is then for `goal` to judge.
 */
export const makeMarks = (tables: Tables) => ({
  claim: async (push: Push, now: number): Promise<Claim> => {
    if (push.eventId === undefined) return { mine: true };
    const key = toItem({ pk: `SEEN#${push.hook}#${push.eventId}`, sk: 'SEEN' });
    const won = await whenHolds(
      tables.client.send(
        new UpdateItemCommand({
          TableName: tables.calls,
          Key: key,
          UpdateExpression: 'SET v = :v, pushId = :push, seenAt = :seen, expiresAt = :expires',
          ConditionExpression: 'attribute_not_exists(pk) OR pushId = :push OR expiresAt < :nowSeconds',
          ExpressionAttributeValues: toItem({
            ':v': 1,
            ':push': push.id,
            ':seen': push.receivedAt,
            ':expires': expiry(now, EVENT_DAYS),
            ':nowSeconds': Math.floor(now / 1000),
          }),
        }),
      ),
    );
    if (won) return { mine: true };
    // The exception carries the item on AWS but not in every local engine, so it is read.
    const { Item } = await tables.client.send(new GetItemCommand({ TableName: tables.calls, Key: key, ConsistentRead: true }));
    const owner = Item === undefined ? undefined : fromItem(Item).pushId;
    return typeof owner === 'string' && owner !== push.id ? { mine: false, pushId: owner } : { mine: true };
  },
});
