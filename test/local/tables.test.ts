import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeChaos } from '../../infra/local/chaos.ts';
import { deleteExpired } from '../../infra/local/expiry.ts';
import type { TableSpec } from '../../infra/local/plan-tables.ts';
import { openTables, type Tables } from '../../infra/local/tables.ts';

const spec = (indexes: readonly string[]): TableSpec => ({
  name: 'Things',
  indexes,
  expiresAttribute: 'expiresAt',
  create: {
    TableName: 'Things',
    AttributeDefinitions: ['pk', ...indexes].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    ...(indexes.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: indexes.map((IndexName) => ({
            IndexName,
            KeySchema: [{ AttributeName: IndexName, KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          })),
        }),
  },
});

let directory = '';
let tables: Tables;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tables-'));
  tables = openTables(directory);
});
afterEach(async () => {
  await tables.close();
  rmSync(directory, { recursive: true });
});
const put = (pk: string, more: object) => tables.call('PutItem', { TableName: 'Things', Item: { pk: { S: pk }, ...more } });

describe('tables', () => {
  it('keep their items from start to start', async () => {
    await tables.create([spec([])]);
    await put('kept', {});
    await tables.close();
    tables = openTables(directory);
    await tables.create([spec([])]);
    expect(await tables.call('GetItem', { TableName: 'Things', Key: { pk: { S: 'kept' } } })).toEqual({ Item: { pk: { S: 'kept' } } });
  });

  it('stop the engine when an index was added to the template afterwards', async () => {
    await tables.create([spec([])]);
    await expect(tables.create([spec(['kind'])])).rejects.toThrow(/table Things was made without its index kind.*delete .*tables/);
  });

  it('answer with the error of DynamoDB', async () => {
    await expect(tables.call('GetItem', { TableName: 'Nothing', Key: { pk: { S: 'x' } } })).rejects.toThrow(/ResourceNotFoundException/);
  });

  it('lose what has expired, over more than one page, and nothing else', async () => {
    await tables.create([spec([])]);
    for (let index = 0; index < 250; index += 1) await put(`old-${index}`, { expiresAt: { N: '999' } });
    await put('due now', { expiresAt: { N: '1000' } });
    await put('for ever', {});
    expect(await deleteExpired(tables, spec([]), 1_000_000)).toBe(250);
    const { Items } = await tables.call('Scan', { TableName: 'Things', ProjectionExpression: 'pk' });
    expect(Items).toEqual(expect.arrayContaining([{ pk: { S: 'due now' } }, { pk: { S: 'for ever' } }]));
    expect(Items).toHaveLength(2);
  });

  it('serve stale index pages with chaos, but never a stale read of the table', async () => {
    await tables.close();
    tables = openTables(directory, makeChaos(1));
    await tables.create([spec(['kind'])]);
    const query = async (index: boolean): Promise<number> => {
      const by = index ? 'kind' : 'pk';
      const body = JSON.stringify({
        TableName: 'Things',
        ...(index ? { IndexName: 'kind' } : {}),
        KeyConditionExpression: '#k = :k',
        ExpressionAttributeNames: { '#k': by },
        ExpressionAttributeValues: { ':k': { S: 'x' } },
      });
      const { Count } = JSON.parse((await tables.raw('Query', body)).body);
      return Number(Count);
    };
    let behind = 0;
    for (let made = 1; made <= 40; made += 1) {
      await put(`x-${made}`, { kind: { S: 'x' } });
      await put('x', { made: { N: String(made) } });
      if ((await query(true)) < made) behind += 1;
      expect(await query(false)).toBe(1);
    }
    expect(behind).toBeGreaterThan(0);
    expect(behind).toBeLessThan(20);
  });
});
