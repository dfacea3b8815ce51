/**
 * One guarded request to an address that a person configured. The name is resolved here, every answer is checked, and
 * the connection goes to the checked addresses only, so that a name which answers differently the second time gains
 * nothing. No redirects, no keep-alive, no proxies; one deadline over name, connection, headers and body.
 *
 * Not `fetch`: it takes neither a lookup nor a `ca`, and its first use costs a cold start 40 ms.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import type { OutboundAnswer, OutboundRequest } from '../targets/target.ts';
import { type Destination, destinationOf, exceptions, forbidden } from './allow.ts';
import { readBody } from './body.ts';
import { unlessAborted, withDeadline } from './deadline.ts';
import { describeFailure } from './failure.ts';
import { makeRecorder, type Recorder } from './record.ts';

// Static ESM imports of these load undici; this way they do not.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

interface Resolved {
  readonly address: string;
  readonly family: number;
}

export interface OutboundOptions {
  /** `host:port` entries that may be loopback, private or plain http: the local engine's own list. */
  readonly allow: readonly string[];
  /** Milliseconds; only for the duration that is recorded. */
  readonly clock: () => number;
  /** All addresses of a name. */
  readonly lookup?: (host: string) => Promise<readonly Resolved[]>;
  /** PEM certificates to trust instead of the public ones. */
  readonly ca?: string;
  /** For everything together; 10 s unless a test says otherwise. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** Never throws and never rejects: what went wrong is the answer. */
export type Outbound = (request: OutboundRequest, signal: AbortSignal) => Promise<OutboundAnswer>;

export const makeOutbound = ({ allow, clock, lookup = everyAddress, ca, timeoutMs = TIMEOUT_MS }: OutboundOptions): Outbound => {
  const excepted = exceptions(allow);
  return async (request, signal) => {
    const started = clock();
    const record = makeRecorder(request, () => clock() - started);
    const destination = destinationOf(request.url, excepted);
    if (!destination.ok) return { is: 'forbidden', why: destination.why, exchange: record({ error: destination.why }) };
    const { host, excepted: free } = destination.value;
    const go = async (deadline: AbortSignal): Promise<OutboundAnswer> => {
      const addresses = isIP(host) === 0 ? await unlessAborted(lookup(host), deadline) : [{ address: host, family: isIP(host) }];
      if (addresses.length === 0) return broken(`${host} has no address`, false, record);
      const problem = forbidden(
        addresses.map(({ address }) => address),
        free,
      );
      if (problem !== undefined) {
        const why = `${host} leads to ${problem}`;
        return { is: 'forbidden', why, exchange: record({ error: why }) };
      }
      const result = await exchange(request, destination.value, addresses, request.ca ?? ca, deadline);
      if (result.is === 'broken') return broken(describeFailure(result.error, host, timeoutMs, signal), result.sent, record);
      const { status, headers, body, complete } = result;
      return { is: 'answered', status, headers, body: body.toString('utf8'), exchange: record({ response: { status, headers, body, complete } }) };
    };
    try {
      return await withDeadline(signal, timeoutMs, go);
    } catch (error) {
      // Only what comes before the connection can throw: the lookup, and Node refusing a header.
      return broken(describeFailure(error, host, timeoutMs, signal), false, record);
    }
  };
};

const everyAddress = (host: string): Promise<readonly Resolved[]> => systemLookup(host, { all: true });

type Result =
  | { readonly is: 'answered'; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer; readonly complete: boolean }
  | { readonly is: 'broken'; readonly error: unknown; readonly sent: boolean };

const exchange = (
  request: OutboundRequest,
  { url, host, port }: Destination,
  addresses: readonly Resolved[],
  ca: string | undefined,
  deadline: AbortSignal,
): Promise<Result> =>
  new Promise((settle) => {
    const secure = url.protocol === 'https:';
    let sent = false;
    let answering = false;
    const outgoing = (secure ? https : http).request({
      method: request.method,
      host,
      port,
      path: `${url.pathname}${url.search}`,
      headers: headersOf(request, url),
      lookup: pinned(addresses),
      // A fresh agent for one request: no reuse of connections between targets, and no proxy from the environment.
      agent: false,
      // Said explicitly, because NODE_TLS_REJECT_UNAUTHORIZED=0 would turn the check off.
      ...(secure ? { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) } : {}),
    });
    const fail = (error: unknown): void => {
      // Once there is a status, a break only shortens the body.
      if (answering) return;
      deadline.removeEventListener('abort', abort);
      outgoing.destroy();
      settle({ is: 'broken', error, sent });
    };
    const abort = (): void => fail(deadline.reason);
    outgoing.on('error', fail);
    // Also after an answer that never becomes a response, such as 101.
    outgoing.on('close', () => fail(new Error('the connection was closed without an answer')));
    outgoing.on('socket', (socket) =>
      // Not a byte leaves before the certificate is verified; from here on the target may have acted.
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        sent = true;
        outgoing.end(request.body);
      }),
    );
    outgoing.on('response', (incoming) => {
      answering = true;
      deadline.removeEventListener('abort', abort);
      readBody(incoming, deadline, request.mostBytes).then(({ body, complete }) => {
        outgoing.destroy();
        settle({ is: 'answered', status: incoming.statusCode ?? 0, headers: flat(incoming), body, complete });
      });
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

const flat = ({ headers }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]])),
  );

const broken = (why: string, sent: boolean, record: Recorder): OutboundAnswer => ({ is: 'broken', why, sent, exchange: record({ error: why }) });
