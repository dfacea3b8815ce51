/** STS and the one operation of EKS that is used, on loopback for the real SDK clients; and the authenticator of a cluster, which reads tokens. */
import { createHash, createHmac } from 'node:crypto';
import { vi } from 'vitest';
import { serveHttp } from '../outbound/loopback.ts';
import type { Json } from './fake-kubernetes.ts';
import { assume, type Refusal, refuse, textOf, useAws } from './fake-sts.ts';

export interface FakeEks {
  readonly asked: string[];
  cluster: Json;
  refusal: Refusal | undefined;
}

export const startFakeEks = async (cluster: Json): Promise<FakeEks> => {
  const fake: FakeEks = { asked: [], cluster, refusal: undefined };
  const server = await serveHttp(async (request, response) => {
    const text = await textOf(request);
    if (request.method === 'POST') {
      fake.asked.push('sts:AssumeRole');
      return assume(response, new URLSearchParams(text));
    }
    fake.asked.push('eks:DescribeCluster');
    if (fake.refusal !== undefined) return refuse(response, fake.refusal, false);
    if (request.headers['x-amz-security-token'] !== 'fake-session')
      return refuse(response, { status: 403, type: 'UnrecognizedClientException', message: 'no' }, false);
    if (request.url !== `/clusters/${fake.cluster.name}`)
      return refuse(response, { status: 404, type: 'ResourceNotFoundException', message: `No cluster found for name: ${request.url}` }, false);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ cluster: fake.cluster }));
  });
  useAws(server.origin);
  vi.stubEnv('AWS_ENDPOINT_URL_EKS', server.origin);
  return fake;
};

const ALLOWED = new Set([
  'action',
  'version',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
]);

/**
 * What is wrong with a token, by the rules of aws-iam-authenticator (`Verify` in pkg/token/token.go), and whether STS would
 * take its signature (Signature Version 4 in a query). `now` in milliseconds; the secret is the one that `assume` gives.
 */
export const tokenProblem = (token: string, cluster: string, host: string, now: number): string | undefined => {
  const [, encoded] = /^k8s-aws-v1\.([A-Za-z0-9_-]+)$/.exec(token) ?? [];
  if (token.length > 4_096 || encoded === undefined) return 'the token is too large, or is no base64url behind k8s-aws-v1.';
  const url = new URL(Buffer.from(encoded, 'base64url').toString());
  const query = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const of = (name: string): string => query.get(name) ?? '';
  if (url.protocol !== 'https:' || url.host !== host || url.pathname !== '/') return `not the address of STS: ${url.origin}${url.pathname}`;
  const unknown = [...query.keys()].find((name) => !ALLOWED.has(name));
  if (unknown !== undefined || query.size !== url.searchParams.size) return `a parameter that is not allowed, or twice: ${unknown}`;
  if (of('action') !== 'GetCallerIdentity') return `another action: ${of('action')}`;
  const signed = of('x-amz-signedheaders').split(';');
  if (!signed.includes('x-k8s-aws-id')) return 'the name of the cluster is not signed';
  if (!/^\d+$/.test(of('x-amz-expires')) || Number(of('x-amz-expires')) > 900) return `X-Amz-Expires ${of('x-amz-expires')}`;
  const at = Date.parse(of('x-amz-date').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(at) || now - at > 900_000) return `X-Amz-Date ${of('x-amz-date')}`;
  return of('x-amz-signature') === signatureOf(url, { host, 'x-k8s-aws-id': cluster }, signed) ? undefined : 'the signature is another one';
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const SECRET = 'fake';

const signatureOf = (url: URL, headers: Readonly<Record<string, string>>, signed: readonly string[]): string => {
  const parameters = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  const canonical = ['GET', '/', parameters.sort().join('&'), ...signed.map((name) => `${name}:${headers[name] ?? ''}`), '', signed.join(';'), sha256('')].join(
    '\n',
  );
  const [, day = '', region = '', service = ''] = (url.searchParams.get('X-Amz-Credential') ?? '').split('/');
  const key = hmac(hmac(hmac(hmac(`AWS4${SECRET}`, day), region), service), 'aws4_request');
  return hmac(key, ['AWS4-HMAC-SHA256', url.searchParams.get('X-Amz-Date'), `${day}/${region}/${service}/aws4_request`, sha256(canonical)].join('\n')).toString(
    'hex',
  );
};
