import { defineConfig } from 'vitest/config';

/** Everything that needs nothing but `npm ci`; what needs real parts is under `test/e2e` and has its own script. */
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    include: ['test/**/*.test.ts'],
    exclude: process.env.E2E === '1' ? [] : ['test/e2e/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    env: { AWS_REGION: 'us-east-1', CDK_VALIDATION: 'false' },
  },
});
