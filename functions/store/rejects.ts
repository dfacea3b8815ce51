/** Digests that must not be deployed to an application: definitions table, pk APP#<name>, sk REJECT#<digest>. */
import { DeleteItemCommand, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { BY_POLICY } from '../core/call.ts';
import type { Reject } from '../core/definitions.ts';
import { fromItem, type Item, type Tables, toItem, whenHolds } from './dynamo.ts';

const PREFIX = 'REJECT#';

const keyOf = (application: string, digest: string) => ({ pk: `APP#${application}`, sk: `${PREFIX}${digest}` });

/** Every reconcile reads them. */
const MOST_OF_PEOPLE = 200;
/** Those that roll backs have made: after so many newer ones a push of what failed may try its luck again. */
const MOST_OF_POLICY = 50;

/** Apart from the rest, for `deploy`. Who was first stands; of those of the policy the oldest give way. */
export const makeReject =
  (tables: Tables) =>
  async (application: string, reject: Reject): Promise<void> => {
    await put(tables, application, reject);
    if (reject.by !== BY_POLICY) return;
    const all = await list(tables, application);
    const oldest = all.filter(({ by }) => by === BY_POLICY).sort((a, b) => b.at - a.at || (b.digest === reject.digest ? 1 : -1));
    for (const { digest } of oldest.slice(MOST_OF_POLICY)) await remove(tables, application, digest);
  };

const put = (tables: Tables, application: string, reject: Reject): Promise<boolean> =>
  whenHolds(
    tables.client.send(
      new PutItemCommand({
        TableName: tables.definitions,
        Item: toItem({ ...keyOf(application, reject.digest), v: 1, ...reject }),
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    ),
  );

const remove = (tables: Tables, application: string, digest: string): Promise<boolean> =>
  whenHolds(
    tables.client.send(
      new DeleteItemCommand({ TableName: tables.definitions, Key: toItem(keyOf(application, digest)), ConditionExpression: 'attribute_exists(pk)' }),
    ),
  );

/** By digest; without a limit all of them, which are some hundred at most. */
const list = async (tables: Tables, application: string, limit?: number): Promise<readonly Reject[]> => {
  const { Items = [] } = await tables.client.send(
    new QueryCommand({
      TableName: tables.definitions,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: toItem({ ':pk': `APP#${application}`, ':prefix': PREFIX }),
      ConsistentRead: true,
      ...(limit === undefined ? {} : { Limit: limit }),
    }),
  );
  return Items.map((item) => rejectFrom(fromItem(item)));
};

export const makeRejects = (tables: Tables) => {
  /** Bounded by those of people alone: what the policy rejects is in nobody's way. */
  const add = async (application: string, one: Reject): Promise<'added' | 'too-many'> => {
    const ofPeople = (await list(tables, application)).filter(({ by }) => by !== BY_POLICY);
    if (ofPeople.length >= MOST_OF_PEOPLE && !(await has(application, one.digest))) return 'too-many';
    await put(tables, application, one);
    return 'added';
  };

  const has = async (application: string, digest: string): Promise<boolean> => {
    const key = toItem(keyOf(application, digest));
    return (await tables.client.send(new GetItemCommand({ TableName: tables.definitions, Key: key, ConsistentRead: true }))).Item !== undefined;
  };

  return {
    add,
    has,
    remove: (application: string, digest: string) => remove(tables, application, digest),
    list: (application: string, limit: number) => list(tables, application, limit),
  };
};

const rejectFrom = ({ digest, at, by, why }: Item): Reject => ({
  digest: String(digest),
  at: typeof at === 'number' ? at : 0,
  ...(typeof by === 'string' ? { by } : {}),
  ...(typeof why === 'string' ? { why } : {}),
});
