/** A registry by the distribution API with a token server, as far as they are asked here; every request is kept. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { makeRegistry } from '../../functions/outbound/registry.ts';
import { makeOutbound } from '../../functions/outbound/request.ts';
import { serveHttp } from './loopback.ts';

export const USER = { username: 'ci', password: 'correct horse' };
export const SECRET = 'env:IMAGE_TRIGGERS_REGISTRY';
const BASIC = `Basic ${Buffer.from(`${USER.username}:${USER.password}`).toString('base64')}`;

export const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

export interface Content {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly authorization?: string;
  /** The digest that is known already. */
  readonly unless?: string;
  /** Of the answer. */
  status?: number;
}

export interface RegistryShape {
  /** By what comes after `/v2/team/web/`. In headers `{tokens}` stands for the address of the token server. */
  readonly content: Readonly<Record<string, Content>>;
  readonly login?: 'none' | 'basic' | 'token';
  /** Whether anonymous tokens are given. */
  readonly anonymous?: boolean;
  /** Of the token server. */
  readonly token?: Content;
  /** Instead of its own, when a password or a token is missing. */
  readonly challenge?: string;
  readonly secret?: string;
  readonly timeoutMs?: number;
  /** It looks whether the digest is known already. */
  readonly etag?: boolean;
  /** It takes the request and never answers. */
  readonly mute?: boolean;
}

export const startFakeRegistry = async (shape: RegistryShape) => {
  const asked: Asked[] = [];
  const keep = (request: IncomingMessage): Asked => {
    const { authorization, 'if-none-match': unless } = request.headers;
    const one: Asked = {
      method: request.method ?? '',
      url: request.url ?? '',
      ...(authorization === undefined ? {} : { authorization }),
      ...(unless === undefined ? {} : { unless }),
    };
    asked.push(one);
    return one;
  };
  const say = (response: ServerResponse, { status = 200, headers = {}, body = '' }: Content): void => {
    Object.assign(asked.at(-1) ?? {}, { status });
    response.writeHead(status, headers).end(body);
  };
  const placed = ({ headers = {}, ...rest }: Content): Content => ({
    ...rest,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('{tokens}', tokens.origin)])),
  });
  const tokens = await serveHttp((request, response) => {
    const { authorization } = keep(request);
    if (shape.token !== undefined) say(response, shape.token);
    else if (authorization === BASIC || (authorization === undefined && shape.anonymous === true)) say(response, { body: JSON.stringify({ token: 'given' }) });
    else say(response, { status: 401 });
  });
  const challenge = shape.login === 'basic' ? 'Basic realm="r"' : `Bearer realm="${tokens.origin}/token",service="r,s",scope="repository:team/web:pull"`;
  const registry = await serveHttp((request, response) => {
    const { url, authorization, unless } = keep(request);
    if (shape.mute === true) return;
    const wanted = shape.login === 'basic' ? BASIC : shape.login === 'token' ? 'Bearer given' : authorization;
    if (authorization !== wanted) return say(response, { status: 401, headers: { 'www-authenticate': shape.challenge ?? challenge } });
    const found = shape.content[url.replace('/v2/team/web/', '')] ?? { status: 404, body: UNKNOWN };
    const known = shape.etag === true && unless !== undefined && unless === `"${found.headers?.['docker-content-digest']}"`;
    say(response, known ? { status: 304 } : placed(found));
  });
  const host = `127.0.0.1:${registry.port}`;
  const outbound = makeOutbound({ allow: [host, `127.0.0.1:${tokens.port}`], clock: () => 0 });
  const ask = makeRegistry({
    outbound,
    now: () => 0,
    secret: async () => ({ ok: true, value: shape.secret ?? JSON.stringify(USER) }),
    ecrToken: async () => ({ ok: false, why: 'nobody asks for it here' }),
    ...(shape.timeoutMs === undefined ? {} : { timeoutMs: shape.timeoutMs }),
  });
  return { asked, tokens, host, open: (auth = true) => ask(`${host}/team/web`, auth ? { auth: SECRET } : 'public') };
};

export const UNKNOWN = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] });
