/** Who may call an IAM route here: a request signed (Signature Version 4, `execute-api`) with the engine's generated key, or its bearer token. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from './http-event.ts';

export interface Credentials {
  readonly token: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** How far the clock of a signer may be off. */
const SKEW_MS = 5 * 60_000;

export const mayCall = (request: HttpRequest, credentials: Credentials, now: number): boolean => {
  const given = request.headers.authorization ?? '';
  const bearer = /^Bearer (.+)$/i.exec(given)?.[1];
  return bearer === undefined ? isSigned(request, given, credentials, now) : same(bearer.trim(), credentials.token);
};

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();
/** Compared as hashes: in constant time, whatever the lengths. */
const same = (a: string, b: string): boolean => timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());

const isSigned = (request: HttpRequest, authorization: string, credentials: Credentials, now: number): boolean => {
  const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/execute-api\/aws4_request, *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/.exec(
    authorization,
  );
  const [, accessKeyId = '', day = '', region = '', signed = '', signature = ''] = match ?? [];
  const time = request.headers['x-amz-date'] ?? '';
  const names = signed.split(';');
  if (match === null || !same(accessKeyId, credentials.accessKeyId) || !time.startsWith(day) || !names.includes('host')) return false;
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(now - at) <= SKEW_MS)) return false;
  const scope = `${day}/${region}/execute-api/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonicalRequest(request, names))].join('\n');
  const key = ['execute-api', 'aws4_request'].reduce((made, part) => hmac(made, part), hmac(hmac(`AWS4${credentials.secretAccessKey}`, day), region));
  return same(hmac(key, toSign).toString('hex'), signature);
};

const canonicalRequest = ({ method, path, query, headers, body, cookies }: HttpRequest, signed: readonly string[]): string => {
  const value = (name: string): string => (name === 'cookie' ? cookies.join('; ') : (headers[name] ?? '')).trim().replace(/ +/g, ' ');
  const lines = signed.map((name) => `${name}:${value(name)}\n`).join('');
  return [method, canonicalPath(path), canonicalQuery(query), lines, signed.join(';'), sha256(body)].join('\n');
};

/** RFC 3986: everything but letters, digits and `-._~` is escaped. */
const escaped = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Every service but S3 escapes the path as it was sent once more, part by part. */
const canonicalPath = (path: string): string => path.split('/').map(escaped).join('/');

const canonicalQuery = (query: string): string =>
  query === ''
    ? ''
    : query
        .split('&')
        .map((pair) => pair.split(/=(.*)/s))
        .map(([name = '', value = '']) => `${escaped(decode(name))}=${escaped(decode(value))}`)
        .sort()
        .join('&');

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
