/** Hands messages of a queue to a function, as Lambda's event source mapping does: what failed stays in the queue until its visibility ends. */
import type { FunctionPool } from './function-pool.ts';
import type { Invocation } from './function-process.ts';
import { isFields } from './json.ts';
import type { MappingSpec } from './plan-sources.ts';
import type { Queue, Received } from './queue.ts';
import { receiveWithin } from './queues.ts';
import { systemAttributes } from './sqs-api.ts';
import { md5 } from './sqs-digest.ts';

interface SourceGround {
  readonly mapping: MappingSpec;
  readonly queue: Queue;
  readonly pool: FunctionPool;
  readonly arnOf: (name: string) => string;
  readonly region: string;
  readonly now: () => number;
  readonly concurrency: number;
  readonly log: (line: string) => void;
  /** Ends early, without an error, when the signal fires. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface EventSource {
  /** Takes no more messages; resolves when the running batches ended. */
  stop(): Promise<void>;
}

const POLL_MS = 20_000;
/** SQS gives at most ten messages at once. */
const RECEIVE_MOST = 10;
/** After a queue that failed, on a full disk for example: long enough not to spin, short enough to go on soon when there is space again. */
const TROUBLE_PAUSE_MS = 1000;

export const startEventSource = (ground: SourceGround): EventSource => {
  const stopping = new AbortController();
  const loops = Array.from({ length: Math.min(ground.concurrency, ground.mapping.maxConcurrency ?? ground.concurrency) }, () => poll(ground, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
};

const poll = async (ground: SourceGround, signal: AbortSignal): Promise<void> => {
  let troubled = false;
  while (!signal.aborted) {
    try {
      if (await handOver(ground, signal)) troubled = false;
    } catch (error) {
      // Said once: it would be the same words each second.
      if (!troubled)
        ground.log(JSON.stringify({ event: 'queue.failed', queue: ground.queue.name, error: error instanceof Error ? error.message : String(error) }));
      troubled = true;
      await ground.pause(TROUBLE_PAUSE_MS, signal);
    }
  }
};

/** Gives whether there was a batch. */
const handOver = async (ground: SourceGround, signal: AbortSignal): Promise<boolean> => {
  const batch = await gather(ground, signal);
  if (batch.length === 0) return false;
  const event = { Records: batch.map((message) => recordOf(message, ground)) };
  const done = succeeded(batch, await ground.pool.invoke(event), ground.mapping.partialFailures);
  for (const { receipt } of done) ground.queue.remove(receipt);
  if (done.length < batch.length)
    ground.log(JSON.stringify({ event: 'batch.failed', queue: ground.queue.name, failed: batch.length - done.length, of: batch.length }));
  return true;
};

/** Waits for a first message, then for more of them as long as the mapping's window is open. */
const gather = async ({ mapping, queue, now }: SourceGround, signal: AbortSignal): Promise<readonly Received[]> => {
  const batch = [...(await receiveWithin(queue, Math.min(mapping.batchSize, RECEIVE_MOST), POLL_MS, undefined, now, signal))];
  const until = now() + mapping.windowMs;
  while (batch.length > 0 && batch.length < mapping.batchSize && now() < until && !signal.aborted)
    batch.push(...(await receiveWithin(queue, Math.min(mapping.batchSize - batch.length, RECEIVE_MOST), until - now(), undefined, now, signal)));
  return batch;
};

/** The messages to be deleted. An answer that names an unknown message, or none, fails the whole batch. */
export const succeeded = (batch: readonly Received[], invocation: Invocation, partialFailures: boolean): readonly Received[] => {
  if (invocation.is !== 'ok') return [];
  if (!partialFailures) return batch;
  const { payload } = invocation;
  if (payload === null || payload === undefined) return batch;
  if (!isFields(payload)) return [];
  const failures = payload.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return [];
  const failed = failures.map((failure) => (isFields(failure) ? failure.itemIdentifier : undefined));
  if (failed.some((id) => !batch.some(({ messageId }) => messageId === id))) return [];
  return batch.filter(({ messageId }) => !failed.includes(messageId));
};

const recordOf = (message: Received, { queue, arnOf, region }: SourceGround): object => ({
  messageId: message.messageId,
  receiptHandle: message.receipt,
  body: message.body,
  attributes: systemAttributes(message, arnOf),
  messageAttributes: Object.fromEntries(
    Object.entries(message.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ]),
  ),
  md5OfBody: md5(message.body),
  eventSource: 'aws:sqs',
  eventSourceARN: arnOf(queue.name),
  awsRegion: region,
});
