/**
 * Reading calls: lists, newest first, and the attempts of one. Three ways through the table, each a stream of calls:
 * a trigger's own partition; the index of an application (fired calls only: untriggered ones lack its key); and the
 * feed of all, day by day. A time bounds the keys of each, since they begin with one; everything else is asked of the call.
 */
import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { type Call, type CallStatus, LAST_TIME, splitCallId, ulidsBetween } from '../core/call.ts';
import type { AttemptRecord, Exchange } from '../core/outcome.ts';
import { type Parsed, parsed } from '../core/parsed.ts';
import type { ReasonCode } from '../core/reason-code.ts';
import { callFromItem, feedDay } from './call-item.ts';
import { decodeCursor, encodeCursor, notOurs, type Page } from './cursor.ts';
import { fromItem, type Item, isLive, type Tables, toItem } from './dynamo.ts';

export interface CallQuery {
  readonly trigger?: string;
  readonly application?: string;
  /** Absent means every status. */
  readonly statuses?: readonly CallStatus[];
  readonly reasons?: readonly ReasonCode[];
  readonly tag?: string;
  readonly hook?: string;
  readonly repository?: string;
  /** Received at this time or later. */
  readonly since?: number;
  /** Received before this time. */
  readonly until?: number;
  readonly limit: number;
  readonly cursor?: string;
  readonly now: number;
}

/** A request looks at no more calls than this: with a rare status a page may be short, or empty, and yet have a cursor. */
const LOOKED_AT = 1_000;
/** Keys that are asked for at once where many of them may lead to nothing. */
const PICKED_FROM = 100;
/** Days of the feed that are asked for at once, after the first. */
const DAYS_AT_ONCE = 10;
const READS_AT_ONCE = 10;
const DAY = 86_400_000;
/** A push is received by one clock and decided, which gives the day of the feed, by another. */
const CLOCKS_DIFFER = 60_000;
/** Of a call that an index still names and the table has no more. */
const NO_DAY = '0000-00-00#0';

type Place = readonly [day: string, id: string];
interface Seen {
  readonly call: Call | undefined;
  readonly place: Place;
}
type Stream = AsyncGenerator<Seen, void, undefined>;
interface KeyPage {
  readonly items: readonly Item[];
  readonly next?: Item;
}

/** What identifies a stream, and what orders it. */
const KEYS = {
  table: { partition: 'pk', sort: 'sk' },
  byApplication: { partition: 'application', sort: 'ulid' },
  feed: { partition: 'day', sort: 'ulid' },
} as const satisfies Record<string, { readonly partition: string; readonly sort: string }>;

