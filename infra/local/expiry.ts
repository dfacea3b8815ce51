/** Deletes what has expired, as DynamoDB's time to live does: late, in small pages, so that requests are not held up. */
import { fields, optionalFields, optionalList } from './json.ts';
import type { TableSpec } from './plan-tables.ts';
import type { Tables } from './tables.ts';

const PAGE = 200;

/** Gives how many items it deleted. */
export const deleteExpired = async (tables: Tables, spec: TableSpec, nowMs: number): Promise<number> => {
  const attribute = spec.expiresAttribute;
  if (attribute === undefined) return 0;
  const keyNames = optionalList(spec.create.KeySchema, 'KeySchema').map((key) => String(fields(key, 'KeySchema').AttributeName));
  let deleted = 0;
  for (let start: unknown; ; ) {
    const page = await tables.call('Scan', {
      TableName: spec.name,
      Limit: PAGE,
      FilterExpression: '#expires < :now',
      ExpressionAttributeNames: { '#expires': attribute },
      ExpressionAttributeValues: { ':now': { N: String(Math.floor(nowMs / 1000)) } },
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    for (const item of optionalList(page.Items, 'Items')) {
      const found = fields(item, 'item');
      await tables.call('DeleteItem', { TableName: spec.name, Key: Object.fromEntries(keyNames.map((name) => [name, found[name]])) });
      deleted += 1;
    }
    start = page.LastEvaluatedKey;
    if (Object.keys(optionalFields(start, 'LastEvaluatedKey')).length === 0) return deleted;
  }
};
