/** A function as small as one can be: one client, one command, a static import of a built-in that is costly as ESM. */
import { STATUS_CODES } from 'node:http';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

const client = new SSMClient({});

export const handler = async (): Promise<string | undefined> => {
  await client.send(new GetParameterCommand({ Name: 'image-triggers/example' }));
  return STATUS_CODES[202];
};

export const credentials = (): Promise<{ readonly accessKeyId: string; readonly sessionToken?: string }> => client.config.credentials();
export const teapot = STATUS_CODES[418];
