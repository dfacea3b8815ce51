/** A daemon with the Docker Engine API, started for one test. */
import { once } from 'node:events';
import { request } from 'node:http';
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

export const answers = async (socketPath: string): Promise<boolean> => {
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

export const removeContainers = async (socketPath: string): Promise<void> => {
  for (const name of Object.keys(await statesOf(socketPath))) await askDaemon(socketPath, 'DELETE', `/containers/${name}?force=true`);
};
