/** SSM GetParameter and Secrets Manager GetSecretValue over files: the value of `/image-triggers/x` or `image-triggers/x` is the file `DIR/secrets/image-triggers/x`. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from './aws-error.ts';
import type { Fields } from './json.ts';

interface ParametersGround {
  /** `DIR/secrets`. */
  readonly directory: string;
  readonly region: string;
  readonly account: string;
}

interface StoredValue {
  readonly value: string;
  readonly changedAt: number;
}

/** Names are paths: every part must be plain, so that none leads out of the directory. */
const NAME = /^\/?[\w=@+-][\w.=@+-]*(?:\/[\w=@+-][\w.=@+-]*)*$/;

const readValue = (directory: string, name: string): StoredValue | undefined => {
  if (!NAME.test(name)) return undefined;
  const file = join(directory, ...name.split('/'));
  try {
    // An editor's line end at the end of the file is not part of the secret.
    return { value: readFileSync(file, 'utf8').replace(/\r?\n$/, ''), changedAt: statSync(file).mtimeMs / 1000 };
  } catch {
    return undefined;
  }
};

export const getParameter = (request: Fields, { directory, region, account }: ParametersGround): Fields => {
  const name = typeof request.Name === 'string' ? request.Name : '';
  const found = readValue(directory, name);
  if (found === undefined)
    throw new AwsError(
      'ParameterNotFound',
      `no file ${join('secrets', name)} in the data directory of the local engine: write the value of parameter ${name} into it`,
    );
  const arn = `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`;
  return { Parameter: { Name: name, Type: 'SecureString', Value: found.value, Version: 1, LastModifiedDate: found.changedAt, ARN: arn, DataType: 'text' } };
};

export const getSecretValue = (request: Fields, { directory, region, account }: ParametersGround): Fields => {
  const id = typeof request.SecretId === 'string' ? request.SecretId : '';
  const name = id.startsWith('arn:') ? (id.split(':secret:')[1] ?? '').replace(/-[A-Za-z0-9]{6}$/, '') : id;
  const found = readValue(directory, name);
  if (found === undefined)
    throw new AwsError(
      'ResourceNotFoundException',
      `no file ${join('secrets', name)} in the data directory of the local engine: write the value of secret ${name} into it`,
    );
  return {
    ARN: `arn:aws:secretsmanager:${region}:${account}:secret:${name}-LOCAL1`,
    Name: name,
    VersionId: 'local',
    SecretString: found.value,
    VersionStages: ['AWSCURRENT'],
    CreatedDate: found.changedAt,
  };
};
