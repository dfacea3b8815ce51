/** Two files of the data directory: credentials that stay the same from start to start, and what tells others where the engine is. */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from './caller.ts';
import { fields, parseJson, text } from './json.ts';
import { writeWhole } from './write-whole.ts';

export interface Endpoint {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** Where SQS, DynamoDB, SSM and Secrets Manager of this engine answer: for looking inside. */
  readonly awsUrl: string;
  /** Of the stack that it runs. */
  readonly version?: string;
}

interface Identity extends Credentials {
  readonly stackUuid: string;
}

export const readIdentity = (directory: string): Identity => {
  const file = join(directory, 'credentials.json');
  const source = readIfThere(file);
  if (source !== undefined) return parseIdentity(source, file);
  const made: Identity = {
    token: randomBytes(32).toString('base64url'),
    accessKeyId: `LOCAL${randomBytes(10).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    stackUuid: randomUUID(),
  };
  writeWhole(file, JSON.stringify(made));
  return made;
};

const parseIdentity = (source: string, file: string): Identity => {
  try {
    const stored = fields(parseJson(source, file), file);
    return {
      token: text(stored.token, `${file} token`),
      accessKeyId: text(stored.accessKeyId, `${file} accessKeyId`),
      secretAccessKey: text(stored.secretAccessKey, `${file} secretAccessKey`),
      stackUuid: text(stored.stackUuid, `${file} stackUuid`),
    };
  } catch {
    // Without the reason: it shows a piece of what it could not read, and that may be a secret.
    throw new Error(
      `${file} is not what the engine wrote there: put it back from a copy, or delete it and start again (the engine then has a new token and new keys; definitions and calls stay)`,
    );
  }
};

const readIfThere = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

const ENDPOINT = 'endpoint.json';

/** Written when the engine is ready and removed when it ends: what finds it may use it. */
export const writeEndpoint = (directory: string, endpoint: Endpoint): (() => void) => {
  const file = join(directory, ENDPOINT);
  writeWhole(file, `${JSON.stringify(endpoint, undefined, 2)}\n`);
  return () => rmSync(file, { force: true });
};

export const forgetEndpoint = (directory: string): void => rmSync(join(directory, ENDPOINT), { force: true });

/** The endpoint of a running engine; undefined while there is none. */
export const readEndpoint = (directory: string): Endpoint | undefined => {
  const file = join(directory, ENDPOINT);
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const read = fields(parseJson(source, file), file);
  const value = (name: string): string => text(read[name], `${file} ${name}`);
  return {
    url: value('url'),
    token: value('token'),
    pid: Number(read.pid),
    accessKeyId: value('accessKeyId'),
    secretAccessKey: value('secretAccessKey'),
    region: value('region'),
    awsUrl: value('awsUrl'),
  };
};
