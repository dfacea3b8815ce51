/** Forwards connections, whatever is spoken on them: each stays with the container that it was opened to. */
import { connect, createServer, type Server } from 'node:net';
import type { Lead } from './front-lead.ts';

export const makeTcpFront = (lead: Lead): Server =>
  createServer({ allowHalfOpen: true }, (client) => {
    const way = lead();
    if (way === undefined) return client.destroy();
    const upstream = connect({ port: way.port, host: '127.0.0.1', allowHalfOpen: true });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.pipe(other);
      one.on('error', () => other.destroy());
    }
    upstream.on('close', () => {
      way.done();
      client.destroySoon();
    });
    client.on('close', () => upstream.destroySoon());
  });
