/** When a connection is used again, when never, and that nobody notices one that died meanwhile. */
import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { makeOutbound, type OutboundOptions } from '../../functions/outbound/request.ts';
import type { OutboundAnswer, OutboundRequest } from '../../functions/targets/target.ts';
import { open } from './calling.ts';
import { CERTIFICATE } from './certificate.ts';
import { type Loopback, serveHttp, serveHttps, serveTcp } from './loopback.ts';

type Call = (url: string, request?: Partial<OutboundRequest>) => Promise<OutboundAnswer>;

/** Unlike in the other tests, one outside for several calls. */
const outside = (options: Partial<OutboundOptions>): Call => {
  const outbound = makeOutbound({ allow: [], clock: () => 0, timeoutMs: 2_000, ...options });
  return (url, request = {}) => outbound({ method: 'POST', url, headers: {}, body: '{}', repeatable: true, ...request }, new AbortController().signal);
};

const ONCE = { repeatable: false } as const;
const SAID = { is: 'answered', status: 200, body: 'hello' };
const HELLO = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

/** Answers each request with the number of its connection. */
const numbering = (serve: typeof serveHttp): Promise<Loopback> => {
  const known: Socket[] = [];
  return serve(({ socket }, response) => {
    if (!known.includes(socket)) known.push(socket);
    response.end(String(known.indexOf(socket)));
  });
};

/** What each request says on its connection: `turn` counts requests of one connection, `nth` connections. */
const byTurn = (say: (socket: Socket, turn: number, nth: number, stop: () => void) => void): Promise<Loopback> => {
  let connections = 0;
  return serveTcp((socket, stop) => {
    const nth = connections++;
    let turn = 0;
    socket.on('data', () => say(socket, turn++, nth, stop));
  });
};

const bodies = async (...calls: readonly (() => Promise<OutboundAnswer>)[]): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const call of calls) {
    const answer = await call();
    found.push(answer.is === 'answered' ? answer.body : answer.why);
  }
  return found;
};

