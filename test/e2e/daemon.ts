/** A daemon with the Docker Engine API, started for one test. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { fields, list, parseJson, text } from '../../infra/local/json.ts';

export interface Daemon {
  readonly socketPath: string;
  /** Ends the daemon alone, and starts it again: containers go on. */
  restart(): Promise<void>;
  /** Removes its containers, then ends it. */
  stop(): Promise<void>;
}

/** One request over a socket. */
export const askDaemon = async (
  socketPath: string,
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: string }> => {
  const asked = request({ socketPath, method, path, agent: false, ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' } }) });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = await once(asked, 'response');
  let answer = '';
  for await (const piece of response) answer += String(piece);
  return { status: Number(response.statusCode), body: answer };
};

const answers = async (socketPath: string): Promise<boolean> => {
  try {
    return (await askDaemon(socketPath, 'GET', '/_ping')).status === 200;
  } catch {
    return false;
  }
};

/** What each container does (`running`, `exited`, `created`), by its name. */
export const statesOf = async (socketPath: string): Promise<Readonly<Record<string, string>>> => {
  const { body } = await askDaemon(socketPath, 'GET', '/containers/json?all=true');
  return Object.fromEntries(
    list(parseJson(body, 'containers'), 'containers')
      .map((entry) => fields(entry, 'container'))
      .map((entry) => [text(list(entry.Names, 'Names')[0], 'name').replace(/^\//, ''), text(entry.State, 'State')]),
  );
};

interface Program {
  readonly name: string;
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly socketPath: string;
  /** After which it is not waited for any more. */
  readonly seconds: number;
  /** What it leaves behind when it has ended. */
  readonly tidy?: () => void;
}

export const startDaemon = async ({ name, args, env, socketPath, seconds, tidy }: Program): Promise<Daemon> => {
  const start = async () => {
    const child = spawn(name, args, { stdio: 'ignore', env });
    const exited = once(child, 'exit');
    for (let attempt = 0; !(await answers(socketPath)); attempt += 1) {
      if (attempt === seconds * 10 || child.exitCode !== null) throw new Error(`${name} did not answer on ${socketPath}`);
      await pause(100);
    }
    return async (): Promise<void> => {
      child.kill('SIGTERM');
      await exited;
    };
  };
  let end = await start();
  return {
    socketPath,
    restart: async () => {
      await end();
      end = await start();
    },
    stop: async () => {
      await removeContainers(socketPath);
      await end();
      tidy?.();
    },
  };
};

export const removeContainers = async (socketPath: string): Promise<void> => {
  for (const name of Object.keys(await statesOf(socketPath))) await askDaemon(socketPath, 'DELETE', `/containers/${name}?force=true`);
};
