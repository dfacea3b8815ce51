/** Digests that must not be deployed to an application: definitions table, pk APP#<name>, sk REJECT#<digest>. */
import { DeleteItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Reject } from '../core/definitions.ts';
import { fromItem, type Item, type Tables, toItem, whenHolds } from './dynamo.ts';

const PREFIX = 'REJECT#';

const keyOf = (application: string, digest: string) => ({ pk: `APP#${application}`, sk: `${PREFIX}${digest}` });

/** Apart from the rest, so that `deploy` needs no permission to take one back. */
export const makeReject =
  (tables: Tables) =>
  /** Who was first stands. */
  async (application: string, reject: Reject): Promise<void> => {
    await whenHolds(
      tables.client.send(
        new PutItemCommand({
          TableName: tables.definitions,
          Item: toItem({ ...keyOf(application, reject.digest), v: 1, ...reject }),
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
  };

export const makeRejects = (tables: Tables) => {
  const remove = async (application: string, digest: string): Promise<boolean> =>
    whenHolds(
      tables.client.send(
        new DeleteItemCommand({ TableName: tables.definitions, Key: toItem(keyOf(application, digest)), ConditionExpression: 'attribute_exists(pk)' }),
      ),
    );

  const list = async (application: string, limit: number): Promise<readonly Reject[]> => {
    const { Items = [] } = await tables.client.send(
      new QueryCommand({
        TableName: tables.definitions,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: toItem({ ':pk': `APP#${application}`, ':prefix': PREFIX }),
        ConsistentRead: true,
        Limit: limit,
      }),
    );
    return Items.map((item) => rejectFrom(fromItem(item)));
  };

  return { add: makeReject(tables), remove, list };
};

const rejectFrom = ({ digest, at, by, why }: Item): Reject => ({
  digest: String(digest),
  at: typeof at === 'number' ? at : 0,
  ...(typeof by === 'string' ? { by } : {}),
  ...(typeof why === 'string' ? { why } : {}),
});
