/**
 * The state item of an application: definitions table, pk APP#<name>, sk STATE; index due ('due', dueAt) while it waits.
 * Two maps, `open` by call id and `runs` by repository, so that each writer touches only its own entries.
 */
import { randomBytes } from 'node:crypto';
import { GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { ApplicationState, Hold, Leased, Looked, OpenCall, StateChange } from '../core/application.ts';
import { fromItem, type Item, type Tables, toItem, whenHolds } from './dynamo.ts';
import { openToItem, stateFromItem } from './state-item.ts';
import { stateUpdate } from './state-update.ts';

export const stateKey = (application: string) => toItem({ pk: `APP#${application}`, sk: 'STATE' });

/** Each lease says who took it: its answer may be lost, and the client, asking again, finds it taken by itself. */
const newHolder = (): string => randomBytes(6).toString('base64url');

export const makeStates = (tables: Tables) => {
  /** The state of a new application, unless there is one. Fence and `rev` start at the time: no writer of a former application of this name can match the one, and no Idempotency-Key of it comes again by the other. */
  const create = async (application: string, now: number): Promise<void> => {
    await whenHolds(
      tables.client.send(
        new PutItemCommand({
          TableName: tables.definitions,
          Item: toItem({ pk: `APP#${application}`, sk: 'STATE', v: 1, application, rev: now, fence: now, open: {}, runs: {} }),
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
  };

  const read = async (application: string): Promise<Item | undefined> => {
    const { Item } = await tables.client.send(new GetItemCommand({ TableName: tables.definitions, Key: stateKey(application), ConsistentRead: true }));
    return Item === undefined ? undefined : fromItem(Item);
  };

  const get = async (application: string): Promise<ApplicationState | undefined> => {
    const item = await read(application);
    return item === undefined ? undefined : stateFromItem(item);
  };

  /** Adds an open call; adding it twice is adding it once: what was noted of it since stays. `dueAt` lets the tick find it should the caller die before it sends. */
  const open = async (application: string, call: OpenCall, wake?: { readonly dueAt: number }): Promise<'opened' | 'absent'> => {
    const held = await whenHolds(
      tables.client.send(
        new UpdateItemCommand({
          TableName: tables.definitions,
          Key: stateKey(application),
          UpdateExpression: `SET #open.#call = if_not_exists(#open.#call, :call), rev = rev + :one${wake === undefined ? '' : ', due = :due, dueAt = :dueAt'}`,
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: { '#open': 'open', '#call': call.callId },
          ExpressionAttributeValues: toItem({ ':call': openToItem(call), ':one': 1, ...(wake === undefined ? {} : { ':due': 'due', ':dueAt': wake.dueAt }) }),
        }),
      ),
    );
    return held ? 'opened' : 'absent';
  };

  /**
   * A person's wish, in one update: the call that asks for it, the hold that comes with it or goes, a look at the target.
   * Everything is set to a value, so that writing it twice is writing it once. A hold alone changes none that is there: one
   * that came with a roll back goes on saying what it holds.
   */
  const wish = async (application: string, { call, hold, refresh, deleted }: Wishing, now: number): Promise<'noted' | 'absent'> => {
    const sets = ['rev = rev + :one', 'due = :due', 'dueAt = :now'];
    const values: Record<string, unknown> = { ':one': 1, ':due': 'due', ':now': now };
    const names: Record<string, string> = {};
    if (call !== undefined) {
      names['#open'] = 'open';
      names['#call'] = call.callId;
      values[':call'] = openToItem(call);
      sets.push('#open.#call = :call');
    }
    if (hold !== undefined) names['#hold'] = 'hold';
    if (hold !== undefined && hold !== 'release') {
      values[':hold'] = hold;
      sets.push(hold.callId === undefined ? '#hold = if_not_exists(#hold, :hold)' : '#hold = :hold');
    }
    if (refresh === true) sets.push('refresh = :now');
    if (deleted === true) {
      sets.push('deleted = :deleted');
      values[':deleted'] = true;
    }
    const held = await whenHolds(
      tables.client.send(
        new UpdateItemCommand({
          TableName: tables.definitions,
          Key: stateKey(application),
          UpdateExpression: `SET ${sets.join(', ')}${hold === 'release' ? ' REMOVE #hold' : ''}`,
          ConditionExpression: 'attribute_exists(pk)',
          ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
          ExpressionAttributeValues: toItem(values),
        }),
      ),
    );
    return held ? 'noted' : 'absent';
  };

  /** The state as it is, unless somebody has the lease at `now`. */
  const look = async (application: string, now: number): Promise<Looked> => {
    const state = await get(application);
    if (state === undefined) return { is: 'absent' };
    const { leaseUntil } = state;
    return leaseUntil !== undefined && leaseUntil > now ? { is: 'taken', until: leaseUntil } : { is: 'free', state };
  };

  /** Takes the lease until `until`, unless somebody has it at `now`; the fence grows by one. */
  const lease = async (application: string, now: number, until: number): Promise<Leased> => {
    const holder = newHolder();
    let leased: ApplicationState | undefined;
    const won = await whenHolds(
      tables.client
        .send(
          new UpdateItemCommand({
            TableName: tables.definitions,
            Key: stateKey(application),
            UpdateExpression: 'SET leaseUntil = :until, leaseBy = :by, fence = fence + :one',
            ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(leaseUntil) OR leaseUntil <= :now)',
            ExpressionAttributeValues: toItem({ ':until': until, ':by': holder, ':one': 1, ':now': now }),
            ReturnValues: 'ALL_NEW',
          }),
        )
        .then(({ Attributes }) => {
          leased = stateFromItem(fromItem(Attributes ?? {}));
        }),
    );
    if (won && leased !== undefined) return { is: 'leased', state: leased };
    const item = await read(application);
    if (item === undefined) return { is: 'absent' };
    const state = stateFromItem(item);
    if (item.leaseBy === holder) return { is: 'leased', state };
    // Given back in between: "taken until now" makes the caller come again at once.
    return { is: 'taken', until: state.leaseUntil ?? now };
  };

  /** `rev` tells the holder of the lease at its release, `dueAt` tells the tick should the holder die. False when nobody has the lease. */
  const wake = async (application: string, now: number): Promise<boolean> =>
    whenHolds(
      tables.client.send(
        new UpdateItemCommand({
          TableName: tables.definitions,
          Key: stateKey(application),
          UpdateExpression: 'SET rev = rev + :one, due = :due, dueAt = :now',
          ConditionExpression: 'attribute_exists(leaseUntil)',
          ExpressionAttributeValues: toItem({ ':one': 1, ':due': 'due', ':now': now }),
        }),
      ),
    );

  /** One change under the lease; the new `rev`, or `lost` when the fence has moved on. */
  const write = async (application: string, fence: number, change: StateChange): Promise<{ readonly rev: number } | 'lost'> => {
    const holder = newHolder();
    let rev = 0;
    const won = await whenHolds(
      tables.client
        .send(
          new UpdateItemCommand({ TableName: tables.definitions, Key: stateKey(application), ...stateUpdate(fence, change, holder), ReturnValues: 'ALL_NEW' }),
        )
        .then(({ Attributes }) => {
          rev = stateFromItem(fromItem(Attributes ?? {})).rev;
        }),
    );
    if (won) return { rev };
    const item = change.lease === undefined ? undefined : await read(application);
    return item?.leaseBy === holder ? { rev: stateFromItem(item).rev } : 'lost';
  };

  /** Applications whose time has come, earliest first, at most `limit`. The index may lag: a spare reconcile does nothing. */
  const due = async (now: number, limit: number): Promise<readonly string[]> => {
    const names: string[] = [];
    let start: Item | undefined;
    do {
      const page = await tables.client.send(
        new QueryCommand({
          TableName: tables.definitions,
          IndexName: 'due',
          KeyConditionExpression: 'due = :due AND dueAt <= :now',
          ExpressionAttributeValues: toItem({ ':due': 'due', ':now': now }),
          Limit: limit - names.length,
          ...(start === undefined ? {} : { ExclusiveStartKey: toItem(start) }),
        }),
      );
      for (const item of page.Items ?? []) {
        const { pk } = fromItem(item);
        if (typeof pk === 'string') names.push(pk.slice('APP#'.length));
      }
      start = page.LastEvaluatedKey === undefined ? undefined : fromItem(page.LastEvaluatedKey);
    } while (start !== undefined && names.length < limit);
    return names;
  };

  return { create, get, open, wish, look, lease, wake, write, due };
};

export interface Wishing {
  readonly call?: OpenCall;
  readonly hold?: Hold | 'release';
  readonly refresh?: boolean;
  /** Of the definition; stays until the state goes. */
  readonly deleted?: boolean;
}
