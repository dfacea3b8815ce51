import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Everything that needs nothing but `npm ci`; what needs real parts, or asks other implementations, is under `test/e2e` and `test/conformance` and has its own scripts. */
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    include: ['test/**/*.test.ts'],
    exclude: [...(process.env.E2E === '1' ? [] : ['test/e2e/**']), ...(process.env.CONFORMANCE === '1' ? [] : ['test/conformance/**'])],
    // Vitest leaves one core free; most of these wait for a clock or for another process.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    env: { AWS_REGION: 'us-east-1', CDK_VALIDATION: 'false' },
  },
});
