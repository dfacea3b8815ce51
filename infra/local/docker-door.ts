/**
 * The daemon's socket as functions get it. A function lives for seconds and is stopped between its invocations, while a pull
 * takes minutes, and the daemon gives up what its client has left. So the engine stays: what was asked for goes on to its end,
 * and whoever asks again finds it done, or under way.
 */
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface DockerDoor {
  readonly socketPath: string;
  close(): Promise<void>;
}

/** The path of a socket may have 107 characters on Linux, 103 elsewhere. */
const LONGEST_PATH = 100;

/** The socket lies in `directory`, or where that is too long a path, in one of its own for as long as the engine runs. */
export const openDockerDoor = async (daemon: string, directory: string): Promise<DockerDoor> => {
  const near = join(directory, 'docker.sock');
  const own = Buffer.byteLength(near) > LONGEST_PATH ? mkdtempSync(join(tmpdir(), 'image-triggers-')) : undefined;
  const socketPath = own === undefined ? near : join(own, 'docker.sock');
  // Of an engine that was killed; nobody else has the directory.
  rmSync(socketPath, { force: true });
  const underWay = new Set<ClientRequest>();

  const pass = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Uint8Array[] = [];
    try {
      for await (const part of incoming) parts.push(part);
    } catch {
      // Its sender went away before it was whole.
      return;
    }
    const outgoing = request({ socketPath: daemon, method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers: incoming.headers, agent: false });
    underWay.add(outgoing);
    outgoing.on('close', () => underWay.delete(outgoing));
    outgoing.on('error', (error) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(503).end(JSON.stringify({ message: `the Docker daemon does not answer on ${daemon} (${error.message})` }));
    });
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 503, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
      // Without a reader it would stand still.
      response.on('close', () => {
        answer.unpipe(response);
        answer.resume();
      });
    });
    // In one piece with its head: podman closes the connection on a path that it does not know, without reading the rest.
    outgoing.end(Buffer.concat(parts));
  };

  const server = createServer((incoming, response) => void pass(incoming, response));
  server.listen(socketPath);
  await once(server, 'listening');
  chmodSync(socketPath, 0o600);
  return {
    socketPath,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      for (const outgoing of underWay) outgoing.destroy();
      await closed;
      rmSync(own ?? socketPath, { recursive: true, force: true });
    },
  };
};
