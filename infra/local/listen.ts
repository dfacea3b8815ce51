/** Opens a port and says which; closes it with every connection on it. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { networkInterfaces } from 'node:os';

interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

export const listen = async (server: Server, host: string, port: number): Promise<Listening> => {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw inWords(error, host, port);
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

const inWords = (error: unknown, host: string, port: number): unknown => {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return new Error(`--port ${port}: port ${port} of ${host} is taken: stop what uses it, or start with another --port (0: any free one)`);
    case 'EACCES':
    case 'EPERM':
      return new Error(`--port ${port}: this user may not listen on port ${port} of ${host}: start with a --port above 1023 (0: any free one)`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
    case 'EAFNOSUPPORT':
      return new Error(
        `--host ${host}: is no address of this machine: start with 127.0.0.1 (this machine only), 0.0.0.0 (every address) or one of ${ownAddresses().join(', ')}`,
      );
    default:
      return error;
  }
};

const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.flatMap(({ address, internal, scopeid }) => (internal || (scopeid ?? 0) > 0 ? [] : [address])),
  );
