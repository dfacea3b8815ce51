/**
 * What `deploy` keeps of its looks at registries: definitions table, pk SWEEP#<hook>, sk REPO#<host/path> (the tags as
 * they were seen last, as JSON text) and REPORT (what came of it). When the next look is due stands with the hook itself,
 * so that it comes and goes with it; what a deleted hook leaves behind expires. The hook `ecr` is no item: with its REPORT.
 */
import { GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Call } from '../core/call.ts';
import type { TriggerDefinition } from '../core/definitions.ts';
import { ECR_HOOK } from '../core/ecr-hook.ts';
import type { SweepMemory } from '../core/sweep.ts';
import { callFromItem } from './call-item.ts';
import { hookKey, SWEEP_DUE } from './definition-item.ts';
import { expiry, fromItem, isLive, type Tables, toItem, whenHolds } from './dynamo.ts';
import { reportKey } from './sweep-report.ts';
import { makeTriggers } from './triggers.ts';

const KEPT_DAYS = 30;
/** A look needs no more; triggers beyond are those of a later one, in no particular order. */
const MOST_TRIGGERS = 500;

const dueKey = (hook: string) => (hook === ECR_HOOK.name ? reportKey(hook) : { ...hookKey(hook) });

export const makeSweeps = (tables: Tables, now: () => number = Date.now) => {
  const TableName = tables.definitions;
  const keyOf = (hook: string, repository: string) => ({ pk: reportKey(hook).pk, sk: `REPO#${repository}` });

  const due = async (at: number, limit: number): Promise<readonly { readonly hook: string; readonly dueAt: number }[]> => {
    const { Items } = await tables.client.send(
      new QueryCommand({
        TableName,
        IndexName: 'due',
        KeyConditionExpression: 'due = :due AND dueAt <= :now',
        ExpressionAttributeValues: toItem({ ':due': SWEEP_DUE, ':now': at }),
        Limit: limit,
      }),
    );
    return (Items ?? []).flatMap((item) => {
      const { pk, dueAt } = fromItem(item);
      return typeof pk === 'string' && typeof dueAt === 'number' ? [{ hook: pk.slice(pk.indexOf('#') + 1), dueAt }] : [];
    });
  };

  const take = (hook: string, dueAt: number, next?: number): Promise<boolean> =>
    whenHolds(
      tables.client.send(
        new UpdateItemCommand({
          TableName,
          Key: toItem(dueKey(hook)),
          UpdateExpression: next === undefined ? 'REMOVE due, dueAt' : 'SET dueAt = :next',
          ConditionExpression: 'due = :due AND dueAt = :was',
          ExpressionAttributeValues: toItem({ ':due': SWEEP_DUE, ':was': dueAt, ...(next === undefined ? {} : { ':next': next }) }),
        }),
      ),
    );

  /** For a hook that is no item: has it looked at from now on, and gives since when that is so. Any number of times is once. */
  const begin = async (hook: string, at: number): Promise<number> => {
    const Key = toItem(dueKey(hook));
    const update = new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression: 'SET v = :one, due = :due, dueAt = :at, begunAt = :at',
      ConditionExpression: 'attribute_not_exists(due)',
      ExpressionAttributeValues: toItem({ ':one': 1, ':due': SWEEP_DUE, ':at': at }),
    });
    if (await whenHolds(tables.client.send(update))) return at;
    const { Item } = await tables.client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    const { begunAt } = Item === undefined ? {} : fromItem(Item);
    return typeof begunAt === 'number' ? begunAt : at;
  };

  const triggers = async (hook: string): Promise<readonly TriggerDefinition[]> => {
    const page = await makeTriggers(tables, () => '').list({ where: { hook }, limit: MOST_TRIGGERS });
    return page.ok ? page.value.items : [];
  };

  const memory = async (hook: string, repository: string): Promise<SweepMemory | undefined> => {
    const { Item } = await tables.client.send(new GetItemCommand({ TableName, Key: toItem(keyOf(hook, repository)), ConsistentRead: true }));
    const item = Item === undefined ? undefined : fromItem(Item);
    if (item === undefined || !isLive(item, now()) || typeof item.memory !== 'string') return undefined;
    const value: unknown = JSON.parse(item.memory);
    return isMemory(value) ? value : undefined;
  };

  const remember = async (hook: string, repository: string, seen: SweepMemory): Promise<void> => {
    const item = { ...keyOf(hook, repository), v: 1, memory: JSON.stringify(seen), expiresAt: expiry(now(), KEPT_DAYS) };
    await tables.client.send(new PutItemCommand({ TableName, Item: toItem(item) }));
  };

  const report = async (hook: string, { at, missed, why }: { readonly at: number; readonly missed: number; readonly why?: string }): Promise<void> => {
    const sets = ['v = :one', 'lookedAt = :at', 'expiresAt = :end', ...(missed > 0 ? ['missedAt = :at'] : []), ...(why === undefined ? [] : ['why = :why'])];
    const values = { ':one': 1, ':at': at, ':end': expiry(at, KEPT_DAYS), ':missed': missed, ...(why === undefined ? {} : { ':why': why.slice(0, 500) }) };
    const update = new UpdateItemCommand({
      TableName,
      Key: toItem(reportKey(hook)),
      UpdateExpression: `SET ${sets.join(', ')}${why === undefined ? ' REMOVE why' : ''} ADD missed :missed`,
      ExpressionAttributeValues: toItem(values),
    });
    await tables.client.send(update);
  };

  const calls = async (trigger: string, limit: number, at: number): Promise<readonly Call[]> => {
    const { Items } = await tables.client.send(
      new QueryCommand({
        TableName: tables.calls,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': `T#${trigger}` }),
        ConsistentRead: true,
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    return (Items ?? [])
      .map(fromItem)
      .filter((item) => isLive(item, at))
      .map(callFromItem);
  };

  return { due, take, begin, triggers, memory, remember, report, calls };
};

const isMemory = (value: unknown): value is SweepMemory =>
  typeof value === 'object' && value !== null && 'of' in value && 'at' in value && 'tags' in value && 'suspects' in value;
