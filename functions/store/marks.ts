/** Marks of events seen: the positive evidence that a push is a duplicate. */
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Push } from '../core/push.ts';
import { expiry, fromItem, type Tables, toItem, whenHolds } from './dynamo.ts';

const EVENT_DAYS = 7;
const SAME_DIGEST_MS = 600_000;

export type Claim = { readonly mine: true } | { readonly mine: false; readonly pushId: string };

/**
 * Claims the event of a push. Owned by the push (made once at ingest), so that a second delivery of the same message
 * goes on, while the sender's own retry finds the mark of the first.
 *  - with an event id: kept 7 days;
 *  - without: the digest last seen for this hook, repository and tag, within 10 minutes;
 *  - with neither: never a duplicate.
 */
export const makeMarks = (tables: Tables) => ({
  claim: async (push: Push, now: number): Promise<Claim> => {
    if (push.eventId === undefined && push.digest === undefined) return { mine: true };
    const byEvent = push.eventId !== undefined;
    const key = toItem({ pk: byEvent ? `SEEN#${push.hook}#E#${push.eventId}` : `SEEN#${push.hook}#D#${push.repository}:${push.tag}`, sk: 'SEEN' });
    const won = await whenHolds(
      tables.client.send(
        new UpdateItemCommand({
          TableName: tables.calls,
          Key: key,
          UpdateExpression: 'SET v = :v, pushId = :push, seenAt = :seen, expiresAt = :expires, digest = :digest',
          ConditionExpression: byEvent
            ? 'attribute_not_exists(pk) OR pushId = :push OR expiresAt < :nowSeconds'
            : 'attribute_not_exists(pk) OR pushId = :push OR digest <> :digest OR seenAt < :since',
          ExpressionAttributeValues: toItem({
            ':v': 1,
            ':push': push.id,
            ':seen': push.receivedAt,
            ':expires': expiry(now, byEvent ? EVENT_DAYS : 1),
            ':digest': push.digest ?? '',
            ...(byEvent ? { ':nowSeconds': Math.floor(now / 1000) } : { ':since': push.receivedAt - SAME_DIGEST_MS }),
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
