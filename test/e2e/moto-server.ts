/** moto, a second opinion on our own fakes of AWS: one server for a file of tests, and the reason where there is none. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { answering } from './answering.ts';
import { freePort } from './registry-process.ts';

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

export interface Moto {
  /** Known once the tests run. */
  endpoint(): string;
  /** Forgets everything. */
  reset(): Promise<void>;
}

export const startMoto = async (): Promise<{ readonly endpoint: string; stop(): void }> => {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  await answering(moto, 'moto_server', endpoint);
  return { endpoint, stop: () => void moto.kill() };
};

/** Called inside a `describe`: runs while its tests do. */
export const useMoto = (): Moto => {
  let moto: Awaited<ReturnType<typeof startMoto>> | undefined;
  beforeAll(async () => {
    moto = await startMoto();
  }, 60_000);
  afterAll(() => moto?.stop());
  const endpoint = (): string => moto?.endpoint ?? '';

  return {
    endpoint,
    reset: async () => {
      await fetch(`${endpoint()}/moto-api/reset`, { method: 'POST' });
    },
  };
};
