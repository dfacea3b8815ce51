/**
 * One guarded request to an address that a person configured. The name is resolved here, every answer is checked, and
 * the connection goes to the checked addresses only, so that a name which answers differently the second time gains
 * nothing. No redirects, no proxies; one deadline over name, connection, headers and body. What may be sent twice goes over
 * connections that are kept for a moment (`connections.ts`), everything else over one of its own.
 *
 * Not `fetch`: it takes neither a lookup nor a `ca`, and its first use costs a cold start 40 ms.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { OutboundAnswer, OutboundRequest } from '../targets/target.ts';
import { destinationOf, exceptions, forbidden } from './allow.ts';
import { type Connections, makeConnections } from './connections.ts';
import { unlessAborted, withDeadline } from './deadline.ts';
import { type Endpoint, exchange, type Resolved, type Result } from './exchange.ts';
import { describeFailure } from './failure.ts';
import { makeRecorder, type Recorder } from './record.ts';

export interface OutboundOptions {
  /** `host:port` entries that may be loopback, private or plain http: the local engine's own list. */
  readonly allow: readonly string[];
  /** Milliseconds on the wall: for the duration that is recorded, and for the age of connections. */
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
  const connections = makeConnections(clock);
  return async (request, signal) => {
    const started = clock();
    const record = makeRecorder(request, () => clock() - started);
    const destination = destinationOf(request.url, excepted);
    if (!destination.ok) return { is: 'forbidden', why: destination.why, exchange: record({ error: destination.why }) };
    const { url, host, port, excepted: free } = destination.value;
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
      const to: Endpoint = { url, secure: url.protocol === 'https:', host, port, ca: request.ca ?? ca, addresses };
      const result = await (mayRepeat(request) ? exchangeTwice(request, to, deadline, connections) : exchange(request, to, deadline));
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

/** Over a kept connection where there is one; if that turns out to be dead, over a new one. */
const exchangeTwice = async (request: OutboundRequest, to: Endpoint, deadline: AbortSignal, kept: Connections): Promise<Result> => {
  const first = await exchange(request, to, deadline, kept);
  if (first.is !== 'broken' || !first.dead) return first;
  kept.forget(to);
  const second = await exchange(request, to, deadline, kept);
  // What was written to the dead one may have arrived all the same.
  return second.is === 'broken' ? { ...second, sent: first.sent || second.sent } : second;
};

const mayRepeat = ({ method, repeatable = method === 'GET' || method === 'HEAD' }: OutboundRequest): boolean => repeatable;

const broken = (why: string, sent: boolean, record: Recorder): OutboundAnswer => ({ is: 'broken', why, sent, exchange: record({ error: why }) });
