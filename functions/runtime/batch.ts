/** SQS batches with partial failures: what failed comes back by itself, the rest is done. */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { describeError, type Log } from './log.ts';

/** Runs `each` on every record, all at once; a record whose step throws is reported as failed and logged. */
export const eachRecord = async (event: SQSEvent, each: (record: SQSRecord) => Promise<void>, log: Log): Promise<SQSBatchResponse> => {
  const results = await Promise.all(
    event.Records.map(async (record) => {
      try {
        await each(record);
        return undefined;
      } catch (error) {
        log('record.failed', { message: record.messageId, receives: receivesOf(record), error: describeError(error) });
        return { itemIdentifier: record.messageId };
      }
    }),
  );
  return { batchItemFailures: results.filter((result) => result !== undefined) };
};

/** How often SQS has handed out this message, this time included. */
export const receivesOf = (record: SQSRecord): number => {
  const count = Number(record.attributes.ApproximateReceiveCount);
  return Number.isInteger(count) && count > 0 ? count : 1;
};
