/** The end of a state: apart from the rest, so that only who removes states needs the permission. */
import { DeleteItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { fromItem, type Tables, toItem, whenHolds } from './dynamo.ts';
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

/** Deletes in one second or two. */
const MOST_REMAINS = 50;

/**
 * Removes what a deleted application leaves behind its state: rejects, approvals, versions of its template. Before the state
 * goes, because only then may somebody create an application of this name again. False when there is more.
 */
export const makeRemainsRemoval =
  (tables: Tables) =>
  async (application: string): Promise<boolean> => {
    const { Items = [], LastEvaluatedKey } = await tables.client.send(
      new QueryCommand({
        TableName: tables.definitions,
        KeyConditionExpression: 'pk = :pk',
        ProjectionExpression: 'pk, sk',
        ExpressionAttributeValues: toItem({ ':pk': `APP#${application}` }),
        ConsistentRead: true,
        Limit: MOST_REMAINS,
      }),
    );
    for (const { pk, sk } of Items.map(fromItem))
      if (sk !== 'STATE' && sk !== 'DEF') await tables.client.send(new DeleteItemCommand({ TableName: tables.definitions, Key: toItem({ pk, sk }) }));
    return LastEvaluatedKey === undefined;
  };
