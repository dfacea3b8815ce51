/**
 * Counts the read and write units of a client by DynamoDB's published rules, from the items before and after each
 * operation. (The database inside this process reports units of tables only; those of indexes are left out there.)
 *
 *   write: each full or begun KB of the larger of the item before and after, also when the condition fails
 *   write to an index: 1 where an entry comes or goes, 2 where its key changes, 0 where nothing projected changes
 *   read: each full or begun 4 KB, of one item or of all items of a query together; half of it when not consistent
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html, GSI.html#GSI.ThroughputConsiderations
 */
import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Tables } from '../../functions/store/dynamo.ts';

export interface Units {
  write: number;
  read: number;
  /** What the database itself reports for the writes to its tables: never more than `write`. */
  reported: number;
  readonly operations: string[];
}

export type Attributes = Record<string, AttributeValue>;

/** Only the keys are projected, except by `byKind`, whose items this never changes. */
const INDEXES = [
  ['kind', 'name'],
  ['due', 'dueAt'],
  ['application', 'ulid'],
  ['day', 'ulid'],
] as const;

export const meter = (tables: Tables): Units => {
  const units: Units = { write: 0, read: 0, reported: 0, operations: [] };
  const probes = new WeakSet<object>();
  const probe = async (TableName: string | undefined, Key: Attributes | undefined): Promise<Attributes | undefined> => {
    const input = { TableName, Key, ConsistentRead: true };
    probes.add(input);
    const command = new GetItemCommand(input);
    probes.add(command.input);
    return (await tables.client.send(command)).Item;
  };

  tables.client.middlewareStack.add(
    (next, context) => async (args) => {
      const { input } = args;
      if (probes.has(input)) return next(args);
      const name = String(context.commandName).replace('Command', '');
      const counted = { ...args, input: { ...input, ReturnConsumedCapacity: 'TOTAL' as const } };
      if (name === 'GetItem' || name === 'Query') {
        const result = await next(counted);
        const consistent = 'ConsistentRead' in input && input.ConsistentRead === true;
        const items =
          'Items' in result.output ? (result.output.Items ?? []) : 'Item' in result.output && result.output.Item !== undefined ? [result.output.Item] : [];
        const read = readUnits(items, consistent);
        units.read += read;
        units.operations.push(`${name} ${read} read`);
        return result;
      }
      const [table, key] =
        'Item' in input && 'TableName' in input
          ? [input.TableName, keyOf(input.Item)]
          : 'Key' in input && 'TableName' in input
            ? [input.TableName, input.Key]
            : [];
      const before = await probe(table, key);
      const count = async (reported: number): Promise<void> => {
        const after = await probe(table, key);
        const write = writeUnits(before, after);
        units.write += write;
        units.reported += reported;
        units.operations.push(`${name} ${JSON.stringify(key)} ${write} write`);
      };
      try {
        const result = await next(counted);
        const consumed = 'ConsumedCapacity' in result.output ? result.output.ConsumedCapacity : undefined;
        await count(consumed !== undefined && 'CapacityUnits' in consumed ? (consumed.CapacityUnits ?? 0) : 0);
        return result;
      } catch (error) {
        await count(0);
        throw error;
      }
    },
    { step: 'initialize', name: 'meter' },
  );
  return units;
};

/** Of all items of one request together. */
export const readUnits = (items: readonly Attributes[], consistent: boolean): number =>
  begun(
    items.reduce((sum, item) => sum + sizeOf(item), 0),
    4_096,
  ) * (consistent ? 1 : 0.5);

/** Of one item as it was and as it is, its indexes included. */
export const writeUnits = (before: Attributes | undefined, after: Attributes | undefined): number =>
  begun(Math.max(sizeOf(before ?? {}), sizeOf(after ?? {})), 1_024) + indexWrites(before, after);

const begun = (bytes: number, unit: number): number => Math.max(1, Math.ceil(bytes / unit));

const keyOf = (item: Attributes | undefined): Attributes | undefined =>
  item?.pk === undefined || item.sk === undefined ? undefined : { pk: item.pk, sk: item.sk };

const entryOf = (item: Attributes | undefined, [hash, range]: readonly [string, string]): string | undefined =>
  item?.[hash] === undefined || item[range] === undefined ? undefined : JSON.stringify([item[hash], item[range]]);

const indexWrites = (before: Attributes | undefined, after: Attributes | undefined): number =>
  INDEXES.reduce((sum, index) => {
    const [was, is] = [entryOf(before, index), entryOf(after, index)];
    return was === is ? sum : sum + (was === undefined || is === undefined ? 1 : 2);
  }, 0);

/** Names and values in UTF-8; a number half a byte for each digit and one more; 3 for each list or map and 1 for each of its elements. */
const sizeOf = (item: Attributes): number => Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);

const valueSize = (value: AttributeValue): number => {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/[-.]/g, '').length / 2) + 1;
  if (value.M !== undefined) return 3 + Object.entries(value.M).reduce((sum, [name, each]) => sum + 1 + Buffer.byteLength(name) + valueSize(each), 0);
  if (value.L !== undefined) return 3 + value.L.reduce((sum, each) => sum + 1 + valueSize(each), 0);
  if (value.SS !== undefined) return value.SS.reduce((sum, each) => sum + Buffer.byteLength(each), 0);
  return 1;
};
