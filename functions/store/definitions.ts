/**
 * What hooks, triggers and applications have in common in the store: put if absent, conditional change, delete, list by kind and name.
 *
 * A write that took place can lose its answer; the client then sends it again, and the condition fails on what it wrote
 * itself. So no failed condition is believed before the item was read: every write leaves its own `writer` there.
 */
import { DeleteItemCommand, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { inParallel } from '../core/in-parallel.ts';
import { type Parsed, parsed } from '../core/parsed.ts';
import { decodeCursor, encodeCursor, notOurs, type Page } from './cursor.ts';
import type { Key, Kind } from './definition-item.ts';
import { fromItem, type Item, type Tables, toItem, whenHolds } from './dynamo.ts';

export type { Page } from './cursor.ts';

export interface ListQuery<T> {
  /** Fields that must have exactly this value. */
  readonly where?: Readonly<Record<string, string>>;
  /** Names that begin so. */
  readonly prefix?: string;
  /** Asked of each that is read, at most 200 in a request: so a page may be short, or empty, and yet have a cursor. */
  readonly fits?: (definition: T) => Promise<boolean> | boolean;
  readonly limit: number;
  readonly cursor?: string;
}

/** How one kind of definition becomes an item and is read again. */
interface Codec<T> {
  readonly kind: Kind;
  readonly toItem: (definition: T, edition: number) => Item & Key;
  readonly fromItem: (item: Item) => T;
  /** Whether a key read from a cursor can be one of this kind. */
  readonly isKey: (key: Key, name: string) => boolean;
}

/** Changes of one item that meet each other: each but one starts again with what it then finds. */
const TRIES = 5;
const PAGE = 200;
/** With a question that may cost a read of its own. */
const LOOKED_AT = 200;
const ASKED_OF = 50;
const ASKED_AT_ONCE = 25;

/** Those that fit, in their order; so many are asked at once. */
export const fitting = async <I>(all: readonly I[], fits: (one: I) => Promise<boolean> | boolean): Promise<readonly I[]> => {
  const fit = await inParallel(all, ASKED_AT_ONCE, async (one) => fits(one));
  return all.filter((_, n) => fit[n] === true);
};

/** `newWriter`: a short text, new each time. */
export const makeDefinitions = <T>(tables: Tables, codec: Codec<T>, newWriter: () => string) => {
  const TableName = tables.definitions;
  const read = async ({ pk, sk }: Key): Promise<Item | undefined> => {
    const { Item } = await tables.client.send(new GetItemCommand({ TableName, Key: toItem({ pk, sk }), ConsistentRead: true }));
    return Item === undefined ? undefined : fromItem(Item);
  };

  /** Hooks and trigger URLs have keys of one shape: what is of another kind is not there. */
  const readOwn = async (key: Key): Promise<Item | undefined> => {
    const item = await read(key);
    return item?.kind === codec.kind ? item : undefined;
  };

  const get = async (key: Key): Promise<T | undefined> => {
    const item = await readOwn(key);
    return item === undefined ? undefined : codec.fromItem(item);
  };

  /** `maker` stays with the item: what the same one made before is created too, and is as it has become since. */
  const create = async (definition: T, maker?: string): Promise<'created' | 'exists'> => {
    const writer = newWriter();
    const item: Item & Key = { ...codec.toItem(definition, 1), writer, ...(maker === undefined ? {} : { maker }) };
    const put = new PutItemCommand({ TableName, Item: toItem(item), ConditionExpression: 'attribute_not_exists(pk)' });
    if (await whenHolds(tables.client.send(put))) return 'created';
    const found = await read(item);
    return found?.writer === writer || (maker !== undefined && found?.maker === maker) ? 'created' : 'exists';
  };

  /** Applies `alter` to what is stored now; again if somebody else changed it in between. What `alter` throws ends the change. */
  const change = async (key: Key, alter: (definition: T) => Promise<T> | T): Promise<T | 'absent' | 'moved'> => {
    let item = await readOwn(key);
    for (let i = 0; i < TRIES; i += 1) {
      if (item === undefined) return 'absent';
      const edition = typeof item.edition === 'number' ? item.edition : 0;
      const changed = await alter(codec.fromItem(item));
      const writer = newWriter();
      const put = new PutItemCommand({
        TableName,
        Item: toItem({ ...codec.toItem(changed, edition + 1), writer, maker: item.maker }),
        ConditionExpression: 'edition = :edition',
        ExpressionAttributeValues: toItem({ ':edition': edition }),
      });
      if (await whenHolds(tables.client.send(put))) return changed;
      item = await readOwn(key);
      if (item?.writer === writer) return changed;
    }
    return 'moved';
  };

  /** True when it was there and is no more; who else removed it at the same time is told the same. With `untouched`, only what nobody has changed since its creation. */
  const remove = async ({ pk, sk }: Key, untouched = false): Promise<boolean> => {
    if ((await readOwn({ pk, sk })) === undefined) return false;
    return (await removeAt({ pk, sk }, untouched ? 1 : undefined)) || (await read({ pk, sk })) === undefined;
  };

  /** The same for just what `allow` was asked about, which ends it by throwing; asked again when somebody changed it in between. */
  const removeIf = async (key: Key, allow: (definition: T) => Promise<void> | void): Promise<boolean | 'moved'> => {
    for (let i = 0; i < TRIES; i += 1) {
      const item = await readOwn(key);
      if (item === undefined) return i > 0;
      await allow(codec.fromItem(item));
      if (await removeAt(key, typeof item.edition === 'number' ? item.edition : 0)) return true;
    }
    return 'moved';
  };

  const removeAt = ({ pk, sk }: Key, edition: number | undefined): Promise<boolean> =>
    whenHolds(
      tables.client.send(
        new DeleteItemCommand({
          TableName,
          Key: toItem({ pk, sk }),
          ConditionExpression: edition === undefined ? 'attribute_exists(pk)' : 'edition = :edition',
          ...(edition === undefined ? {} : { ExpressionAttributeValues: toItem({ ':edition': edition }) }),
        }),
      ),
    );

  const startOf = (cursor: string): Parsed<Item> => {
    const parts = decodeCursor(cursor, 3);
    if (!parts.ok) return parts;
    const [pk = '', sk = '', name = ''] = parts.value;
    return codec.isKey({ pk, sk }, name) ? parsed({ pk, sk, kind: codec.kind, name }) : notOurs(cursor);
  };

  /** By name. From an index, so what was written a moment ago may be missing; `why` when the cursor is none of this list. */
  const list = async ({ where = {}, prefix, fits, limit, cursor }: ListQuery<T>): Promise<Parsed<Page<T>>> => {
    const begin = cursor === undefined ? undefined : startOf(cursor);
    if (begin?.ok === false) return begin;
    const filters = Object.entries(where);
    const found: Item[] = [];
    let looked = 0;
    let start = begin?.value;
    do {
      const page = await tables.client.send(
        new QueryCommand({
          TableName,
          IndexName: 'byKind',
          KeyConditionExpression: prefix === undefined ? 'kind = :kind' : 'kind = :kind AND begins_with(#name, :prefix)',
          ...(filters.length === 0 ? {} : { FilterExpression: filters.map((_, i) => `#f${i} = :f${i}`).join(' AND ') }),
          ...(filters.length === 0 && prefix === undefined
            ? {}
            : {
                ExpressionAttributeNames: {
                  ...(prefix === undefined ? {} : { '#name': 'name' }),
                  ...Object.fromEntries(filters.map(([field], i) => [`#f${i}`, field])),
                },
              }),
          ExpressionAttributeValues: toItem({
            ':kind': codec.kind,
            ':prefix': prefix,
            ...Object.fromEntries(filters.map(([, value], i) => [`:f${i}`, value])),
          }),
          // One more than asked for tells whether there is another page.
          Limit: filters.length > 0 ? PAGE : fits === undefined ? limit + 1 - found.length : ASKED_OF,
          ...(start === undefined ? {} : { ExclusiveStartKey: toItem(start) }),
        }),
      );
      const read = (page.Items ?? []).map(fromItem);
      looked += read.length;
      found.push(...(fits === undefined ? read : await fitting(read, (item) => fits(codec.fromItem(item)))));
      start = page.LastEvaluatedKey === undefined ? undefined : fromItem(page.LastEvaluatedKey);
    } while (start !== undefined && found.length <= limit && (fits === undefined || looked < LOOKED_AT));
    const last = found.length > limit ? found[limit - 1] : start;
    return parsed({
      items: found.slice(0, limit).map(codec.fromItem),
      ...(last === undefined ? {} : { cursor: encodeCursor([String(last.pk), String(last.sk), String(last.name)]) }),
    });
  };

  return { read, get, create, change, remove, removeIf, list };
};
