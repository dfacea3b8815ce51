/** Opens a port and says which; closes it with every connection on it. */
import { once } from 'node:events';
import type { Server } from 'node:http';

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

export const listen = async (server: Server, host: string, port: number): Promise<Listening> => {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw taken ? new Error(`port ${port} of ${host} is taken: stop what uses it, or start with another --port (0 takes any free one)`) : error;
  }
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
