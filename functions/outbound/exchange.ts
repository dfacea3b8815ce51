/** One request and its answer over one connection, to addresses that were checked. */
import type { IncomingMessage } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import type { OutboundRequest } from '../targets/target.ts';
import { readBody } from './body.ts';
import type { Connections, Place } from './connections.ts';

// Static ESM imports of these load undici; this way they do not.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

export interface Resolved {
  readonly address: string;
  readonly family: number;
}

/** Where a request goes. */
export interface Endpoint extends Place {
  readonly url: URL;
  readonly addresses: readonly Resolved[];
}

interface Answered {
  readonly is: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly complete: boolean;
}
interface Broken {
  readonly is: 'broken';
  readonly error: unknown;
  readonly sent: boolean;
  /** The connection was a kept one, and dead or not to be trusted: nothing was written to it, or no byte of an answer came back. */
  readonly dead: boolean;
}
export type Result = Answered | Broken;

/** With `kept` over a connection that is kept, before and after; without over one that is opened for this request and closed after it. */
export const exchange = (request: OutboundRequest, to: Endpoint, deadline: AbortSignal, kept?: Connections): Promise<Result> =>
  new Promise((settle) => {
    const { url, secure, host, port, ca } = to;
    let sent = false;
    let answer: IncomingMessage | undefined;
    let reused: Socket | undefined;
    const outgoing = (secure ? https : http).request({
      method: request.method,
      host,
      port,
      path: `${url.pathname}${url.search}`,
      headers: headersOf(request, url),
      lookup: pinned(to.addresses),
      // An agent of ours in either case: the global one would take proxies from the environment.
      agent: kept?.agentTo(to) ?? false,
      // Said explicitly, because NODE_TLS_REJECT_UNAUTHORIZED=0 would turn the check off.
      ...(secure ? { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) } : {}),
    });
    const end = (result: Result): void => {
      deadline.removeEventListener('abort', abort);
      // Ends the connection, unless an answer was read to its end and it is kept.
      outgoing.destroy();
      settle(result);
    };
    const fail = (error: unknown): void => {
      // Once there is a status, a break only shortens the body.
      if (answer !== undefined) return;
      const dead = reused !== undefined && !deadline.aborted && (!sent || kept?.hasAnswered(reused) === false);
      end({ is: 'broken', error, sent, dead });
    };
    const abort = (): void => void (answer === undefined ? fail(deadline.reason) : answer.destroy());
    outgoing.on('error', fail);
    // Also after an answer that never becomes a response, such as 101.
    outgoing.on('close', () => fail(new Error('the connection was closed without an answer')));
    outgoing.on('socket', (socket) => {
      const send = (): void => {
        sent = true;
        outgoing.end(request.body);
      };
      // Not a byte leaves before the certificate is verified; from here on the target may have acted.
      if (!outgoing.reusedSocket) return void socket.once(secure ? 'secureConnect' : 'connect', send);
      reused = socket;
      return kept?.isFit(socket) === true ? send() : fail(new Error('the connection was kept for too long'));
    });
    outgoing.on('response', (incoming) => {
      answer = incoming;
      const { socket } = outgoing;
      if (socket !== null) incoming.once('end', () => kept?.rest(socket));
      readBody(incoming, request.mostBytes).then((read) => end({ is: 'answered', status: incoming.statusCode ?? 0, headers: flat(incoming), ...read }));
    });
    if (deadline.aborted) abort();
    else deadline.addEventListener('abort', abort);
  });

/** Hands out the checked addresses, whatever is asked. */
const pinned =
  (addresses: readonly Resolved[]): LookupFunction =>
  (_host, options, callback) => {
    const [first] = addresses;
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };

const headersOf = ({ headers, body }: OutboundRequest, url: URL): Record<string, string | number> => ({
  'user-agent': 'image-triggers',
  accept: '*/*',
  ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  host: url.host,
  ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
});

export const flat = ({ headers }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]])),
  );
