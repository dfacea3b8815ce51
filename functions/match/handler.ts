/** Match behind the pushes queue, which holds messages of ingest and events of the stack's rule for Amazon ECR. */
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { decodePushes, isBusEvent, type PushesMessage } from '../core/message.ts';
import { eachRecord } from '../runtime/batch.ts';
import type { EcrMessage } from './ecr-event.ts';
import { type MatchPorts, match, noted } from './match.ts';

/** `sentAt`: when the queue took it, in milliseconds. */
export type ReadEvent = (body: string, sentAt: number) => Promise<EcrMessage>;

export const makeMatchHandler = (ports: MatchPorts, readEvent: ReadEvent) => {
  const messageIn = async ({ body, attributes, messageId }: SQSRecord): Promise<PushesMessage | undefined> => {
    if (!isBusEvent(body)) return decodePushes(body);
    const read = await readEvent(body, Number(attributes.SentTimestamp));
    if (read.ok) return read.value;
    // Nothing is wrong with us: as a dead letter it would ring, and nobody could mend it.
    ports.log('push.ignored', { message: messageId, hook: read.record.hook, why: read.why });
    await noted(read.record, ports);
    return undefined;
  };
  // At its time-out the process must end: answering early would leave this run frozen, to go on in the middle of a later one.
  return middy<SQSEvent, SQSBatchResponse>({ timeoutEarlyInMillis: 0 }).handler((event) =>
    eachRecord(
      event,
      async (record) => {
        const message = await messageIn(record);
        if (message !== undefined) await match(message, ports);
      },
      ports.log,
    ),
  );
};
