/** What stands in for tables and queues of AWS: our own local engine, and others as a second opinion. All listen on 127.0.0.1, except DynamoDB Local. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildApp } from 'fauxqs';
import { openBackends } from '../../infra/local/backends.ts';
import { calm } from '../../infra/local/chaos.ts';
import { answering } from '../e2e/answering.ts';
import { hasMoto, startMoto } from '../e2e/moto-server.ts';
import { freePort } from '../e2e/registry-process.ts';

export interface Service {
  readonly endpoint: string;
  readonly accessKeyId: string;
  stop(): unknown;
}

export interface Implementation {
  readonly name: string;
  /** Why it cannot be asked here. */
  readonly absent?: string;
  start(): Promise<Service>;
}

const ENGINE_KEY = 'LOCAL';

export const localEngine: Implementation = {
  name: 'the local engine',
  start: async () => {
    const directory = mkdtempSync(join(tmpdir(), 'conformance-'));
    const undo: (() => unknown)[] = [() => rmSync(directory, { recursive: true })];
    const { awsUrl } = await openBackends(directory, ENGINE_KEY, calm, undo);
    const stop = async (): Promise<void> => {
      for (const close of undo.toReversed()) await close();
    };
    return { endpoint: awsUrl, accessKeyId: ENGINE_KEY, stop };
  },
};

/** Its own `startFauxqs` listens on every interface as soon as it keeps its data; the application alone does neither. */
export const fauxqs: Implementation = {
  name: 'fauxqs',
  start: async () => {
    const app = buildApp({ logger: false });
    return { endpoint: await app.listen({ host: '127.0.0.1', port: 0 }), accessKeyId: 'test', stop: () => app.close() };
  },
};

export const moto: Implementation = {
  name: 'moto_server',
  ...(hasMoto ? {} : { absent: 'moto_server is not on PATH' }),
  start: async () => ({ ...(await startMoto()), accessKeyId: 'test' }),
};

const JAR = process.env.DYNAMODB_LOCAL_JAR ?? '';
const WITHOUT_JAR = 'DYNAMODB_LOCAL_JAR does not name a DynamoDBLocal.jar; it needs java, and listens on every interface while it runs';

/** AWS does not let anybody pass it on, and it cannot be told to listen on loopback only: so it runs where somebody names the jar. */
export const dynamodbLocal: Implementation = {
  name: 'DynamoDB Local',
  ...(existsSync(JAR) ? {} : { absent: WITHOUT_JAR }),
  start: async () => {
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    const options = ['-Djava.library.path=./DynamoDBLocal_lib', '-jar', JAR, '-inMemory', '-disableTelemetry', '-port', String(port)];
    const java = spawn('java', options, { cwd: dirname(JAR), stdio: 'ignore' });
    await answering(java, 'DynamoDB Local', endpoint);
    return { endpoint, accessKeyId: 'test', stop: () => java.kill() };
  },
};
