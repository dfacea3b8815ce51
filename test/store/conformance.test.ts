/** The memory of the stage and chaos tests and the real store keep the same contract; other implementations of tables do in `npm run conformance`. */
import { afterAll, beforeAll } from 'vitest';
import { NOW } from '../stages/given.ts';
import { anyOrderContract } from './any-order-contract.ts';
import { memoryStore, tableStore } from './conformance.ts';
import { startTables, type TestTables } from './definitions-tables.ts';
import { storeContract } from './store-contract.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

storeContract('the memory', async () => memoryStore);
storeContract('dynalite', async () => () => tableStore(tables, () => NOW));
anyOrderContract('dynalite', async () => tables);
