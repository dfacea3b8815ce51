/** moto, a second opinion on our own fakes of AWS: one server for a file of tests, and the reason where there is none. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';

export const hasMoto = (process.env.PATH ?? '').split(delimiter).some((directory) => {
  try {
    accessSync(join(directory, 'moto_server'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

/** To be put behind the name of what is tested. */
export const WITHOUT_MOTO = hasMoto ? '' : ' (skipped: moto_server is not on PATH)';

const freePort = (): Promise<number> =>
  new Promise((done, failed) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? done(address.port) : failed(new Error('no port'))));
    });
  });

export interface Moto {
  /** Known once the tests run. */
  endpoint(): string;
  /** Forgets everything. */
  reset(): Promise<void>;
}

/** Called inside a `describe`: runs while its tests do. */
export const useMoto = (): Moto => {
  let moto: ChildProcess | undefined;
  let endpoint = '';

  beforeAll(async () => {
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    const answers = (): Promise<boolean> =>
      fetch(endpoint).then(
        () => true,
        () => false,
      );
    for (let tries = 0; !(await answers()); tries += 1) {
      if (tries > 150) throw new Error(`moto_server did not answer at ${endpoint} within 30 s`);
      await pause(200);
    }
  }, 60_000);

  afterAll(() => {
    moto?.kill();
  });

  return {
    endpoint: () => endpoint,
    reset: async () => {
      await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
    },
  };
};
