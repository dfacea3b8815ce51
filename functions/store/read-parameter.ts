/** One SSM parameter, decrypted. A file of its own, so that its client is a chunk of its own. */
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { QUICK } from './quick.ts';

let client: SSMClient | undefined;

export const readParameter = async (name: string): Promise<string | undefined> => {
  client ??= new SSMClient(QUICK);
  const { Parameter } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
  return Parameter?.Value;
};
