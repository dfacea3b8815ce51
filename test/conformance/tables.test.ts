/** The contract of the store over the tables of the local engine and of the others. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll } from 'vitest';
import type { Tables } from '../../functions/store/dynamo.ts';
import { NOW } from '../stages/given.ts';
import { anyOrderContract } from '../store/any-order-contract.ts';
import { tableStore } from '../store/conformance.ts';
import { createTables } from '../store/definitions-tables.ts';
import { storeContract } from '../store/store-contract.ts';
import { dynamodbLocal, localEngine, moto } from './implementations.ts';
import { withEach } from './with-each.ts';

/** Which part of the random runs of `npm test` is asked here: others are slow. */
const SHARE = 0.2;

withEach(
  'tables',
  [
    [localEngine, {}],
    [moto, {}],
    [dynamodbLocal, {}],
  ],
  (name, start, deviations) => {
    let tables: Promise<Tables> | undefined;
    const open = async (): Promise<Tables> => {
      const { endpoint, accessKeyId } = await start();
      return createTables(new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey: 'x' } }));
    };
    const once = (): Promise<Tables> => {
      tables ??= open();
      return tables;
    };
    afterAll(async () => (await tables)?.client.destroy());

    storeContract(
      name,
      async () => {
        const opened = await once();
        return () => tableStore(opened, () => NOW);
      },
      deviations,
    );
    anyOrderContract(name, once, SHARE);
  },
);
