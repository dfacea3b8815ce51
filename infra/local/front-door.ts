/** One address that the engine listens on, whichever container runs behind it. */
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Site } from './front-containers.ts';
import { makeHttpFront } from './front-http.ts';
import { type Leading, makeLeading } from './front-lead.ts';
import { makeTcpFront } from './front-tcp.ts';

export interface Door extends Leading {
  readonly port: number;
  close(): Promise<void>;
}

/** Rejects when the address cannot be listened on. */
export const openDoor = async ({ host, port, protocol }: Pick<Site, 'host' | 'port' | 'protocol'>, ended: () => void): Promise<Door> => {
  const leading = makeLeading(ended);
  const server: HttpServer | Server = protocol === 'http' ? makeHttpFront(leading.lead) : makeTcpFront(leading.lead);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return {
    ...leading,
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};
