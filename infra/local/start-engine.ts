/** Starts the local engine as a process of its own, for tests and the demo, and ends it by its process id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Endpoint, readEndpoint } from './data-directory.ts';

interface StartOptions {
  readonly data: string;
  readonly port?: number;
  readonly allow?: readonly string[];
  readonly chaos?: number;
  /** Socket of a Docker daemon. */
  readonly docker?: string;
  readonly assembly?: string;
  /** Variables on top of this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Engine extends Endpoint {
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, as a crash. */
  kill9(): Promise<void>;
  /** What it printed so far. */
  printed(): string;
}

/** A first start bundles and synthesises. */
const READY_MS = 90_000;

export const startEngine = async ({ data, port = 0, allow = [], chaos, docker, assembly, env }: StartOptions): Promise<Engine> => {
  const args = ['--data', data, '--port', String(port), ...allow.flatMap((entry) => ['--allow', entry])];
  if (chaos !== undefined) args.push('--chaos', String(chaos));
  if (docker !== undefined) args.push('--docker', docker);
  if (assembly !== undefined) args.push('--assembly', assembly);
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      printed += piece.toString('utf8');
    });
  }
  const exited = once(child, 'exit');
  await ready(child, exited, () => printed);
  const endpoint = readEndpoint(data);
  if (endpoint === undefined) {
    child.kill('SIGKILL');
    throw new Error(`the local engine said ready, but wrote no endpoint.json into ${data}`);
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    ...endpoint,
    stop: () => end('SIGTERM'),
    kill9: async () => {
      await end('SIGKILL');
    },
    printed: () => printed,
  };
};

const ready = (child: ChildProcess, exited: Promise<unknown>, printed: () => string): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the local engine was not ready after ${READY_MS / 1000} s; it printed:\n${printed()}`));
    }, READY_MS);
    const look = (): void => {
      if (!/^ready$/m.test(printed())) return;
      clearTimeout(timer);
      child.stdout?.off('data', look);
      resolve();
    };
    child.stdout?.on('data', look);
    exited.then(
      () => {
        clearTimeout(timer);
        reject(new Error(`the local engine ended before it was ready; it printed:\n${printed()}`));
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
