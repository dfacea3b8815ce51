/**
 * Sessions of the page: definitions table, pk SESSION#<sha256>, sk CODE (opens one session, once, within a minute) or SESSION.
 * Neither the code nor the session's own text is stored, only its hash. In the index byKind (session, id), so that they can be listed and ended.
 */
import { DeleteItemCommand, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { fromItem, type Item, isLive, type Tables, toItem, whenHolds } from './dynamo.ts';

interface Session {
  readonly id: string;
  /** Who opened it, as IAM knows them. */
  readonly by: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

const key = (sha256: string, sk: 'CODE' | 'SESSION') => ({ pk: `SESSION#${sha256}`, sk });
const KIND = 'session';
/** More than anybody looks through; sessions end by themselves. */
const LISTED = 100;

export const makeSessions = (tables: Tables) => {
  const TableName = tables.definitions;

  const putCode = async (sha256: string, by: string, expiresAt: number): Promise<void> => {
    await tables.client.send(new PutItemCommand({ TableName, Item: toItem({ v: 1, ...key(sha256, 'CODE'), by, expiresAt: seconds(expiresAt) }) }));
  };

  /** Who asked for the code; the code is gone by then, whatever becomes of the answer: two that come at once cannot both have it. */
  const takeCode = async (sha256: string, now: number): Promise<string | undefined> => {
    const { Attributes } = await tables.client.send(new DeleteItemCommand({ TableName, Key: toItem(key(sha256, 'CODE')), ReturnValues: 'ALL_OLD' }));
    const item = Attributes === undefined ? undefined : fromItem(Attributes);
    return item !== undefined && isLive(item, now) && typeof item.by === 'string' ? item.by : undefined;
  };

  const begin = async (sha256: string, { id, by, createdAt, expiresAt }: Session): Promise<void> => {
    const item = { v: 1, ...key(sha256, 'SESSION'), kind: KIND, name: id, by, createdAt, expiresAt: seconds(expiresAt) };
    await tables.client.send(new PutItemCommand({ TableName, Item: toItem(item) }));
  };

  const get = async (sha256: string, now: number): Promise<Session | undefined> => {
    const { Item } = await tables.client.send(new GetItemCommand({ TableName, Key: toItem(key(sha256, 'SESSION')), ConsistentRead: true }));
    const item = Item === undefined ? undefined : fromItem(Item);
    return item !== undefined && isLive(item, now) ? sessionFrom(item) : undefined;
  };

  const end = async (sha256: string): Promise<void> => {
    await tables.client.send(new DeleteItemCommand({ TableName, Key: toItem(key(sha256, 'SESSION')) }));
  };

  const query = async (condition: string, values: Item): Promise<readonly Item[]> => {
    const { Items } = await tables.client.send(
      new QueryCommand({
        TableName,
        IndexName: 'byKind',
        KeyConditionExpression: condition,
        ...(condition.includes('#name') ? { ExpressionAttributeNames: { '#name': 'name' } } : {}),
        ExpressionAttributeValues: toItem({ ':kind': KIND, ...values }),
        ScanIndexForward: false,
        Limit: LISTED,
      }),
    );
    return (Items ?? []).map(fromItem);
  };

  /** The newest first. From an index: one that was opened or ended a moment ago may be missing, or still there. */
  const list = async (now: number): Promise<readonly Session[]> => (await query('kind = :kind', {})).filter((item) => isLive(item, now)).map(sessionFrom);

  /** Whether there was one of this id. */
  const endById = async (id: string): Promise<boolean> => {
    const [item] = await query('kind = :kind AND #name = :name', { ':name': id });
    if (item === undefined) return false;
    const removal = new DeleteItemCommand({
      TableName,
      Key: toItem({ pk: item.pk, sk: item.sk }),
      ConditionExpression: 'attribute_exists(pk)',
    });
    return whenHolds(tables.client.send(removal));
  };

  return { putCode, takeCode, begin, get, end, list, endById };
};

const seconds = (ms: number): number => Math.floor(ms / 1_000);

const sessionFrom = ({ name, by, createdAt, expiresAt }: Item): Session => ({
  id: String(name),
  by: String(by),
  createdAt: Number(createdAt),
  expiresAt: Number(expiresAt) * 1_000,
});
