/** The daemon's socket as functions get it: what they asked for goes on when they are gone. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, request } from 'node:http';
import { createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { dockerTrouble, makeDockerClient } from '../../infra/local/docker-client.ts';
import { openDockerDoor } from '../../infra/local/docker-door.ts';
import { until } from './front-world.ts';

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

const door = async (socket: string): Promise<string> => {
  const directory = mkdtempSync(join(tmpdir(), 'door-'));
  const opened = await openDockerDoor(socket, directory);
  onTestFinished(async () => {
    await opened.close();
    rmSync(directory, { recursive: true });
  });
  return opened.socketPath;
};

const ask = async (socketPath: string, method: string, path: string, body = ''): Promise<string> => {
  const asked = request({ socketPath, method, path, agent: false });
  asked.end(body);
  const [response] = await once(asked, 'response');
  let answer = '';
  for await (const piece of response) answer += String(piece);
  return `${response.statusCode} ${answer}`;
};

it('hands requests and answers on, and is of this user only', async () => {
  const socketPath = await door(
    await daemon(async (incoming, response) => {
      let body = '';
      for await (const piece of incoming) body += String(piece);
      response.writeHead(201).end(`${incoming.method} ${incoming.url} ${body}`);
    }),
  );
  expect(await ask(socketPath, 'POST', '/containers/create?name=web', '{}')).toBe('201 POST /containers/create?name=web {}');
  expect(statSync(socketPath).mode & 0o077).toBe(0);
});

it('a pull goes on to its end when nobody listens any more, however much it says', async () => {
  let ended = 'not yet';
  let tell = (): void => undefined;
  const socketPath = await door(
    await daemon((_, response) => {
      response.writeHead(200).write('pulling');
      response.on('close', () => {
        ended = response.writableFinished ? 'whole' : 'broken off';
      });
      tell = () => {
        response.write('x'.repeat(5_000_000));
        response.end();
      };
    }),
  );
  const asked = request({ socketPath, method: 'POST', path: '/images/create', agent: false });
  asked.on('error', () => undefined);
  asked.end();
  const [response] = await once(asked, 'response');
  response.on('error', () => undefined);
  asked.destroy();
  await once(asked, 'close');
  tell();
  await until(() => ended !== 'not yet');
  expect(ended).toBe('whole');
});

it('an answer that is given before the body was read arrives', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'daemon-'));
  // As podman does with a path that it does not know.
  const server = createTcp((socket) =>
    socket.on('error', () => undefined).once('data', () => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno')),
  );
  server.listen(join(directory, 'd.sock'));
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    rmSync(directory, { recursive: true });
  });
  const socketPath = await door(join(directory, 'd.sock'));
  for (let n = 0; n < 50; n += 1) expect(await ask(socketPath, 'POST', '/containers/1/update', JSON.stringify({ n }))).toBe('404 no');
});

it('takes the place of what a killed engine left, and leaves nothing behind, however long the path', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'door-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'docker.sock'), 'left behind');
  const near = await openDockerDoor('/nowhere/docker.sock', directory);
  expect(near.socketPath).toBe(join(directory, 'docker.sock'));
  await near.close();
  const far = await openDockerDoor('/nowhere/docker.sock', join(directory, 'x'.repeat(100)));
  expect(far.socketPath.length).toBeLessThan(100);
  await far.close();
  expect([near, far].filter(({ socketPath }) => existsSync(socketPath) || (socketPath !== near.socketPath && existsSync(dirname(socketPath))))).toEqual([]);
});

it('a daemon that is not there is an answer with a reason', async () => {
  expect(await ask(await door('/nowhere/docker.sock'), 'GET', '/version')).toMatch(/^503 .*does not answer on \/nowhere\/docker\.sock/);
});

it('whoever gives a socket without a daemon is told, with the cure', async () => {
  expect(await dockerTrouble(await daemon((_, response) => void response.end('[]')))).toBeUndefined();
  expect(await dockerTrouble('/nowhere/docker.sock')).toMatch(
    /^--docker \/nowhere\/docker\.sock: no Docker daemon answers there \(.*ENOENT.*\): start it, or give the path/,
  );
});

it('the client of the engine lists, stops and hears of changes', async () => {
  const asked: string[] = [];
  let say = (): void => undefined;
  const client = makeDockerClient(
    await daemon((incoming, response) => {
      asked.push(`${incoming.method} ${decodeURIComponent(incoming.url ?? '')}`);
      if (incoming.url?.startsWith('/events')) {
        response.writeHead(200).flushHeaders();
        say = () => void response.write('{"Action":"rename"}\n');
      } else if (incoming.method === 'POST') response.writeHead(incoming.url?.includes('gone') ? 404 : 204).end('no such container');
      else response.end('[{"Id":"1"}]');
    }),
  );
  const end = new AbortController();
  expect(await client.containers('image-triggers.address', end.signal)).toEqual([{ Id: '1' }]);
  await client.stop('1', 3);
  await expect(client.stop('gone', 3)).rejects.toThrow('answered 404: no such container');
  let changes = 0;
  const watching = client.watch(() => {
    changes += 1;
  }, end.signal);
  await until(() => changes === 1);
  say();
  await until(() => changes === 2);
  end.abort();
  await expect(watching).rejects.toThrow();
  expect(asked).toEqual([
    'GET /containers/json?all=true&filters={"label":["image-triggers.address"]}',
    'POST /containers/1/stop?t=3',
    'POST /containers/gone/stop?t=3',
    'GET /events?filters={"type":["container"]}',
  ]);
});
