/** A function as small as one can be: one client, one command, a static import of a built-in that is costly as ESM. */
import { STATUS_CODES } from 'node:http';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const client = new SQSClient({});

export const handler = async (): Promise<string | undefined> => {
  await client.send(new SendMessageCommand({ QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/pushes', MessageBody: '{}' }));
  return STATUS_CODES[202];
};

export const credentials = (): Promise<{ readonly accessKeyId: string; readonly sessionToken?: string }> => client.config.credentials();
export const teapot = STATUS_CODES[418];
