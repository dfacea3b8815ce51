/** The data directory: one engine at a time, credentials that stay the same from start to start, and the file that tells others where the engine is. */
import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from './caller.ts';
import { fields, parseJson, text } from './json.ts';

export interface Endpoint {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** Where SQS, DynamoDB, SSM and Secrets Manager of this engine answer: for looking inside. */
  readonly awsUrl: string;
}

export interface Identity extends Credentials {
  readonly stackUuid: string;
}

/** Linux tells when a process was started: a process id that was given again to another one is then not taken for an engine. */
const startedAt = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** Claims the directory for this process; throws, naming the other process, when an engine runs on it already. Gives the function that frees it. */
export const claim = (directory: string): (() => void) => {
  // Tables and logs hold what definitions and answers hold: for this user alone.
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  const file = join(directory, 'engine.pid');
  const mine = `${process.pid} ${startedAt(process.pid)}`;
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const [pid = '', started = ''] = readFileSync(file, 'utf8').split(' ');
    if (isAlive(Number(pid)) && startedAt(Number(pid)) === started)
      throw new Error(`a local engine (pid ${pid}) runs on ${directory} already: stop it, or start this one with another --data directory`);
    rmSync(file, { force: true });
  }
};

export const readIdentity = (directory: string): Identity => {
  const file = join(directory, 'credentials.json');
  try {
    const stored = fields(parseJson(readFileSync(file, 'utf8'), file), file);
    return {
      token: text(stored.token, `${file} token`),
      accessKeyId: text(stored.accessKeyId, `${file} accessKeyId`),
      secretAccessKey: text(stored.secretAccessKey, `${file} secretAccessKey`),
      stackUuid: text(stored.stackUuid, `${file} stackUuid`),
    };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const made: Identity = {
    token: randomBytes(32).toString('base64url'),
    accessKeyId: `LOCAL${randomBytes(10).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    stackUuid: randomUUID(),
  };
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
};

const ENDPOINT = 'endpoint.json';

/** Written when the engine is ready and removed when it ends: what finds it may use it. Made anew, so that its mode is not that of an older file. */
export const writeEndpoint = (directory: string, endpoint: Endpoint): (() => void) => {
  const file = join(directory, ENDPOINT);
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify(endpoint, undefined, 2)}\n`, { mode: 0o600 });
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
