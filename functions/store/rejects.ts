/** Digests that must not be deployed to an application: definitions table, pk APP#<name>, sk REJECT#<digest>. */
import { DeleteItemCommand, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
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

/** Every reconcile reads them. */
const MOST_REJECTS = 200;

export const makeRejects = (tables: Tables) => {
  const reject = makeReject(tables);

  const add = async (application: string, one: Reject): Promise<'added' | 'too-many'> => {
    if ((await list(application, MOST_REJECTS)).length >= MOST_REJECTS && !(await has(application, one.digest))) return 'too-many';
    await reject(application, one);
    return 'added';
  };

  const has = async (application: string, digest: string): Promise<boolean> => {
    const key = toItem(keyOf(application, digest));
    return (await tables.client.send(new GetItemCommand({ TableName: tables.definitions, Key: key, ConsistentRead: true }))).Item !== undefined;
  };

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

  return { add, has, remove, list };
};

const rejectFrom = ({ digest, at, by, why }: Item): Reject => ({
  digest: String(digest),
  at: typeof at === 'number' ? at : 0,
  ...(typeof by === 'string' ? { by } : {}),
  ...(typeof why === 'string' ? { why } : {}),
});
