/** `npm run conformance`: the suites of tables and queues over the local engines and over every other implementation that is installed; ends with 1 when a test failed. */
import { startVitest } from 'vitest/node';

const vitest = await startVitest('test', [], { config: `${import.meta.dirname}/vitest.config.ts`, watch: false });
await vitest.close();
