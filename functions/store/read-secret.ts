/** The current text of one secret of Secrets Manager. A file of its own, so that its client is a chunk of its own. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { QUICK } from './quick.ts';

let client: SecretsManagerClient | undefined;

export const readSecret = async (name: string): Promise<string | undefined> => {
  client ??= new SecretsManagerClient(QUICK);
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
  return SecretString;
};
