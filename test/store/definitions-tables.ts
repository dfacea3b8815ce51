/** Both tables as the stack has them, by default in a database inside this process on 127.0.0.1. */
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { Tables } from '../../functions/store/dynamo.ts';

export interface TestTables extends Tables {
  /** The next command of this kind whose input holds the text takes effect and its answer is lost on the way, so that the client sends it again. */
  loseAnswer(command: 'PutItem' | 'UpdateItem' | 'DeleteItem', text: string): void;
  /** Answers that are still to be lost: none, when each was asked for. */
  readonly toLose: readonly object[];
  stop(): Promise<void>;
}

interface Index {
  readonly name: string;
  readonly hash: string;
  readonly range: string;
  readonly type?: 'N';
  readonly all?: boolean;
}

const DEFINITION_INDEXES: readonly Index[] = [
  { name: 'byKind', hash: 'kind', range: 'name', all: true },
  { name: 'due', hash: 'due', range: 'dueAt', type: 'N' },
];
const CALL_INDEXES: readonly Index[] = [
  { name: 'byApplication', hash: 'application', range: 'ulid' },
  { name: 'feed', hash: 'day', range: 'ulid' },
];

const create = (TableName: string, indexes: readonly Index[]): CreateTableCommand => {
  const types = new Map<string, 'S' | 'N'>([
    ['pk', 'S'],
    ['sk', 'S'],
  ]);
  for (const { hash, range, type } of indexes) types.set(hash, 'S').set(range, type ?? 'S');
  return new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: indexes.map(({ name, hash, range, all }) => ({
      IndexName: name,
      KeySchema: [
        { AttributeName: hash, KeyType: 'HASH' },
        { AttributeName: range, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: all === true ? 'ALL' : 'KEYS_ONLY' },
    })),
  });
};

export const createTables = async (client: DynamoDBClient): Promise<Tables> => {
  await client.send(create('definitions', DEFINITION_INDEXES));
  await client.send(create('calls', CALL_INDEXES));
  return { client, definitions: 'definitions', calls: 'calls' };
};

export const startTables = async (): Promise<TestTables> => {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 2,
  });
  const toLose: { readonly command: string; readonly text: string }[] = [];
  // Inside of the client's retries: what is thrown here is what a connection that broke after the request looks like.
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const output = await next(args);
        const i = toLose.findIndex(({ command, text }) => commandName === `${command}Command` && JSON.stringify(args.input).includes(text));
        if (i < 0) return output;
        toLose.splice(i, 1);
        throw Object.assign(new Error('the answer was lost'), { name: 'TimeoutError' });
      },
    { step: 'deserialize', priority: 'high' },
  );
  return {
    ...(await createTables(client)),
    toLose,
    loseAnswer: (command, text) => void toLose.push({ command, text }),
    stop: async () => {
      client.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
