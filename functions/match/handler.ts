/** Match behind the pushes queue. */
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { decodePushes } from '../core/message.ts';
import { eachRecord } from '../runtime/batch.ts';
import { type MatchPorts, match } from './match.ts';

export const makeMatchHandler = (ports: MatchPorts) =>
  middy<SQSEvent, SQSBatchResponse>().handler((event) => eachRecord(event, (record) => match(decodePushes(record.body), ports), ports.log));
