/** Inside the local engine, by the endpoint and the access key that it wrote into its data directory. */

import { textOf } from '../../../functions/core/fields.ts';
import { endpointOf } from '../connect.ts';
import { CliError, type Io } from '../io.ts';
import { readDeadLetters, redriveQueue } from './dead-letters.ts';
import type { Inside } from './inside.ts';

export const insideEngine = async (directory: string, io: Io): Promise<Inside> => {
  const { written } = await endpointOf(directory, io);
  const value = (name: string): string => {
    const text = textOf(written[name]);
    if (text === '') throw new CliError(`the endpoint.json of ${directory} holds no "${name}": start the engine again with "npm start"`);
    return text;
  };
  const { SQSClient, ListQueuesCommand } = await import('@aws-sdk/client-sqs');
  const client = new SQSClient({
    endpoint: value('awsUrl'),
    region: value('region'),
    credentials: { accessKeyId: value('accessKeyId'), secretAccessKey: value('secretAccessKey') },
    useQueueUrlAsEndpoint: false,
  });
  return {
    version: written.version === undefined ? undefined : textOf(written.version),
    deadLetters: async () => {
      const { QueueUrls = [] } = await client.send(new ListQueuesCommand({}));
      return readDeadLetters(
        client,
        QueueUrls.map((url) => ({ url, logicalId: url })),
      );
    },
    redrive: (queue) => redriveQueue(client, queue, io),
  };
};
