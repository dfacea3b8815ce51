/** What the functions call instead of AWS: queues, tables, parameters and secrets, behind one loopback endpoint; and the event bus beside them. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { makeAwsEndpoint } from './aws-endpoint.ts';
import { AwsError } from './aws-error.ts';
import type { Chaos } from './chaos.ts';
import { type EventBus, makeEventBus } from './event-bus.ts';
import { listen } from './listen.ts';
import { getParameter, getSecretValue } from './parameters.ts';
import { ACCOUNT, queueArn, REGION } from './place.ts';
import { openQueues, type Queues } from './queues.ts';
import { makeSqsApi } from './sqs-api.ts';
import { openTables, type Tables } from './tables.ts';
import { nobody, type Witness } from './witness.ts';

interface Backends {
  readonly queues: Queues;
  readonly tables: Tables;
  readonly bus: EventBus;
  /** `http://127.0.0.1:port` */
  readonly awsUrl: string;
  readonly port: number;
}

/** `undo` gets what closes each part, in the order of opening. */
export const openBackends = async (
  directory: string,
  accessKeyId: string,
  chaos: Chaos,
  undo: (() => unknown)[],
  witness: Witness = nobody,
): Promise<Backends> => {
  const [now, newId] = [Date.now, randomUUID];
  const queues = openQueues({ directory, now, newId, chaos });
  undo.push(queues.close);
  const tables = openTables(directory, chaos);
  undo.push(tables.close);

  const bus = makeEventBus({ account: ACCOUNT, region: REGION, now, newId });
  let awsUrl = '';
  const secrets = { directory: join(directory, 'secrets'), region: REGION, account: ACCOUNT };
  const sqs = makeSqsApi({ queues, now, newId, arnOf: queueArn, urlOf: (name) => `${awsUrl}/${ACCOUNT}/${name}` });
  const server = makeAwsEndpoint({
    accessKeyId,
    newId,
    dynamodb: (operation, body) => witness.table(operation, body, tables, () => tables.raw(operation, body)),
    sqs: (action, request, signal) => {
      witness.queue(action, request);
      return sqs(action, request, signal);
    },
    ssm: (action, request) => (action === 'GetParameter' ? getParameter(request, secrets) : unknown(action)),
    events: bus.api,
    secretsManager: (action, request) => (action === 'GetSecretValue' ? getSecretValue(request, secrets) : unknown(action)),
  });
  const { port, close } = await listen(server, '127.0.0.1', 0);
  undo.push(close);
  awsUrl = `http://127.0.0.1:${port}`;
  return { queues, tables, bus, awsUrl, port };
};

const unknown = (action: string): never => {
  throw new AwsError(
    'UnknownOperationException',
    `The local engine does not do ${action}; it knows GetParameter of SSM and GetSecretValue of Secrets Manager.`,
  );
};