export const makeCallPages = (tables: Tables, retentionDays: number) => {
  const query = async (from: keyof typeof KEYS, partition: string, asked: CallQuery, after?: Item): Promise<KeyPage> => {
    const { partition: key, sort } = KEYS[from];
    const [least, greatest] = boundsOf(asked);
    // The store takes no start outside the bounds; `since` moves on between two pages where it is a duration.
    const place = after === undefined ? undefined : String(after[sort]);
    if (place !== undefined && place < least) return { items: [] };
    const start = place !== undefined && place <= greatest ? after : undefined;
    const { Items, LastEvaluatedKey } = await tables.client.send(
      new QueryCommand({
        TableName: tables.calls,
        ...(from === 'table' ? { ConsistentRead: true } : { IndexName: from }),
        KeyConditionExpression: '#key = :key AND #sort BETWEEN :least AND :greatest',
        ExpressionAttributeNames: { '#key': key, '#sort': sort },
        ExpressionAttributeValues: toItem({ ':key': partition, ':least': least, ':greatest': greatest }),
        ScanIndexForward: false,
        Limit: isPicked(asked) ? PICKED_FROM : asked.limit + 1,
        ...(start === undefined ? {} : { ExclusiveStartKey: toItem(start) }),
      }),
    );
    return { items: (Items ?? []).map(fromItem), ...(LastEvaluatedKey === undefined ? {} : { next: fromItem(LastEvaluatedKey) }) };
  };

  /** An index knows keys only; the calls behind them are read one by one, several at a time. */
  const readAll = async function* (keys: readonly Item[], now: number): Stream {
    for (let i = 0; i < keys.length; i += READS_AT_ONCE)
      yield* await Promise.all(
        keys.slice(i, i + READS_AT_ONCE).map(async ({ pk, sk, day }) => {
          const { Item } = await tables.client.send(new GetItemCommand({ TableName: tables.calls, Key: toItem({ pk, sk }), ConsistentRead: true }));
          return seen({ day, ...(Item === undefined ? { pk, sk } : fromItem(Item)) }, now);
        }),
      );
  };

  const ofTrigger = async function* (trigger: string, after: Item | undefined, asked: CallQuery): Stream {
    let start = after;
    do {
      const page: KeyPage = await query('table', `T#${trigger}`, asked, start);
      for (const item of page.items) yield seen(item, asked.now);
      start = page.next;
    } while (start !== undefined);
  };

  const ofApplication = async function* (application: string, after: Item | undefined, asked: CallQuery): Stream {
    let start = after;
    do {
      const page: KeyPage = await query('byApplication', application, asked, start);
      yield* readAll(page.items, asked.now);
      start = page.next;
    } while (start !== undefined);
  };

  const ofAll = async function* (after: Item | undefined, asked: CallQuery): Stream {
    const { now, since } = asked;
    // A call is decided after it was received, perhaps days after: nothing is known of the days that `until` leaves out.
    const oldest = feedDay(since === undefined ? 0 : Math.max(0, since - CLOCKS_DIFFER));
    const days = Array.from({ length: retentionDays + 1 }, (_, i) => feedDay(now - i * DAY)).filter(
      (day) => day >= oldest && (after === undefined || day <= String(after.day)),
    );
    let at = 0;
    while (at < days.length) {
      // Most of the time the first day is enough; when it is not, quiet days in a row are passed quickly.
      const some = days.slice(at, at === 0 ? 1 : at + DAYS_AT_ONCE);
      const firsts = await Promise.all(some.map((day) => query('feed', day, asked, after?.day === day ? after : undefined)));
      for (const [i, first] of firsts.entries()) {
        yield* readAll(first.items, now);
        let start = first.next;
        while (start !== undefined) {
          const page: KeyPage = await query('feed', some[i] ?? '', asked, start);
          yield* readAll(page.items, now);
          start = page.next;
        }
      }
      at += some.length;
    }
  };

  /** The stream for a query, beginning after its cursor. */
  const streamOf = (asked: CallQuery): Parsed<Stream> => {
    const { trigger, application, cursor } = asked;
    const after = cursor === undefined ? undefined : decodeCursor(cursor, 2);
    if (after?.ok === false) return after;
    const [day = '', id = ''] = after?.value ?? [];
    const parts = splitCallId(id);
    if (cursor !== undefined && (parts === undefined || !/^\d{4}-\d\d-\d\d#\d$/.test(day) || (trigger !== undefined && parts.trigger !== trigger)))
      return notOurs(cursor);
    const start = parts === undefined ? undefined : { pk: `T#${parts.trigger}`, sk: parts.ulid };
    const indexed = parts === undefined ? undefined : { ...start, ulid: parts.ulid };
    if (trigger !== undefined) return parsed(ofTrigger(trigger, start, asked));
    if (application !== undefined) return parsed(ofApplication(application, indexed === undefined ? undefined : { ...indexed, application }, asked));
    return parsed(ofAll(indexed === undefined ? undefined : { ...indexed, day }, asked));
  };

  const list = async (asked: CallQuery): Promise<Parsed<Page<Call>>> => {
    const stream = streamOf(asked);
    if (!stream.ok) return stream;
    const items: Call[] = [];
    let last: Place | undefined;
    let looked = 0;
    for await (const { call, place } of stream.value) {
      if (last !== undefined && (items.length === asked.limit || looked >= LOOKED_AT)) return parsed({ items, cursor: encodeCursor(last) });
      last = place;
      looked += 1;
      if (call !== undefined && fits(call, asked)) items.push(call);
    }
    return parsed({ items });
  };

  /** Every attempt of a call, the first one first. */
  const attempts = async (id: string, now: number): Promise<readonly AttemptRecord[]> => {
    const { Items } = await tables.client.send(
      new QueryCommand({
        TableName: tables.calls,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :attempt)',
        ExpressionAttributeValues: toItem({ ':pk': `C#${id}`, ':attempt': 'ATTEMPT#' }),
        ConsistentRead: true,
      }),
    );
    return (Items ?? []).map(fromItem).flatMap((item) => (isLive(item, now) ? [attemptFrom(item)] : []));
  };

  return { list, attempts };
};

const seen = (item: Item, now: number): Seen => {
  const id = `${String(item.sk)}.${String(item.pk).slice('T#'.length)}`;
  return { call: item.status !== undefined && isLive(item, now) ? callFromItem(item) : undefined, place: [String(item.day ?? NO_DAY), id] };
};

const boundsOf = ({ since, until }: CallQuery): readonly [least: string, greatest: string] =>
  ulidsBetween(since ?? 0, until === undefined ? LAST_TIME : until - 1);

/** Whether what a key leads to may be left out. */
const isPicked = ({ trigger, application, statuses, reasons, tag, hook, repository }: CallQuery): boolean =>
  [statuses, reasons, tag, hook, repository].some((filter) => filter !== undefined) || (trigger !== undefined && application !== undefined);

const fits = (call: Call, { trigger, application, statuses, reasons, tag, hook, repository }: CallQuery): boolean =>
  (trigger === undefined || call.trigger === trigger) &&
  (application === undefined || call.application === application) &&
  (statuses === undefined || statuses.includes(call.status)) &&
  (reasons === undefined || (call.reason !== undefined && reasons.includes(call.reason))) &&
  (tag === undefined || call.tag === tag) &&
  (hook === undefined || call.hook === hook) &&
  (repository === undefined || call.repository === repository);

const isExchange = (value: unknown): value is Exchange => typeof value === 'object' && value !== null && 'request' in value && 'ms' in value;

const attemptFrom = ({ n, at, outcome, idempotencyKey, detail, exchange }: Item): AttemptRecord => ({
  n: Number(n),
  at: Number(at),
  outcome: String(outcome),
  idempotencyKey: String(idempotencyKey),
  ...(typeof detail === 'string' ? { detail } : {}),
  ...(isExchange(exchange) ? { exchange } : {}),
});
