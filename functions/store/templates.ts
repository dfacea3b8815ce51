/**
 * Versions of an application's template: definitions table, pk APP#<name>, sk TEMPLATE#<number>. Written once, never changed.
 * They sort behind DEF and STATE, so that reading an application does not read them.
 */
import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { TemplateVersion } from '../core/definitions.ts';
import { fromItem, type Item, type Tables, toItem, whenHolds } from './dynamo.ts';

const PREFIX = 'TEMPLATE#';
const DIGITS = 6;
const LAST = 10 ** DIGITS - 1;

const keyOf = (application: string, version: number) => ({ pk: `APP#${application}`, sk: `${PREFIX}${String(version).padStart(DIGITS, '0')}` });

export const makeTemplates = (tables: Tables) => {
  const get = async (application: string, version: number): Promise<TemplateVersion | undefined> => {
    if (!Number.isInteger(version) || version < 1 || version > LAST) return undefined;
    const { Item } = await tables.client.send(
      new GetItemCommand({ TableName: tables.definitions, Key: toItem(keyOf(application, version)), ConsistentRead: true }),
    );
    return Item === undefined ? undefined : versionFromItem(fromItem(Item));
  };

  /** Newest first, below `before` where it is given; at most `limit`, and fewer where their texts fill a page of the store (1 MB). */
  const list = async (application: string, limit: number, before = LAST + 1): Promise<readonly TemplateVersion[]> => {
    const { Items = [] } = await tables.client.send(
      new QueryCommand({
        TableName: tables.definitions,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: toItem({ ':pk': `APP#${application}`, ':first': keyOf(application, 0).sk, ':last': keyOf(application, before - 1).sk }),
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: limit,
      }),
    );
    return Items.map((item) => versionFromItem(fromItem(item)));
  };

  const head = async (application: string): Promise<TemplateVersion | undefined> => (await list(application, 1))[0];

  const put = async (application: string, version: TemplateVersion): Promise<'put' | 'exists'> => {
    if (version.version > LAST) throw new Error(`the template of ${application} has ${LAST} versions: no more can be numbered; make a new application`);
    const item = { ...keyOf(application, version.version), v: 1, ...version };
    const held = await whenHolds(
      tables.client.send(new PutItemCommand({ TableName: tables.definitions, Item: toItem(item), ConditionExpression: 'attribute_not_exists(pk)' })),
    );
    return held ? 'put' : 'exists';
  };

  return { get, list, head, put };
};

const isVersion = (value: Item): value is Item & TemplateVersion =>
  typeof value.version === 'number' && typeof value.text === 'string' && typeof value.at === 'number';

const versionFromItem = (item: Item): TemplateVersion => {
  const { pk, sk, v, ...version } = item;
  if (v !== 1 || !isVersion(version))
    throw new Error(`the item ${String(pk)}, ${String(sk)} has version ${String(v)} or lacks fields: this code reads version 1; deploy the newer code`);
  return version;
};
