/** The queue contract over moto: a second opinion on what SQS does. Skipped where moto_server is not installed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, it } from 'vitest';
import { sqsContract } from '../local/sqs-contract.ts';

/** What moto is known to do otherwise. */
const KNOWN = [
  'refuses characters that XML does not have',
  'refuses an empty body and values out of range',
  'moves a message to the dead-letter queue after maxReceiveCount, and back by a move task',
];

let server: ChildProcess | undefined;
afterAll(() => void server?.kill('SIGKILL'));

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const startMoto = async (): Promise<{ endpoint: string; accessKeyId: string }> => {
  const port = await freePort();
  server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      await fetch(`${endpoint}/moto-api/`);
      return { endpoint, accessKeyId: 'test' };
    } catch {
      await pause(300);
    }
  }
  throw new Error('moto_server did not answer within 30 s');
};

if (spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0) sqsContract('moto', startMoto, KNOWN);
else it.skip('moto_server is not installed: the queue contract ran over the local engine only', () => undefined);
