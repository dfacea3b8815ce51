/** What the engine itself asks of the Docker daemon: which containers stand behind an address, that a former one ends, and to be told of changes. */
import { type IncomingMessage, request } from 'node:http';

export interface DockerClient {
  /** Throws when the daemon does not answer, or not with a list. */
  containers(label: string, signal: AbortSignal): Promise<unknown>;
  /** Ends when the container has ended. */
  stop(id: string, seconds: number): Promise<void>;
  /** Calls `changed` for each change of a container. Rejects or ends when the daemon goes away, or with the signal. */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}

const MOST_BYTES = 16_000_000;
const ANSWER_MS = 10_000;

export const makeDockerClient = (socketPath: string): DockerClient => {
  const open = (method: string, path: string, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ socketPath, method, path, headers: { host: 'docker' }, agent: false, signal }, resolve);
      outgoing.on('error', reject);
      outgoing.end();
    });
  const ask = async (method: string, path: string, signal: AbortSignal): Promise<string> => {
    const incoming = await open(method, path, signal);
    let body = '';
    for await (const piece of incoming.setEncoding('utf8')) {
      body += String(piece);
      if (body.length > MOST_BYTES) throw new Error(`${method} ${path}: the answer is longer than ${MOST_BYTES} characters`);
    }
    if ((incoming.statusCode ?? 500) >= 400) throw new Error(`${method} ${path} answered ${incoming.statusCode}: ${body.slice(0, 200)}`);
    return body;
  };
  const filter = (filters: object): string => `filters=${encodeURIComponent(JSON.stringify(filters))}`;
  return {
    containers: async (label, signal) =>
      JSON.parse(await ask('GET', `/containers/json?all=true&${filter({ label: [label] })}`, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]))),
    stop: async (id, seconds) => void (await ask('POST', `/containers/${id}/stop?t=${seconds}`, AbortSignal.timeout(seconds * 1000 + ANSWER_MS))),
    watch: async (changed, signal) => {
      const incoming = await open('GET', `/events?${filter({ type: ['container'] })}`, signal);
      if (incoming.statusCode !== 200) throw new Error(`GET /events answered ${incoming.statusCode}`);
      changed();
      for await (const _ of incoming) changed();
    },
  };
};

const LOOK_MS = 2_000;

/** What a person must know who gave this socket, in a sentence; nothing is refused for it, since daemons come and go. */
export const dockerTrouble = async (socketPath: string): Promise<string | undefined> => {
  try {
    await makeDockerClient(socketPath).containers('image-triggers.address', AbortSignal.timeout(LOOK_MS));
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `--docker ${socketPath}: no Docker daemon answers there (${why}): start it, or give the path of its socket; deployments to containers are tried again until then`;
  }
};
