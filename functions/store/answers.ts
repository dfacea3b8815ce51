/**
 * First answers to requests with an Idempotency-Key: definitions table, pk IDEM#<sha256 of caller and key>, sk ANSWER, for
 * a day. It is there as soon as the request begins, without its answer, so that the second of two that come at once waits.
 * `asked` tells one request from another, `run` is of the one that works on it. `drawn` and `begunAt` stay from run to run:
 * with the key, ids and tokens follow from them.
 */
import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expiry, fromItem, type Item, isLive, type Tables, toItem, whenHolds } from './dynamo.ts';

type Begun =
  /** `again`: a run before this one ended half done. Of all of them `at` and `drawn` are those of the first. */
  | { readonly is: 'begun'; readonly run: string; readonly drawn: string; readonly at: number; readonly again: boolean }
  /** Another run of the same request works on it. */
  | { readonly is: 'running' }
  /** The key was used for another request. */
  | { readonly is: 'other' }
  | { readonly is: 'answered'; readonly sealed: string };

const KEPT_DAYS = 1;
/** Longer than the API's function may run (29 s) plus its late writes: what has no answer by then died, and is gone on with. */
const RUNS_MS = 60_000;

const key = (id: string) => ({ pk: `IDEM#${id}`, sk: 'ANSWER' });

/** `newRun`: a short text, new each time. */
export const makeAnswers = (tables: Tables, newRun: () => string) => {
  const TableName = tables.definitions;

  const begin = async (id: string, request: string, now: number): Promise<Begun> => {
    const run = newRun();
    const drawn = newRun() + newRun();
    const put = new PutItemCommand({
      TableName,
      Item: toItem({ v: 1, ...key(id), asked: request, run, drawn, begunAt: now, runsUntil: now + RUNS_MS, expiresAt: expiry(now, KEPT_DAYS) }),
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :seconds',
      ExpressionAttributeValues: toItem({ ':seconds': Math.floor(now / 1_000) }),
    });
    if (await whenHolds(tables.client.send(put))) return { is: 'begun', run, drawn, at: now, again: false };
    const item = await read(id);
    // It ended between the write and the read, and may be asked again.
    if (item === undefined || !isLive(item, now)) return { is: 'running' };
    if (item.asked !== request) return { is: 'other' };
    if (typeof item.answer === 'string') return { is: 'answered', sealed: item.answer };
    // Its answer was lost and the client wrote it twice.
    if (item.run === run) return { is: 'begun', run, drawn, at: now, again: false };
    if (typeof item.runsUntil === 'number' && item.runsUntil > now) return { is: 'running' };
    return resume(id, item, run, now);
  };

  /** In the place of a run that died, or failed half done. */
  const resume = async (id: string, { run: former, drawn, begunAt }: Item, run: string, now: number): Promise<Begun> => {
    if (typeof drawn !== 'string' || typeof begunAt !== 'number')
      throw new Error('an answer was begun by another version of this code: send the request with a new Idempotency-Key');
    const update = new UpdateItemCommand({
      TableName,
      Key: toItem(key(id)),
      UpdateExpression: 'SET run = :run, runsUntil = :until',
      ConditionExpression: 'run = :former AND attribute_not_exists(answer)',
      ExpressionAttributeValues: toItem({ ':run': run, ':former': former, ':until': now + RUNS_MS }),
    });
    if (!(await whenHolds(tables.client.send(update))) && (await read(id))?.run !== run) return { is: 'running' };
    return { is: 'begun', run, drawn, at: begunAt, again: true };
  };

  const read = async (id: string): Promise<Item | undefined> => {
    const { Item } = await tables.client.send(new GetItemCommand({ TableName, Key: toItem(key(id)), ConsistentRead: true }));
    return Item === undefined ? undefined : fromItem(Item);
  };

  const keep = async (id: string, run: string, sealed: string): Promise<void> => {
    const update = new UpdateItemCommand({
      TableName,
      Key: toItem(key(id)),
      UpdateExpression: 'SET answer = :answer',
      ConditionExpression: 'run = :run',
      ExpressionAttributeValues: toItem({ ':answer': sealed, ':run': run }),
    });
    await whenHolds(tables.client.send(update));
  };

  /** Nothing was done, so that the same key may be used again. */
  const forget = async (id: string, run: string): Promise<void> => {
    const removal = new DeleteItemCommand({
      TableName,
      Key: toItem(key(id)),
      ConditionExpression: 'run = :run',
      ExpressionAttributeValues: toItem({ ':run': run }),
    });
    await whenHolds(tables.client.send(removal));
  };

  /** It did a part of it, perhaps: the same request may go on with it at once. */
  const interrupt = async (id: string, run: string): Promise<void> => {
    const update = new UpdateItemCommand({
      TableName,
      Key: toItem(key(id)),
      UpdateExpression: 'SET runsUntil = :over',
      ConditionExpression: 'run = :run',
      ExpressionAttributeValues: toItem({ ':over': 0, ':run': run }),
    });
    await whenHolds(tables.client.send(update));
  };

  return { begin, keep, forget, interrupt };
};
