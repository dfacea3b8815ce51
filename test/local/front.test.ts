/** The front with real sockets: what its clients see while containers take over from each other. */
import { once } from 'node:events';
import { Agent, get, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { startHammer } from '../e2e/hammer.ts';
import { makeWorld, until } from './front-world.ts';

const HTTP = { labels: { 'image-triggers.protocol': 'http' } };

const ask = (url: string, agent: Agent | false = false): Promise<string> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, async (response) => {
      let body = '';
      for await (const piece of response.setEncoding('utf8')) body += String(piece);
      resolve(`${response.statusCode} ${body}`);
    }).on('error', reject);
  });

it('answers every request while forty containers follow each other, and stops each as soon as nothing goes on there', async () => {
  const world = await makeWorld(HTTP);
  const answering = (n: number) => (_: unknown, response: { end(body: string): void }) => void setTimeout(() => response.end(`box ${n}`), n % 3);
  world.swap(await world.run('web.next', answering(0)));
  await until(() => world.front.ports().web !== undefined);
  const hammer = startHammer(world.origin, (body) => body, 8);
  await until(() => hammer.total() > 20);
  for (let n = 1; n <= 40; n += 1) {
    world.swap(await world.run('web.next', answering(n)));
    await until(() => (hammer.answers.get(`box ${n}`) ?? 0) > 20);
    await until(() => world.stopped.length === n);
  }
  await until(() => hammer.total() > 2_000);
  await hammer.stop();
  expect(hammer.failures).toEqual([]);
  expect(hammer.answers.size).toBe(41);
  expect(new Set(world.stopped)).toEqual(new Set(['web.previous']));
  expect(world.boxes.filter(({ state }) => state === 'running').map(({ name }) => name)).toEqual(['web']);
});

it('lets a long answer end before its container is stopped', async () => {
  const world = await makeWorld(HTTP);
  let answer = (): void => undefined;
  world.swap(
    await world.run('web.next', (_, response) => {
      response.write('slow ');
      answer = () => void response.end('answer');
    }),
  );
  await until(() => world.front.ports().web !== undefined);
  const slow = ask(world.origin);
  const begun = answer;
  await until(() => answer !== begun);
  world.swap(await world.run('web.next', (_, response) => void response.end('new')));
  await until(() => world.lines.some((line) => line.includes('front.switched')));
  expect(await ask(world.origin)).toBe('200 new');
  expect(world.stopped).toEqual([]);
  answer();
  expect(await slow).toBe('200 slow answer');
  await until(() => world.stopped.length === 1);
});

it('a connection that its client keeps meets the new container with its next request', async () => {
  const world = await makeWorld(HTTP);
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => kept.destroy());
  world.swap(await world.run('web.next', (_, response) => void response.end('old')));
  await until(() => world.front.ports().web !== undefined);
  expect(await ask(world.origin, kept)).toBe('200 old');
  world.swap(await world.run('web.next', (_, response) => void response.end('new')));
  await until(() => world.stopped.length === 1);
  expect(await ask(world.origin, kept)).toBe('200 new');
});

it('hands on method, path, headers and body, and says who asked', async () => {
  const world = await makeWorld(HTTP);
  world.swap(
    await world.run('web.next', async (incoming, response) => {
      let body = '';
      for await (const piece of incoming) body += String(piece);
      const { connection, host, 'x-forwarded-for': by, 'x-own': own, 'x-hop': hop } = incoming.headers;
      response
        .writeHead(201, { 'set-cookie': ['a=1', 'b=2'] })
        .end(JSON.stringify({ method: incoming.method, url: incoming.url, body, connection, host, by, own, hop }));
    }),
  );
  await until(() => world.front.ports().web !== undefined);
  const asked = request(`${world.origin}/a?b=c`, {
    method: 'PUT',
    headers: { 'x-own': '1', 'x-hop': '1', connection: 'x-hop', 'x-forwarded-for': '10.0.0.1', host: 'shop.example' },
    agent: false,
  });
  asked.end('x'.repeat(100_000));
  const [response] = await once(asked, 'response');
  let body = '';
  for await (const piece of response) body += String(piece);
  expect([response.statusCode, response.headers['set-cookie']]).toEqual([201, ['a=1', 'b=2']]);
  expect(JSON.parse(body)).toEqual({
    method: 'PUT',
    url: '/a?b=c',
    body: 'x'.repeat(100_000),
    connection: 'close',
    host: 'shop.example',
    by: '10.0.0.1, 127.0.0.1',
    own: '1',
  });
});

