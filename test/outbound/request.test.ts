/** Against real servers on loopback: what a target can do to a caller, and what must not come of it. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { call, open } from './calling.ts';
import { serveHttp, serveTcp } from './loopback.ts';

const SHORT_MS = 150;
const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
};

describe('an answer', () => {
  it('is given with status, headers, body and a record', async () => {
    const seen: { method?: string; url?: string; headers?: IncomingMessage['headers']; body?: string } = {};
    const server = await serveHttp(async (request, response) => {
      Object.assign(seen, { method: request.method, url: request.url, headers: request.headers, body: await bodyOf(request) });
      response.writeHead(201, { 'X-Kind': 'test', 'Set-Cookie': ['a=1', 'b=2'] }).end('done ✓');
    });
    let now = 1_000;
    const answer = await call(
      `${server.origin}/a/b?x=1`,
      { ...open(server), clock: () => (now += 7) },
      { headers: { 'Content-Type': 'application/json' }, body: '{"ü":1}' },
    );

    expect(seen).toMatchObject({ method: 'POST', url: '/a/b?x=1', body: '{"ü":1}' });
    expect(seen.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '8',
      'user-agent': 'image-triggers',
      host: `127.0.0.1:${server.port}`,
      connection: 'close',
    });
    expect(answer).toMatchObject({
      is: 'answered',
      status: 201,
      headers: { 'x-kind': 'test', 'set-cookie': 'a=1, b=2' },
      body: 'done ✓',
      exchange: {
        request: {
          method: 'POST',
          url: `${server.origin}/a/b?x=…`,
          headers: { 'content-type': 'application/json' },
          body: { text: '{"ü":1}', bytes: 8, complete: true },
        },
        response: { status: 201, headers: { 'x-kind': 'test', 'set-cookie': '[redacted]' }, body: { text: 'done ✓', bytes: 8, complete: true } },
        ms: 7,
      },
    });
    expect(answer.exchange.response?.body.sha256).toBe(createHash('sha256').update('done ✓').digest('hex'));
    expect(answer.exchange).not.toHaveProperty('error');
  });

  it('may be empty', async () => {
    const server = await serveHttp((_, response) => response.writeHead(204).end());
    expect(await call(server.origin, open(server))).toMatchObject({
      is: 'answered',
      status: 204,
      body: '',
      exchange: { response: { body: { text: '', bytes: 0, complete: true } } },
    });
  });

  it('that is a redirect is not followed, and its Location recorded without its query', async () => {
    const paths: (string | undefined)[] = [];
    const server = await serveHttp((request, response) => {
      paths.push(request.url);
      response.writeHead(307, { Location: 'http://169.254.169.254/latest/meta-data/?token=abcdef' }).end();
    });
    const answer = await call(`${server.origin}/start`, open(server), { body: '{}' });
    expect(answer).toMatchObject({
      is: 'answered',
      status: 307,
      exchange: { response: { headers: { location: 'http://169.254.169.254/latest/meta-data/?token=…' } } },
    });
    expect(paths).toEqual(['/start']);
  });

  it('of 10 MB is read up to 64 kB, kept up to 20 kB (4 kB when fine), and the connection is ended', async () => {
    let closed = false;
    const big = Buffer.alloc(10_000_000, 'x');
    const server = await serveHttp((request, response) => {
      response.on('close', () => {
        closed = !response.writableFinished;
      });
      response.writeHead(request.url === '/fine' ? 200 : 500).end(big);
    });
    const failed = await call(`${server.origin}/bad`, open(server));
    expect(failed).toMatchObject({ is: 'answered', status: 500, exchange: { response: { body: { bytes: 65_536, complete: false } } } });
    expect(failed.is === 'answered' && failed.body.length).toBe(65_536);
    expect(failed.exchange.response?.body.text.length).toBe(20_000);
    expect(failed.exchange.response?.body.sha256).toBe(createHash('sha256').update(big.subarray(0, 65_536)).digest('hex'));
    await expect.poll(() => closed).toBe(true);
    const fine = await call(`${server.origin}/fine`, open(server), { body: 'y'.repeat(5_000) });
    expect(fine.exchange.response?.body.text.length).toBe(4_000);
    expect(fine.exchange.request.body).toMatchObject({ bytes: 5_000, complete: true, text: 'y'.repeat(4_000) });
  });

  it('of exactly 64 kB is complete', async () => {
    const server = await serveHttp((_, response) => response.end(Buffer.alloc(65_536, 'x')));
    expect(await call(server.origin, open(server))).toMatchObject({ exchange: { response: { body: { bytes: 65_536, complete: true } } } });
  });

  it('is read as far as the request asks for, and the record is cut all the same', async () => {
    const server = await serveHttp((_, response) => response.end(Buffer.alloc(100_000, 'x')));
    const whole = await call(server.origin, open(server), { mostBytes: 100_000 });
    expect(whole).toMatchObject({ body: 'x'.repeat(100_000), exchange: { response: { body: { bytes: 100_000, complete: true, text: 'x'.repeat(4_000) } } } });
    expect(await call(server.origin, open(server), { mostBytes: 99_999 })).toMatchObject({
      exchange: { response: { body: { bytes: 99_999, complete: false } } },
    });
    expect(await call(server.origin, open(server), { mostBytes: 10 })).toMatchObject({
      body: 'x'.repeat(10),
      exchange: { response: { body: { complete: false } } },
    });
  });

  it('cut inside a character is kept without half of it', async () => {
    const server = await serveHttp((_, response) => response.end(`x${'é'.repeat(3_000)}`));
    const answer = await call(server.origin, open(server));
    expect(answer.exchange.response?.body.text).toBe(`x${'é'.repeat(1_999)}`);
  });

  it('that drips is cut at the deadline; its status stands', async () => {
    const server = await serveHttp((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(timer));
    });
    const answer = await call(server.origin, { ...open(server), timeoutMs: SHORT_MS });
    expect(answer).toMatchObject({ is: 'answered', status: 200, exchange: { response: { body: { complete: false } } } });
    expect(answer.is === 'answered' && /^\.+$/.test(answer.body)).toBe(true);
  });

  it('that breaks off after its headers keeps its status', async () => {
    const server = await serveTcp((socket) =>
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => setImmediate(() => socket.destroy()))),
    );
    expect(await call(server.origin, open(server))).toMatchObject({
      is: 'answered',
      status: 200,
      body: 'half',
      exchange: { response: { body: { bytes: 4, complete: false } } },
    });
  });
});

describe('no answer', () => {
  it('comes from a server that is silent: broken after the time, sent', async () => {
    const server = await serveHttp(() => {});
    const answer = await call(server.origin, { ...open(server), timeoutMs: SHORT_MS });
    expect(answer).toMatchObject({ is: 'broken', sent: true, why: `127.0.0.1 did not answer within ${SHORT_MS / 1000} s` });
    expect(answer.exchange).not.toHaveProperty('response');
    expect(answer.exchange.error).toBe(answer.is === 'broken' ? answer.why : '');
  });

  it('comes when the attempt as a whole ends', async () => {
    const stop = new AbortController();
    const server = await serveHttp(() => stop.abort());
    expect(await call(server.origin, open(server), {}, stop.signal)).toMatchObject({
      is: 'broken',
      sent: true,
      why: '127.0.0.1 did not answer before the attempt had to end',
    });
  });

  it('and no connection comes when it had ended before', async () => {
    let connected = false;
    const server = await serveTcp(() => {
      connected = true;
    });
    expect(await call(server.origin, open(server), {}, AbortSignal.abort())).toMatchObject({ is: 'broken', sent: false });
    expect(connected).toBe(false);
  });

  it.each([
    ['a reset after the request', 'ECONNRESET', (socket: Socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['a close after the request', 'ECONNRESET', (socket: Socket) => socket.once('data', () => socket.end())],
    ['garbage', 'not HTTP', (socket: Socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n\r\n'))],
    [
      'endless headers',
      'HPE_HEADER_OVERFLOW',
      (socket: Socket) => socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}\r\n`)),
    ],
    [
      'an upgrade that nobody asked for',
      '',
      (socket: Socket) => socket.once('data', () => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n')),
    ],
  ])('comes with %s: broken, sent', async (_, words, answer) => {
    const server = await serveTcp(answer);
    const got = await call(server.origin, { ...open(server), timeoutMs: 2_000 });
    expect(got).toMatchObject({ is: 'broken', sent: true });
    expect(got.is === 'broken' && got.why).toContain(words);
  });

  it('comes where nothing listens: not sent', async () => {
    const port = await freePort();
    const answer = await call(`http://127.0.0.1:${port}`, { allow: [`127.0.0.1:${port}`] });
    expect(answer).toMatchObject({ is: 'broken', sent: false, why: '127.0.0.1: nothing listens there (ECONNREFUSED)' });
  });

  it('comes from a name that does not exist, has no address, or never resolves: not sent', async () => {
    const missing = async (): Promise<never> => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND gone.example'), { code: 'ENOTFOUND' });
    };
    expect(await call('https://gone.example/', { lookup: missing })).toMatchObject({
      is: 'broken',
      sent: false,
      why: 'gone.example: the name does not exist (ENOTFOUND)',
    });
    expect(await call('https://none.example/', { lookup: async () => [] })).toMatchObject({ is: 'broken', sent: false, why: 'none.example has no address' });
    expect(await call('https://slow.example/', { lookup: () => new Promise(() => {}), timeoutMs: SHORT_MS })).toMatchObject({
      is: 'broken',
      sent: false,
      why: `slow.example did not answer within ${SHORT_MS / 1000} s`,
    });
  });

  it('comes of a header that cannot be sent, and its value is not told', async () => {
    const server = await serveHttp((_, response) => response.end());
    const answer = await call(server.origin, open(server), { headers: { authorization: 'first-line\nsecond-line' } });
    expect(answer).toMatchObject({ is: 'broken', sent: false });
    expect(JSON.stringify(answer)).not.toMatch(/first-line|second-line/);
  });
});

/** A port that was free a moment ago. */
const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
