/**
 * First answers to requests with an Idempotency-Key: definitions table, pk IDEM#<sha256 of caller and key>, sk ANSWER, for
 * a day. It is there as soon as the request begins, without its answer, so that the second of two that come at once waits.
 * `asked` tells one request from another, `run` is of the one that works on it.
 */
import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expiry, fromItem, isLive, type Tables, toItem, whenHolds } from './dynamo.ts';

type Begun =
  | { readonly is: 'first'; readonly run: string }
  /** Another run of the same request works on it. */
  | { readonly is: 'running' }
  /** The key was used for another request. */
  | { readonly is: 'other' }
  | { readonly is: 'answered'; readonly sealed: string };

const KEPT_DAYS = 1;
/** Longer than the API's function may run (29 s) plus its late writes: what has no answer by then died, and is done anew. */
const RUNS_MS = 60_000;

const key = (id: string) => ({ pk: `IDEM#${id}`, sk: 'ANSWER' });

/** `newRun`: a short text, new each time. */
export const makeAnswers = (tables: Tables, newRun: () => string) => {
  const TableName = tables.definitions;

  const begin = async (id: string, request: string, now: number): Promise<Begun> => {
    const run = newRun();
    const put = new PutItemCommand({
      TableName,
      Item: toItem({ v: 1, ...key(id), asked: request, run, runsUntil: now + RUNS_MS, expiresAt: expiry(now, KEPT_DAYS) }),
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :seconds OR (asked = :asked AND attribute_not_exists(answer) AND runsUntil <= :now)',
      ExpressionAttributeValues: toItem({ ':seconds': Math.floor(now / 1_000), ':asked': request, ':now': now }),
    });
    if (await whenHolds(tables.client.send(put))) return { is: 'first', run };
    const { Item } = await tables.client.send(new GetItemCommand({ TableName, Key: toItem(key(id)), ConsistentRead: true }));
    const item = Item === undefined ? undefined : fromItem(Item);
    // Its answer was lost and the client wrote it twice; or it ended between the write and the read, and may be asked again.
    if (item?.run === run) return { is: 'first', run };
    if (item === undefined || !isLive(item, now)) return { is: 'running' };
    if (item.asked !== request) return { is: 'other' };
    return typeof item.answer === 'string' ? { is: 'answered', sealed: item.answer } : { is: 'running' };
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

  return { begin, keep, forget };
};