it('an upgraded connection is passed on as it is', async () => {
  const world = await makeWorld(HTTP);
  world.swap(
    await world.runTcp('web.next', (socket) => {
      socket.once('data', (head) => {
        socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n${/Upgrade: (\w+)/.exec(String(head))?.[1]}`);
        socket.pipe(socket);
      });
    }),
  );
  await until(() => world.front.ports().web !== undefined);
  const asked = request(world.origin, { headers: { connection: 'Upgrade', Upgrade: 'echo' }, agent: false });
  asked.end();
  const [, socket]: readonly [unknown, Socket] = await new Promise((resolve) => asked.on('upgrade', (...given) => resolve([given[0], given[1]])));
  onTestFinished(() => void socket.destroy());
  socket.write(' and back');
  let heard = '';
  socket.on('data', (piece) => {
    heard += String(piece);
  });
  await until(() => heard.endsWith(' and back'));
});

it('whatever else is spoken is forwarded by connections: each stays where it was opened, and the former is stopped after the last', async () => {
  const world = await makeWorld();
  const saying = (name: string) => (socket: Socket) => {
    socket.write(`${name}\n`);
    socket.pipe(socket);
  };
  world.swap(await world.runTcp('web.next', saying('old')));
  await until(() => world.front.ports().web !== undefined);
  const open = (): { readonly socket: Socket; heard(): string } => {
    const socket = connect(Number(new URL(world.origin).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    let heard = '';
    socket.on('data', (piece) => {
      heard += String(piece);
    });
    return { socket, heard: () => heard };
  };
  const first = open();
  await until(() => first.heard() === 'old\n');
  world.swap(await world.runTcp('web.next', saying('new')));
  await until(() => world.lines.some((line) => line.includes('front.switched')));
  const second = open();
  await until(() => second.heard() === 'new\n');
  first.socket.write('still here');
  await until(() => first.heard() === 'old\nstill here');
  expect(world.stopped).toEqual([]);
  // Half closed: what was sent before still comes back.
  first.socket.end(' bye');
  await until(() => first.heard() === 'old\nstill here bye');
  await until(() => world.stopped.length === 1);
});

it('a client that never goes keeps its former container no longer than the time it was given', async () => {
  const world = await makeWorld({ labels: { 'image-triggers.stop-seconds': '0' } });
  world.swap(await world.runTcp('web.next', () => undefined));
  await until(() => world.front.ports().web !== undefined);
  const socket = connect(Number(new URL(world.origin).port), '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  world.swap(await world.runTcp('web.next', () => undefined));
  await until(() => world.stopped.length === 1);
});

it('goes on leading while the daemon is away, and follows when it is back', async () => {
  const world = await makeWorld(HTTP);
  world.swap(await world.run('web.next', (_, response) => void response.end('old')));
  await until(() => world.front.ports().web !== undefined);
  world.down = true;
  const next = await world.run('web.next', (_, response) => void response.end('new'));
  world.swap(next);
  await until(() => world.lines.some((line) => line.includes('the daemon is away')));
  expect(await ask(world.origin)).toBe('200 old');
  world.down = false;
  world.tell();
  await until(() => world.stopped.length === 1);
  expect(await ask(world.origin)).toBe('200 new');
  // Once, however often it was looked.
  expect(world.lines.filter((line) => line.includes('the daemon is away'))).toHaveLength(1);
});

it('a container that starts again on another port is followed, and one that is gone is let go', async () => {
  const world = await makeWorld(HTTP);
  const box = await world.run('web.next', (_, response) => void response.end('one'));
  world.swap(box);
  await until(() => world.front.ports().web !== undefined);
  const other = await world.run('elsewhere', (_, response) => void response.end('two'));
  box.port = other.port;
  world.boxes.splice(world.boxes.indexOf(other), 1);
  world.tell();
  await until(() => world.lines.some((line) => line.includes('front.switched')));
  expect(await ask(world.origin)).toBe('200 two');
  world.boxes.splice(0);
  world.tell();
  await until(() => world.front.ports().web === undefined);
  await expect(ask(world.origin)).rejects.toThrow('ECONNREFUSED');
});

it('a container that does not answer is a 502, not a hanging request', async () => {
  const world = await makeWorld(HTTP);
  const box = await world.run('web.next', (_, response) => void response.end('one'));
  world.swap(box);
  await until(() => world.front.ports().web !== undefined);
  box.end();
  expect(await ask(world.origin)).toMatch(/^502 the container did not answer \(.*ECONNREFUSED/);
});

it('an address that is taken is said once, and taken over when it is free', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const world = await makeWorld({ ...HTTP, address: `127.0.0.1:${port}` });
  world.swap(await world.run('web.next', (_, response) => void response.end('one')));
  await until(() => world.lines.some((line) => line.includes('cannot be listened on')));
  world.tell();
  server.close();
  await once(server, 'close');
  world.tell();
  await until(() => world.front.ports().web !== undefined);
  expect(await ask(world.origin)).toBe('200 one');
  expect(world.lines.filter((line) => line.includes('cannot be listened on'))).toHaveLength(1);
});

it.each([
  ['127.0.0.1', 'front.refused'],
  ['0.0.0.0', 'front.open'],
])('an engine on %s says to an address for other machines: %s', async (host, event) => {
  const world = await makeWorld({ ...HTTP, host, address: '0.0.0.0:0' });
  world.swap(await world.run('web.next', (_, response) => void response.end('one')));
  await until(() => world.lines.length > 0);
  expect(JSON.parse(world.lines[0] ?? '')).toMatchObject({ event, name: 'web' });
});
