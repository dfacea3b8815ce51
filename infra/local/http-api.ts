/** The HTTP API: from a request over its route to the function and back, with API Gateway's limits and error bodies. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type Credentials, mayCall } from './caller.ts';
import type { FunctionPool } from './function-pool.ts';
import {
  answerOf,
  BAD_REQUEST,
  FORBIDDEN,
  FUNCTION_FAILED,
  HEADERS_TOO_LARGE,
  type HttpAnswer,
  LARGEST_PAYLOAD_BYTES,
  NOT_FOUND,
  TOO_LARGE,
  UNAVAILABLE,
} from './http-answer.ts';
import { decodedPath, type HttpRequest, makeEvent, readRequest } from './http-event.ts';
import { findRoute } from './http-routes.ts';
import type { HttpSpec } from './plan-http.ts';

interface HttpGround {
  readonly spec: HttpSpec;
  readonly credentials: Credentials;
  readonly pool: (functionName: string) => FunctionPool;
  readonly account: string;
  readonly port: number;
  readonly now: () => number;
  readonly newId: () => string;
}

/** Takes requests at once, answers 503 until the engine is ready: the port must be known before the template can be evaluated. */
interface HttpApi {
  readonly server: Server;
  open(ground: HttpGround): void;
  /** Answers 503 from now on. */
  shut(): void;
}

const LARGEST_BODY_BYTES = 10 * 1024 * 1024;
/** A body that is too large is still read so far, so that its sender hears the answer and not a reset connection. */
const READ_AT_MOST_BYTES = 4 * LARGEST_BODY_BYTES;
/** Request line and headers together. */
const LARGEST_HEADER_BYTES = 10_240;

export const makeHttpApi = (): HttpApi => {
  let ground: HttpGround | undefined;
  const server = createServer({ maxHeaderSize: 4 * LARGEST_HEADER_BYTES }, (request, response) => {
    const requestId = ground?.newId() ?? '';
    handle(request, ground, requestId)
      .catch(() => FUNCTION_FAILED)
      .then(({ status, headers, body }) => {
        response.writeHead(status, {
          ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]])),
          'apigw-requestid': requestId,
          'content-length': body.length,
          ...(request.complete ? {} : { connection: 'close' }),
        });
        response.end(request.method === 'HEAD' ? undefined : body);
        // What was not read of a refused body must not be taken for the next request.
        if (!request.complete) request.socket.destroySoon();
      })
      .catch(() => request.socket.destroy());
  });
  return {
    server,
    open: (given) => {
      ground = given;
    },
    shut: () => {
      ground = undefined;
    },
  };
};

const handle = async (incoming: IncomingMessage, ground: HttpGround | undefined, requestId: string): Promise<HttpAnswer> => {
  if (ground === undefined) return UNAVAILABLE;
  if (headerBytes(incoming) > LARGEST_HEADER_BYTES) return HEADERS_TOO_LARGE;
  const body = await readBody(incoming);
  if (body === undefined) return TOO_LARGE;
  const request = readRequest(incoming, body);
  const path = decodedPath(request.path);
  if (path === undefined) return BAD_REQUEST;
  const routed = findRoute(ground.spec.routes, request.method, path);
  if (routed === undefined) return NOT_FOUND;
  const iam = routed.route.needs === 'iam';
  if (iam && !mayCall(request, ground.credentials, ground.now())) return FORBIDDEN;
  const event = makeEvent(iam ? withoutToken(request) : request, path, routed, {
    account: ground.account,
    apiId: ground.spec.apiId,
    requestId,
    now: ground.now(),
    port: ground.port,
    ...(iam ? { accessKeyId: ground.credentials.accessKeyId } : {}),
  });
  if (Buffer.byteLength(JSON.stringify(event)) > LARGEST_PAYLOAD_BYTES) return TOO_LARGE;
  const invoked = ground.pool(routed.route.function.name).invoke(event).then(answerOf);
  return within(invoked, routed.route.timeoutMs);
};

/** The bearer token exists on this machine only: no function should come to expect it. */
const withoutToken = (request: HttpRequest): HttpRequest => {
  const { authorization, ...headers } = request.headers;
  return authorization !== undefined && /^Bearer /i.test(authorization) ? { ...request, headers } : request;
};

/** The function goes on after the integration's time-out, unheard. */
const within = (answer: Promise<HttpAnswer>, ms: number): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(UNAVAILABLE), ms);
    answer.finally(() => clearTimeout(timer)).then(resolve, reject);
  });

const headerBytes = (request: IncomingMessage): number => request.rawHeaders.reduce((sum, piece) => sum + piece.length + 2, (request.url ?? '').length);

const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += piece.length;
    if (bytes > READ_AT_MOST_BYTES) break;
    if (bytes <= LARGEST_BODY_BYTES) chunks.push(piece);
  }
  return bytes > LARGEST_BODY_BYTES ? undefined : Buffer.concat(chunks);
};
