/** The DynamoDB tables: what stands behind the server of dynalite, in this process over LevelDB files, spoken to without a server. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { create } from 'dynalite/db/index.js';
import { type Chaos, calm } from './chaos.ts';
import { makeDynamoApi } from './dynamo-api.ts';
import { type Fields, fields, optionalList, parseJson, text } from './json.ts';
import type { TableSpec } from './plan-tables.ts';
import { quicken } from './quick-level.ts';
import { makeStalePages } from './stale-pages.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Tables {
  /** A DynamoDB request as it came. */
  raw(operation: string, body: string): Promise<RawAnswer>;
  /** A request of the engine itself; throws what DynamoDB answered. */
  call(action: string, request: Fields): Promise<Fields>;
  create(specs: readonly TableSpec[]): Promise<void>;
  close(): Promise<void>;
}

export const openTables = (dataDirectory: string, chaos: Chaos = calm): Tables => {
  const path = join(dataDirectory, 'tables');
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const store = create({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  quicken(store.db);
  const api = makeDynamoApi(store);

  const stale = makeStalePages(chaos);
  const raw: Tables['raw'] = (operation, body) => stale(operation, body, () => api(operation, body));

  const call: Tables['call'] = async (action, request) => {
    const { status, body } = await api(action, JSON.stringify(request));
    if (status !== 200) throw new Error(`DynamoDB ${action} of ${String(request.TableName)}: ${body}`);
    return fields(parseJson(body, action), action);
  };

  return {
    raw,
    call,
    create: async (specs) => {
      const existing = optionalList((await call('ListTables', {})).TableNames, 'ListTables');
      for (const spec of specs) {
        if (existing.includes(spec.name)) await compare(spec, call, path);
        else {
          await call('CreateTable', spec.create);
          // It exists a moment before it may be used, as on AWS.
          while ((await describe(spec.name, call)).TableStatus !== 'ACTIVE') await nextTurn();
        }
      }
    },
    close: () => store.db.close(),
  };
};

const describe = async (name: string, call: Tables['call']): Promise<Fields> =>
  fields((await call('DescribeTable', { TableName: name })).Table, 'DescribeTable');

/** dynalite cannot add an index to a table: better to stop than to answer its queries with nothing. */
const compare = async (spec: TableSpec, call: Tables['call'], path: string): Promise<void> => {
  const table = await describe(spec.name, call);
  const found = optionalList(table.GlobalSecondaryIndexes, 'indexes').map((index) => text(fields(index, 'index').IndexName, 'index'));
  const missing = spec.indexes.filter((name) => !found.includes(name));
  if (missing.length > 0)
    throw new Error(
      `table ${spec.name} was made without its index ${missing.join(', ')}, and the local engine cannot add one: start with another --data directory, or delete ${path}`,
    );
};

/** Of the error when LevelDB could not open its files, or of whatever is asked of it afterwards. */
const NOT_OPEN = ['LEVEL_ITERATOR_NOT_OPEN', 'LEVEL_DATABASE_NOT_OPEN'];

/** That, in words; undefined when the error is another one. */
export const tablesTrouble = (error: unknown, dataDirectory: string): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  if (error.message !== 'Database is closed' && !('code' in error && NOT_OPEN.includes(String(error.code)))) return undefined;
  return `${join(dataDirectory, 'tables')} cannot be opened: its files are damaged, or another program holds them. End that program, or move the directory away (applications, triggers and calls are in it), and start again`;
};
