/** A deployment endpoint that keeps what it was sent, and can leave calls without an answer. */
import { once } from 'node:events';
import { createServer } from 'node:http';

export interface Deployment {
  readonly key: string;
  readonly tag: string;
  readonly digest: string;
}

export interface DeployEndpoint {
  readonly port: number;
  readonly deployments: readonly Deployment[];
  /** From now on calls are kept, but not answered. */
  hold(held: boolean): void;
  stop(): Promise<void>;
}

export const startDeployEndpoint = async (): Promise<DeployEndpoint> => {
  const deployments: Deployment[] = [];
  let holding = false;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    const { push_data } = JSON.parse(body);
    deployments.push({ key: String(request.headers['idempotency-key']), tag: push_data.tag, digest: push_data.digest });
    if (!holding) response.end('{"code":"200","message":""}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    deployments,
    hold: (held) => {
      holding = held;
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
