/** Operations of DynamoDB, by dynalite's own checks and actions: what its server does with a request whose caller is known. */
import { createRequire } from 'node:module';
import { crc32 } from 'node:zlib';
import type { Done, Store } from 'dynalite/db/index.js';
import { checkTypes, checkValidations } from 'dynalite/validations/index.js';
import type { RawAnswer } from './tables.ts';

interface Operation {
  readonly types: unknown;
  /** What the types cannot say. */
  readonly custom: unknown;
  readonly run: (store: Store, request: object, done: Done) => void;
}

const NAMES = [
  ...['BatchGetItem', 'BatchWriteItem', 'CreateTable', 'DeleteItem', 'DeleteTable', 'DescribeTable', 'DescribeTimeToLive', 'GetItem', 'ListTables'],
  ...['ListTagsOfResource', 'PutItem', 'Query', 'Scan', 'TagResource', 'UntagResource', 'UpdateItem', 'UpdateTable'],
];

/** The files of an operation have its name. */
const load = createRequire(import.meta.url);
const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  NAMES.map((name) => {
    const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.js`;
    return [name, { ...load(`dynalite/validations/${file}`), run: load(`dynalite/actions/${file}`) }];
  }),
);

const answer = (status: number, body: unknown): RawAnswer => {
  const text = JSON.stringify(body);
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-crc32': String(crc32(text)) }, body: text };
};

/** Rejects when the store itself fails; what DynamoDB refuses is an answer. */
export const makeDynamoApi = (store: Store): ((operation: string, body: string) => Promise<RawAnswer>) => {
  const opened = store.db.open();
  // Whoever asks first hears why it could not be opened.
  opened.catch(() => undefined);

  return async (name, body) => {
    await opened;
    const operation = OPERATIONS.get(name);
    if (operation === undefined) return answer(400, { __type: 'com.amazon.coral.service#UnknownOperationException' });
    let asked: unknown;
    try {
      asked = JSON.parse(body);
    } catch {
      return answer(400, { __type: 'com.amazon.coral.service#SerializationException' });
    }
    try {
      const request = checkTypes(asked, operation.types);
      checkValidations(request, operation.types, operation.custom, store);
      const result = await new Promise<unknown>((resolve, reject) =>
        operation.run(store, request, (error, done) => (error === null || error === undefined ? resolve(done) : reject(error))),
      );
      return answer(200, result);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== undefined) return refusal;
      throw error;
    }
  };
};

const refusalOf = (error: unknown): RawAnswer | undefined =>
  error instanceof Error && 'statusCode' in error && 'body' in error ? answer(Number(error.statusCode), error.body) : undefined;
