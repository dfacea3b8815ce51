/**
 * Forwards whole requests, so that a client which keeps its connection still meets the container that runs now with its next
 * request, and a former one is free as soon as the last answer has left it.
 */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Lead } from './front-lead.ts';

/** RFC 9110, 7.6.1: of one connection only. `expect` was answered by us. */
const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade', 'expect']);
const KEEP_ALIVE_MS = 65_000;

export const makeHttpFront = (lead: Lead): Server => {
  const server = createServer((incoming, response) => forward(incoming, response, lead));
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => forwardUpgrade(incoming, socket, head, lead));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // An upload may take as long as it takes: its time is the application's business.
  server.requestTimeout = 0;
  return server;
};

const forward = (incoming: IncomingMessage, response: ServerResponse, lead: Lead): void => {
  const way = lead();
  if (way === undefined) {
    refuse(response, 503, 'no container runs behind this address yet');
    return;
  }
  const outgoing = request({
    host: '127.0.0.1',
    port: way.port,
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: [...passedOn(incoming.rawHeaders), 'x-forwarded-for', forwardedFor(incoming), 'connection', 'close'],
    setDefaultHeaders: false,
    // A connection that is kept may be closed by the container in the very moment in which it is used again.
    agent: false,
  });
  response.on('close', () => {
    way.done();
    outgoing.destroy();
  });
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', passedOn(answer.rawHeaders));
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  outgoing.on('error', (error) => {
    if (response.headersSent) response.destroy();
    else refuse(response, 502, `the container did not answer (${error.message})`);
  });
  incoming.pipe(outgoing);
};

/** From here on it is no HTTP any more, or at least none of ours. */
const forwardUpgrade = (incoming: IncomingMessage, socket: Socket, head: Buffer, lead: Lead): void => {
  const way = lead();
  if (way === undefined) return void socket.destroy();
  const upstream = connect(way.port, '127.0.0.1');
  upstream.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines(incoming.rawHeaders)}\r\n`);
  upstream.write(head);
  for (const [one, other] of [
    [socket, upstream],
    [upstream, socket],
  ] as const) {
    one.pipe(other);
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
  upstream.on('close', way.done);
};

const pairsOf = (raw: readonly string[]): readonly (readonly [string, string])[] =>
  raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));

const lines = (raw: readonly string[]): string =>
  pairsOf(raw)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');

const passedOn = (raw: readonly string[]): string[] => {
  const pairs = pairsOf(raw);
  const named = new Set(pairs.flatMap(([name, value]) => (name.toLowerCase() === 'connection' ? value.toLowerCase().split(/\s*,\s*/) : [])));
  return pairs.flatMap(([name, value]) => {
    const key = name.toLowerCase();
    return OF_THE_CONNECTION.has(key) || named.has(key) || key === 'x-forwarded-for' ? [] : [name, value];
  });
};

const forwardedFor = ({ headers, socket }: IncomingMessage): string =>
  [headers['x-forwarded-for'], socket.remoteAddress].filter((part) => part !== undefined).join(', ');

const refuse = (response: ServerResponse, status: number, why: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain', 'retry-after': '1' }).end(`${why}\n`);
};
