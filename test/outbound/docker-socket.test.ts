/** The Docker Engine API over its socket: every end of a request is an answer. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeDockerSocket } from '../../functions/outbound/docker-socket.ts';
import { reachOwnPort } from '../../functions/outbound/own-port.ts';
import { serveHttp } from './loopback.ts';

const daemon = async (listener: RequestListener): Promise<string> => {
  const directory = mkdtempSync(join(tmpdir(), 'daemon-'));
  const server = createServer(listener).listen(join(directory, 'd.sock'));
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    rmSync(directory, { recursive: true });
  });
  return join(directory, 'd.sock');
};

const socket = (socketPath: string, timeoutMs = 5_000) => makeDockerSocket({ socketPath, clock: () => 0, timeoutMs });
const signal = (): AbortSignal => new AbortController().signal;

it('sends method, path and JSON, and records them without the secret', async () => {
  const path = await daemon(async (incoming, response) => {
    let body = '';
    for await (const piece of incoming) body += String(piece);
    response.writeHead(201).end(`${incoming.method} ${incoming.url} ${body} ${incoming.headers['content-type']} ${incoming.headers['x-registry-auth']}`);
  });
  const answer = await socket(path)(
    {
      method: 'POST',
      path: '/containers/create?name=web',
      body: '{"a":1}',
      headers: { 'x-registry-auth': 'c2VjcmV0c2VjcmV0' },
      secretHeaders: ['x-registry-auth'],
    },
    signal(),
  );
  expect(answer).toMatchObject({ is: 'answered', status: 201, body: 'POST /containers/create?name=web {"a":1} application/json c2VjcmV0c2VjcmV0' });
  expect(answer.exchange.request).toMatchObject({ method: 'POST', url: 'http://docker/containers/create?name=web' });
  expect(JSON.stringify(answer.exchange)).not.toContain('c2VjcmV0');
});

it('of a long answer it keeps the end, where a pull says how it went', async () => {
  const path = await daemon((_, response) => {
    response.write('x'.repeat(3_000_000));
    response.end('{"error":"denied"}');
  });
  const answer = await socket(path)({ method: 'POST', path: '/images/create' }, signal());
  if (answer.is !== 'answered') throw new Error(answer.why);
  expect(answer.body.length).toBeLessThanOrEqual(1_000_018);
  expect(answer.body).toMatch(/\{"error":"denied"\}$/);
  expect(answer.exchange.response?.body.complete).toBe(false);
});

it('an answer that breaks off, or takes too long, is no answer, and may have been acted on', async () => {
  const path = await daemon((incoming, response) => {
    response.writeHead(200).write('half');
    if (incoming.url === '/cut') incoming.socket.destroy();
  });
  expect(await socket(path)({ method: 'GET', path: '/cut' }, signal())).toMatchObject({ is: 'broken', sent: true });
  expect(await socket(path, 50)({ method: 'GET', path: '/slow' }, signal())).toMatchObject({
    is: 'broken',
    sent: true,
    why: expect.stringContaining('did not answer within 0.05 s'),
  });
  expect(await socket(path)({ method: 'GET', path: '/slow' }, AbortSignal.abort())).toMatchObject({ is: 'broken', sent: false });
});

it('a socket that is not there, and a path that is none, were certainly not sent', async () => {
  expect(await socket('/nowhere/d.sock')({ method: 'GET', path: '/version' }, signal())).toMatchObject({
    is: 'broken',
    sent: false,
    why: expect.stringContaining('/nowhere/d.sock'),
  });
  expect(await socket('/nowhere/d.sock')({ method: 'GET', path: '/a b' }, signal())).toMatchObject({ is: 'broken', sent: false });
});

it('reaches the one port of loopback that it is told, and no further', async () => {
  const server = await serveHttp((incoming, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(incoming.url));
  expect(await reachOwnPort(server.port, '/up', () => 0, signal())).toMatchObject({ is: 'answered', status: 302, body: '/up' });
  expect(await reachOwnPort(1, '/', () => 0, signal())).toMatchObject({ is: 'broken', sent: false });
});
