/** Match behind the pushes queue. */
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { decodePushes } from '../core/message.ts';
import { eachRecord } from '../runtime/batch.ts';
import { type MatchPorts, match } from './match.ts';

export const makeMatchHandler = (ports: MatchPorts) =>
  // At its time-out the process must end: answering early would leave this run frozen, to go on in the middle of a later one.
  middy<SQSEvent, SQSBatchResponse>({ timeoutEarlyInMillis: 0 }).handler((event) =>
    eachRecord(event, (record) => match(decodePushes(record.body), ports), ports.log),
  );
