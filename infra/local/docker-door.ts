/**
 * The daemon's socket as functions get it. A function lives for seconds and is stopped between its invocations, while a pull
 * takes minutes, and the daemon gives up what its client has left. So the engine stays: what was asked for goes on to its end,
 * and whoever asks again finds it done, or under way.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface DockerDoor {
  readonly socketPath: string;
  close(): Promise<void>;
}

export const openDockerDoor = async (daemon: string): Promise<DockerDoor> => {
  // Of this user only, and short: the path of a socket may have 107 characters.
  const directory = mkdtempSync(join(tmpdir(), 'image-triggers-'));
  const socketPath = join(directory, 'docker.sock');
  const underWay = new Set<ClientRequest>();

  const pass = (incoming: IncomingMessage, response: ServerResponse): void => {
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
    incoming.pipe(outgoing);
  };

  const server = createServer(pass);
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    socketPath,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      for (const outgoing of underWay) outgoing.destroy();
      await closed;
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
