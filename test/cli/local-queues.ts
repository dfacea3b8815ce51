/** The queues of a local engine by themselves, behind its own endpoint. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAwsEndpoint } from '../../infra/local/aws-endpoint.ts';
import { calm } from '../../infra/local/chaos.ts';
import { queueArn } from '../../infra/local/place.ts';
import { QUEUE_DEFAULTS } from '../../infra/local/plan-queues.ts';
import type { Queue } from '../../infra/local/queue.ts';
import { openQueues } from '../../infra/local/queues.ts';
import { makeSqsApi } from '../../infra/local/sqs-api.ts';
import { listen } from './command-line.ts';

export interface LocalQueues {
  /** What `endpoint.json` says of them. */
  readonly endpoint: Readonly<Record<string, string>>;
  readonly pushes: Queue;
  readonly deadPushes: Queue;
  readonly ticks: Queue;
  stop(): void;
}

const none = () => {
  throw new Error('not asked here');
};

export const startLocalQueues = async (): Promise<LocalQueues> => {
  const directory = mkdtempSync(join(tmpdir(), 'image-triggers-queues-'));
  const queues = openQueues({ directory, now: Date.now, newId: randomUUID, chaos: calm });
  const dead = 'ImageTriggers-PushesDeadLetters0A1B2C3D';
  const deadPushes = queues.create(dead, QUEUE_DEFAULTS);
  const pushes = queues.create('ImageTriggers-PushesQueue0A1B2C3D', { ...QUEUE_DEFAULTS, redrive: { queue: dead, maxReceives: 1 } });
  const ticks = queues.create('ImageTriggers-TickUndelivered0A1B2C3D', QUEUE_DEFAULTS);
  let awsUrl = '';
  const sqs = makeSqsApi({ queues, now: Date.now, newId: randomUUID, urlOf: (name) => `${awsUrl}/0/${name}`, arnOf: queueArn });
  const server = makeAwsEndpoint({ accessKeyId: 'LOCAL', newId: randomUUID, dynamodb: none, ssm: none, secretsManager: none, events: none, sqs });
  awsUrl = await listen(server);
  return {
    endpoint: { awsUrl, region: 'us-east-1', accessKeyId: 'LOCAL', secretAccessKey: 'local-secret' },
    pushes,
    deadPushes,
    ticks,
    stop: () => {
      server.closeAllConnections();
      server.close();
      queues.close();
      rmSync(directory, { recursive: true });
    },
  };
};

/** Receives and gives back until the queue buries it. */
export const letDie = ({ pushes }: LocalQueues, body: string): void => {
  pushes.send({ body });
  for (let tries = 0; tries < 2; tries += 1) pushes.receive(1, 0);
};
