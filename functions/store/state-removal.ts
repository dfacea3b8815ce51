/** The end of a state: apart from the rest, so that only who removes states needs the permission. */
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { type Tables, toItem, whenHolds } from './dynamo.ts';
import { stateKey } from './states.ts';

/** Removes the state of a deleted application; given fence and `rev`, only while both stand: else somebody has the lease by now, or opened a call that would be forgotten. */
export const makeStateRemoval =
  (tables: Tables) =>
  (application: string, fence?: number, rev?: number): Promise<boolean> =>
    whenHolds(
      tables.client.send(
        new DeleteItemCommand({
          TableName: tables.definitions,
          Key: stateKey(application),
          ...(fence === undefined || rev === undefined
            ? {}
            : { ConditionExpression: 'fence = :fence AND rev = :rev', ExpressionAttributeValues: toItem({ ':fence': fence, ':rev': rev }) }),
        }),
      ),
    );
