import { expect, it } from 'vitest';
import { startFunction } from '../../infra/local/function-process.ts';

it('says why a function could not be started, at once', async () => {
  const spec = {
    name: 'ingest',
    arn: 'arn',
    logName: 'ingest',
    directory: '/nowhere/at/all',
    handler: 'index.handler',
    timeoutMs: 10_000,
    memoryMb: 128,
    environment: {},
  };
  const one = startFunction({
    spec,
    environment: {},
    guard: { watch: () => undefined, forget: () => undefined, end: () => undefined },
    now: Date.now,
    log: () => undefined,
  });
  const answer = await one.invoke({}, 'request-1');
  expect(answer).toMatchObject({ is: 'failed', error: { errorMessage: expect.stringContaining('ENOENT') } });
  expect(one.alive()).toBe(false);
}, 5_000);
