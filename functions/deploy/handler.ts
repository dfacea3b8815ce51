/** Deploy behind the deployments queue, and the tick behind its rule. */
import middy from '@middy/core';
import type { EventBridgeEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { decodeDeployment } from '../core/message.ts';
import { eachRecord, receivesOf } from '../runtime/batch.ts';
import type { DeployPorts } from './ports.ts';
import { reconcile } from './reconcile.ts';
import { type TickPorts, tick } from './tick.ts';

type DeployEvent = SQSEvent | EventBridgeEvent<'Scheduled Event', unknown>;

/** `maxReceives`: after how many receives the queue moves a message to its dead-letter queue. */
export const makeDeployHandler = (ports: DeployPorts, tickPorts: TickPorts, maxReceives: number) =>
  // At its time-out the process must end: answering early would leave this run frozen, to go on in the middle of a later one.
  middy<DeployEvent, SQSBatchResponse | undefined>({ timeoutEarlyInMillis: 0 }).handler(async (event) => {
    if (!('Records' in event)) {
      await tick(tickPorts);
      return undefined;
    }
    return eachRecord(
      event,
      async (record) => {
        const count = receivesOf(record);
        await reconcile(decodeDeployment(record.body).application, { count, last: count >= maxReceives }, ports);
      },
      ports.log,
    );
  });
