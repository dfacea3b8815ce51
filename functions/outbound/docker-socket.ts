/**
 * The Docker Engine API over the socket of this machine: bounded, recorded like every other call, and never throwing.
 * Whoever may speak to that socket may do anything on the machine, so only the engine on one machine hands it in.
 */
import type { IncomingMessage } from 'node:http';
import type { DockerRequest, OutboundAnswer, OutboundRequest } from '../targets/target.ts';
import { withDeadline } from './deadline.ts';
import { flat } from './exchange.ts';
import { describeFailure } from './failure.ts';
import { makeRecorder } from './record.ts';

// A static ESM import of it loads undici; this way it does not.
const http = process.getBuiltinModule('node:http');

interface DockerSocketOptions {
  readonly socketPath: string;
  /** Milliseconds; only for the duration that is recorded. */
  readonly clock: () => number;
  /** 12 s unless a test says otherwise: what takes the daemon longer goes on there, and is looked for later. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 12_000;
/** A pull tells its progress in hundreds of kilobytes, and says only at the end how it went: it is the beginning that is dropped. */
const KEPT_BYTES = 1_000_000;

export const makeDockerSocket = ({ socketPath, clock, timeoutMs = TIMEOUT_MS }: DockerSocketOptions) => {
  return async (request: DockerRequest, signal: AbortSignal): Promise<OutboundAnswer> => {
    const started = clock();
    const asked = outboundOf(request);
    const record = makeRecorder(asked, () => clock() - started);
    try {
      return await withDeadline(signal, timeoutMs, async (deadline) => {
        const result = await exchange(socketPath, asked, request.path, deadline);
        if (result.is === 'broken') {
          const why = describeFailure(result.error, `the Docker daemon at ${socketPath}`, timeoutMs, signal);
          return { is: 'broken', why, sent: result.sent, exchange: record({ error: why }) };
        }
        const { status, headers, body, complete } = result;
        return { is: 'answered', status, headers, body: body.toString('utf8'), exchange: record({ response: { status, headers, body, complete } }) };
      });
    } catch (error) {
      // Node refusing a header or a path.
      const why = describeFailure(error, `the Docker daemon at ${socketPath}`, timeoutMs, signal);
      return { is: 'broken', why, sent: false, exchange: record({ error: why }) };
    }
  };
};

/** `http://docker` stands for the socket, in records too. */
const outboundOf = ({ method, path, headers = {}, body, secretHeaders }: DockerRequest): OutboundRequest => ({
  method,
  url: `http://docker${path}`,
  shownUrl: `http://docker${path}`,
  headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  ...(body === undefined ? {} : { body }),
  ...(secretHeaders === undefined ? {} : { secretHeaders }),
});

type Result =
  | { readonly is: 'answered'; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer; readonly complete: boolean }
  | { readonly is: 'broken'; readonly error: unknown; readonly sent: boolean };

const exchange = (socketPath: string, { method, headers, body }: OutboundRequest, path: string, deadline: AbortSignal): Promise<Result> =>
  new Promise((settle) => {
    let sent = false;
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const outgoing = http.request({ socketPath, method, path, headers: { host: 'docker', ...headers, ...length }, agent: false });
    const end = (result: Result): void => {
      deadline.removeEventListener('abort', abort);
      outgoing.destroy();
      settle(result);
    };
    const fail = (error: unknown): void => end({ is: 'broken', error, sent });
    const abort = (): void => fail(deadline.reason);
    outgoing.on('error', fail);
    outgoing.on('close', () => fail(new Error('the connection was closed without an answer')));
    outgoing.on('socket', (socket) =>
      socket.once('connect', () => {
        sent = true;
        outgoing.end(body);
      }),
    );
    outgoing.on('response', (incoming) => {
      const kept = keepLast(incoming);
      // An answer that breaks off says nothing of how the daemon ended: it may be a pull.
      incoming.on('end', () => end({ is: 'answered', status: incoming.statusCode ?? 0, headers: flat(incoming), ...kept() }));
    });
    if (deadline.aborted) abort();
    else deadline.addEventListener('abort', abort);
  });

const keepLast = (incoming: IncomingMessage): (() => { readonly body: Buffer; readonly complete: boolean }) => {
  const parts: Buffer[] = [];
  let bytes = 0;
  let complete = true;
  incoming.on('data', (part: Buffer) => {
    parts.push(part);
    bytes += part.length;
    while (bytes > KEPT_BYTES) {
      bytes -= parts.shift()?.length ?? bytes;
      complete = false;
    }
  });
  return () => ({ body: Buffer.concat(parts), complete });
};