describe('a connection is used again', () => {
  it.each([
    ['http', serveHttp, {}],
    ['https', serveHttps, { ca: CERTIFICATE }],
  ] as const)('over %s, for what may be sent twice', async (_, serve, trust) => {
    const server = await numbering(serve);
    const call = outside({ ...open(server), ...trust });
    const get = { method: 'GET', repeatable: undefined } as const;
    expect(
      await bodies(
        () => call(server.origin),
        () => call(`${server.origin}/other`, { headers: { authorization: 'Bearer other' } }),
        () => call(server.origin, get),
      ),
    ).toEqual(['0', '0', '0']);
  });

  it('not for what may not be sent twice, nor after it', async () => {
    const server = await numbering(serveHttp);
    const call = outside(open(server));
    expect(
      await bodies(
        () => call(server.origin),
        () => call(server.origin, ONCE),
        () => call(server.origin, { repeatable: undefined }),
        () => call(server.origin, { method: 'GET', ...ONCE }),
        () => call(server.origin),
      ),
    ).toEqual(['0', '1', '2', '3', '0']);
  });

  it('by two at a time: each has its own', async () => {
    const server = await numbering(serveHttp);
    const call = outside(open(server));
    const both = await Promise.all([call(server.origin), call(server.origin)]);
    expect(both.map((answer) => answer.is === 'answered' && answer.body).sort()).toEqual(['0', '1']);
  });

  it('within two seconds by the clock on the wall: a process may have been frozen, or its clock set back', async () => {
    const server = await numbering(serveHttp);
    let now = 10_000;
    const call = outside({ ...open(server), clock: () => now });
    const later = (ms: number) => () => {
      now += ms;
      return call(server.origin);
    };
    expect(await bodies(later(0), later(1_999), later(2_000), later(1_000), later(-1), later(3_600_000))).toEqual(['0', '0', '1', '1', '2', '3']);
  });

  it('as long as the server says: a second less than it waits', async () => {
    const server = await byTurn((socket, turn, nth) => socket.write(`HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 3\r\n\r\n${nth}.${turn}`));
    const call = outside(open(server));
    expect(
      await bodies(
        () => call(server.origin),
        () => call(server.origin),
      ),
    ).toEqual(['0.0', '1.0']);
  });

  it('of the fifty places that were asked last', async () => {
    const server = await numbering(serveHttp);
    const hosts = Array.from({ length: 51 }, (_, i) => `place-${i}.example`);
    const call = outside({ allow: hosts.map((host) => `${host}:${server.port}`), lookup: async () => [{ address: '127.0.0.1', family: 4 }] });
    const to =
      (host = '') =>
      () =>
        call(`http://${host}:${server.port}/`);
    expect(await bodies(...hosts.map(to))).toEqual(hosts.map((_, i) => String(i)));
    expect(await bodies(to(hosts[50]), to(hosts[0]))).toEqual(['50', '51']);
  });

  it('and keeps no process from ending', async () => {
    const server = await byTurn((socket, turn) => socket.unref().write(turn === 0 ? HELLO : ''));
    const call = outside(open(server));
    expect(await call(server.origin)).toMatchObject(SAID);
    await expect.poll(() => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap')).toEqual([]);
  });
});

describe('nobody else is handed it', () => {
  it('under another name, or with another set of addresses', async () => {
    const server = await numbering(serveHttp);
    const names: Record<string, readonly string[]> = { 'a.example': ['127.0.0.1'], 'b.example': ['127.0.0.1'] };
    const lookup = async (host: string) => (names[host] ?? []).map((address) => ({ address, family: 4 }));
    const call = outside({ allow: [`a.example:${server.port}`, `b.example:${server.port}`], lookup });
    const to = (host: string) => () => call(`http://${host}:${server.port}/`);
    expect(await bodies(to('a.example'), to('b.example'), to('a.example'))).toEqual(['0', '1', '0']);
    names['a.example'] = ['127.0.0.1', '127.0.0.2'];
    expect(await bodies(to('a.example'))).toEqual(['2']);
    names['a.example'] = ['127.0.0.2', '127.0.0.1'];
    expect(await bodies(to('a.example'))).toEqual(['2']);
  });

  it('when the name leads elsewhere by now: the address is checked each time', async () => {
    const server = await numbering(serveHttp);
    let address = '127.0.0.1';
    const call = outside({ allow: [`rebind.example:${server.port}`], lookup: async () => [{ address, family: 4 }] });
    const url = `http://rebind.example:${server.port}/`;
    expect(await call(url)).toMatchObject({ is: 'answered', body: '0' });
    address = '169.254.169.254';
    expect(await call(url)).toMatchObject({ is: 'forbidden', why: expect.stringContaining('link-local') });
    address = '127.0.0.1';
    expect(await call(url)).toMatchObject({ is: 'answered', body: '0' });
  });

  it('under another authority, which might not vouch for its certificate', async () => {
    const server = await numbering(serveHttps);
    const call = outside({ ...open(server), ca: CERTIFICATE });
    expect(await call(server.origin)).toMatchObject({ is: 'answered', body: '0' });
    expect(await call(server.origin, { ca: rootCertificates[0] ?? '' })).toMatchObject({ is: 'broken', sent: false });
    expect(await call(server.origin, { ca: CERTIFICATE })).toMatchObject({ is: 'answered', body: '0' });
  });

  it('after an answer that was too long, broke off, or was followed by what nobody asked for', async () => {
    const said: boolean[] = [];
    const evil = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
    const server = await byTurn((socket, turn, nth) => {
      if (turn > 0) return socket.write(HELLO);
      if (nth === 0) return socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(70_000)}`);
      if (nth === 1) return socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', () => socket.end());
      if (nth === 2) return socket.write(`${HELLO}${evil}`);
      if (nth === 3) return socket.write(HELLO, () => setImmediate(() => socket.write(evil, () => said.push(true))));
      return socket.write(HELLO);
    });
    const call = outside(open(server));
    expect((await bodies(() => call(server.origin)))[0]?.length).toBe(65_536);
    expect(await bodies(() => call(server.origin))).toEqual(['half']);
    expect(await bodies(() => call(server.origin))).toEqual(['hello']);
    expect(await bodies(() => call(server.origin))).toEqual(['hello']);
    await expect.poll(() => said.length).toBe(1);
    expect(await call(server.origin)).toMatchObject(SAID);
  });
});

describe('one that died meanwhile', () => {
  it.each([
    ['closed after its answer', (socket: Socket, turn: number) => void (turn === 0 ? socket.end(HELLO) : undefined)],
    ['reset after its answer', (socket: Socket, turn: number) => void (turn === 0 ? socket.write(HELLO, () => socket.resetAndDestroy()) : undefined)],
    ['closed when it is written to', (socket: Socket, turn: number) => void (turn === 0 ? socket.write(HELLO) : socket.end())],
    ['reset when it is written to', (socket: Socket, turn: number) => void (turn === 0 ? socket.write(HELLO) : socket.resetAndDestroy())],
  ])('%s, is nobody’s failed call', async (_, say) => {
    const server = await byTurn(say);
    const call = outside(open(server));
    for (let i = 0; i < 20; i += 1) expect(await call(server.origin)).toMatchObject(SAID);
  });

  it('and has no successor: sent, because what was written may have arrived', async () => {
    const server = await byTurn((socket, turn, _nth, stop) => {
      if (turn === 0) return void socket.write(HELLO);
      stop();
      socket.resetAndDestroy();
    });
    const call = outside(open(server));
    expect(await call(server.origin)).toMatchObject(SAID);
    expect(await call(server.origin)).toMatchObject({ is: 'broken', sent: true, why: expect.stringContaining('ECONNREFUSED') });
  });

  it('in the middle of an answer, or is silent: that is no reason to send again', async () => {
    let requests = 0;
    const server = await byTurn((socket, turn, nth) => {
      requests += 1;
      if (turn === 0) return void socket.write(HELLO);
      if (nth === 0) socket.write('HTTP/1.1 2', () => socket.resetAndDestroy());
    });
    const call = outside({ ...open(server), timeoutMs: 300 });
    expect(await call(server.origin)).toMatchObject(SAID);
    expect(await call(server.origin)).toMatchObject({ is: 'broken', sent: true });
    expect(await call(server.origin)).toMatchObject(SAID);
    expect(await call(server.origin)).toMatchObject({ is: 'broken', sent: true, why: '127.0.0.1 did not answer within 0.3 s' });
    expect(requests).toBe(4);
  });
});
