/**
 * A request as API Gateway's payload format 2.0. The path comes decoded, the query string does not; header names are lower case and repeated ones joined;
 * cookies stand apart; a body is text only for `text/*` and the JSON, XML and JavaScript types, else base64 (seen on the real service: a vendor's `…+json` and forms are base64).
 */
import type { IncomingMessage } from 'node:http';
import type { Routed } from './http-routes.ts';

export interface HttpRequest {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  readonly query: string;
  /** Lower-case names; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly protocol: string;
}

interface EventGround {
  readonly account: string;
  readonly apiId: string;
  readonly requestId: string;
  readonly now: number;
  readonly port: number;
  /** Set on routes that need IAM. */
  readonly accessKeyId?: string;
}

export const readRequest = (request: IncomingMessage, body: Buffer): HttpRequest => {
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = (request.rawHeaders[index] ?? '').toLowerCase();
    const value = request.rawHeaders[index + 1] ?? '';
    if (name === 'cookie') cookies.push(...value.split(/; */));
    else headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  const sourceIp = (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
  return { method: request.method ?? 'GET', path, query, headers, cookies, body, sourceIp, protocol: `HTTP/${request.httpVersion}` };
};

/** The path as routes and functions see it; undefined when it cannot be decoded. */
export const decodedPath = (path: string): string | undefined => {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
};

const isText = (contentType: string | undefined): boolean => {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || type === 'application/json' || type === 'application/xml' || type === 'application/javascript';
};

const queryParameters = (query: string): Record<string, string> => {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) parameters[name] = parameters[name] === undefined ? value : `${parameters[name]},${value}`;
  return parameters;
};

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');
/** `12/Mar/2020:19:03:58 +0000` */
const commonLogTime = (ms: number): string => {
  const at = new Date(ms);
  return `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()] ?? ''}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
};

export const makeEvent = (request: HttpRequest, path: string, { route, parameters }: Routed, ground: EventGround): object => {
  const { headers, body, cookies, query } = request;
  const text = isText(headers['content-type']);
  const host = headers.host ?? 'localhost';
  const forwarded = headers['x-forwarded-for'];
  const queries = queryParameters(query);
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers: {
      ...headers,
      'content-length': String(body.length),
      'x-amzn-trace-id': `Root=1-${Math.floor(ground.now / 1000).toString(16)}-${ground.requestId.replaceAll('-', '').slice(0, 24)}`,
      'x-forwarded-for': forwarded === undefined ? request.sourceIp : `${forwarded}, ${request.sourceIp}`,
      'x-forwarded-port': String(ground.port),
      'x-forwarded-proto': 'http',
    },
    ...(Object.keys(queries).length === 0 ? {} : { queryStringParameters: queries }),
    requestContext: {
      accountId: ground.account,
      apiId: ground.apiId,
      ...(ground.accessKeyId === undefined ? {} : { authorizer: { iam: callerOf(ground.account, ground.accessKeyId) } }),
      domainName: host,
      domainPrefix: host.split('.')[0],
      http: { method: request.method, path, protocol: request.protocol, sourceIp: request.sourceIp, userAgent: headers['user-agent'] ?? '' },
      requestId: ground.requestId,
      routeKey: route.key,
      stage: '$default',
      time: commonLogTime(ground.now),
      timeEpoch: ground.now,
    },
    ...(Object.keys(parameters).length === 0 ? {} : { pathParameters: parameters }),
    ...(body.length === 0 ? {} : { body: body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !text,
  };
};

const callerOf = (account: string, accessKey: string): object => ({
  accessKey,
  accountId: account,
  callerId: accessKey,
  cognitoIdentity: null,
  principalOrgId: null,
  userArn: `arn:aws:iam::${account}:user/local`,
  userId: accessKey,
});
