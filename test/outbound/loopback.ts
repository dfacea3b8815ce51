/** Servers for tests: on 127.0.0.1 only, on a free port, ended by the test that began them. */
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { CERTIFICATE, KEY } from './certificate.ts';

export interface Loopback {
  readonly port: number;
  readonly origin: string;
}

const listen = async (server: Server, scheme: string): Promise<Loopback> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', () => done()));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  });
  const { port } = server.address() as AddressInfo;
  return { port, origin: `${scheme}://127.0.0.1:${port}` };
};

export const serveHttp = (listener: RequestListener): Promise<Loopback> => listen(createHttp(listener), 'http');

export const serveHttps = (listener: RequestListener): Promise<Loopback> => listen(createHttps({ cert: CERTIFICATE, key: KEY }, listener), 'https');

/** Whatever a client sends, `answer` gets the raw socket. After `stop` no other one gets through. */
export const serveTcp = (answer: (socket: Socket, stop: () => void) => void): Promise<Loopback> => {
  const server = createTcp((socket) => answer(socket, () => void server.close()));
  return listen(server, 'http');
};
