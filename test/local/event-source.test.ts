import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { calm } from '../../infra/local/chaos.ts';
import { startEventSource, succeeded } from '../../infra/local/event-source.ts';
import { QUEUE_DEFAULTS } from '../../infra/local/plan-queues.ts';
import { openQueues } from '../../infra/local/queues.ts';
import { makeDisk } from './disk.ts';

const message = (messageId: string) => ({ messageId, body: '', attributes: {}, sentAt: 0, visibleAt: 0, receives: 1, receipt: messageId });
const batch = [message('a'), message('b'), message('c')];

describe('which messages of a batch are deleted', () => {
  it.each([
    ['the failed ones stay', { batchItemFailures: [{ itemIdentifier: 'b' }] }, ['a', 'c']],
    ['no failures', { batchItemFailures: [] }, ['a', 'b', 'c']],
    ['no answer', undefined, ['a', 'b', 'c']],
    ['an empty object', {}, ['a', 'b', 'c']],
    ['an unknown id fails all', { batchItemFailures: [{ itemIdentifier: 'x' }] }, []],
    ['an empty id fails all', { batchItemFailures: [{ itemIdentifier: '' }] }, []],
    ['no id fails all', { batchItemFailures: [{ identifier: 'a' }] }, []],
    ['failures that are no list fail all', { batchItemFailures: 'a' }, []],
    ['an answer that is no object fails all', 'done', []],
  ])('%s', (_name, payload, expected) => {
    expect(succeeded(batch, { is: 'ok', payload }, true).map(({ messageId }) => messageId)).toEqual(expected);
  });

  it('none when the function failed or was too late', () => {
    expect(succeeded(batch, { is: 'timed out' }, true)).toEqual([]);
    expect(succeeded(batch, { is: 'failed', error: { errorType: 'E', errorMessage: '' } }, false)).toEqual([]);
  });

  it('all without partial failures, whatever was answered', () => {
    expect(succeeded(batch, { is: 'ok', payload: { batchItemFailures: [{ itemIdentifier: 'a' }] } }, false)).toHaveLength(3);
  });
});

describe('an event source whose queue fails', () => {
  it('says so once, pauses, and delivers when the queue works again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'event-source-'));
    const disk = makeDisk();
    let ids = 0;
    const newId = (): string => `00000000-0000-0000-0000-${String(++ids).padStart(12, '0')}`;
    const queues = openQueues({ directory, now: Date.now, newId, chaos: calm, journal: { write: disk.write } });
    const queue = queues.create('q', QUEUE_DEFAULTS);
    queue.send({ body: 'waits' });
    disk.fits(0);
    const [said, pauses]: [string[], number[]] = [[], []];
    const delivered = Promise.withResolvers<unknown>();
    const spec = { name: 'f', arn: 'arn', logName: 'f', handler: 'index.handler', directory, memoryMb: 128, timeoutMs: 1000, environment: {} };
    const source = startEventSource({
      mapping: { queue: { name: 'q', url: 'u', arn: 'a', settings: QUEUE_DEFAULTS }, function: spec, batchSize: 1, windowMs: 0, partialFailures: true },
      queue,
      pool: {
        spec,
        invoke: async (event) => {
          delivered.resolve(event);
          return { is: 'ok', payload: undefined };
        },
        stop: async () => undefined,
      },
      arnOf: (name) => name,
      region: 'r',
      now: Date.now,
      concurrency: 1,
      log: (line) => said.push(line),
      pause: async (ms) => {
        pauses.push(ms);
        if (pauses.length === 3) disk.fits(Number.POSITIVE_INFINITY);
      },
    });
    expect(await delivered.promise).toMatchObject({ Records: [{ body: 'waits', attributes: { ApproximateReceiveCount: '1' } }] });
    await source.stop();
    expect(pauses).toEqual([1000, 1000, 1000]);
    expect(said.map((line) => JSON.parse(line))).toEqual([{ event: 'queue.failed', queue: 'q', error: expect.stringContaining('ENOSPC') }]);
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    queues.close();
    rmSync(directory, { recursive: true });
  });
});
