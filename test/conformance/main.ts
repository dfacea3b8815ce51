/**
 * `npm run conformance [-- PART OF A FILE NAME…]`: the suites of tables and of queues over the local engine and over the other
 * implementations that are installed, and the stack deployed to one of them. Ends with 1 when a test failed; what is skipped is named.
 */
import { join } from 'node:path';
import { startVitest } from 'vitest/node';
import { table } from './table.ts';

const files = process.argv.slice(2);
const vitest = await startVitest('test', files.length > 0 ? files.map((file) => join('test/conformance', file)) : ['test/conformance'], {
  config: join(import.meta.dirname, '../vitest.config.ts'),
  watch: false,
  reporters: ['default', table],
});
await vitest.close();
