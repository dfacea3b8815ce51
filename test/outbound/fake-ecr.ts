/**
 * Amazon ECR as far as it is asked here: the API that gives tokens, over the true SDK, and the registry of one repository.
 * As AWS documents it and clients report it: a token is for one region, a HEAD that is refused has no body, blobs lie at a
 * storage that takes no second proof, and the mark of the next page of tags is no tag.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
 */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { onTestFinished, vi } from 'vitest';
import { makeRegistry } from '../../functions/outbound/registry.ts';
import { makeOutbound } from '../../functions/outbound/request.ts';
import { makeEcrToken } from '../../functions/store/ecr-token.ts';
import { textOf } from '../targets/fake-sts.ts';
import { serveHttp } from './loopback.ts';

export const ECR_HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const REGION = 'eu-west-1';
const TARGET = 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken';
const HOURS = 3_600_000;

export const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

export interface EcrShape {
  /** By digest or tag. */
  readonly manifests: Readonly<Record<string, string>>;
  readonly blobs?: Readonly<Record<string, string>>;
  /** Page by page. */
  readonly tags?: readonly (readonly string[])[];
  /** What the policies do not allow. */
  readonly denied?: readonly string[];
}

export const startFakeEcr = async ({ manifests, blobs = {}, tags = [], denied = [] }: EcrShape) => {
  let now = 0;
  let given = 0;
  let taken = 1;
  const asked: string[] = [];
  const say = (response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void =>
    void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  const tokenOf = (n: number): string => Buffer.from(`AWS:${REGION}-${n}`).toString('base64');

  const api = await serveHttp(async (request, response) => {
    await textOf(request);
    const { authorization = '', 'x-amz-target': target } = request.headers;
    asked.push(`API ${String(target).split('.').at(-1)} ${/\/([a-z0-9-]+)\/ecr\/aws4_request/.exec(authorization)?.[1]}`);
    if (target !== TARGET) return say(response, 400, { __type: 'UnknownOperationException' });
    if (denied.includes('ecr:GetAuthorizationToken'))
      return say(response, 400, { __type: 'AccessDeniedException', message: 'User: arn:aws:sts::123456789012:assumed-role/deploy/x is not authorized' });
    given += 1;
    const data = { authorizationToken: tokenOf(given), expiresAt: (now + 12 * HOURS) / 1_000, proxyEndpoint: `https://${ECR_HOST}` };
    say(response, 200, { authorizationData: [data] });
  });
  vi.stubEnv('AWS_ENDPOINT_URL_ECR', api.origin);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  onTestFinished(() => void vi.unstubAllEnvs());

  const registry = await serveHttp((request, response) => {
    const { url = '', method = '', headers } = request;
    const { authorization } = headers;
    asked.push(`${method} ${url.replace('/v2/shop/web/', '')}`);
    const refuse = (status: number, code: string, more: Readonly<Record<string, string>> = {}): void =>
      say(response, status, method === 'HEAD' ? '' : { errors: [{ code, message: 'not allowed' }] }, more);
    if (url.startsWith('/storage/'))
      return authorization === undefined ? say(response, 200, blobs[url.slice('/storage/'.length)] ?? '') : say(response, 400, 'only one proof may be given');
    if (authorization !== `Basic ${tokenOf(taken)}`)
      return refuse(401, 'DENIED', { 'www-authenticate': `Basic realm="https://${ECR_HOST}/",service="ecr.amazonaws.com"` });
    const [, kind = '', name = ''] = /^\/v2\/shop\/web\/(manifests|blobs|tags)\/(.*)$/.exec(url) ?? [];
    const needed = { manifests: 'ecr:BatchGetImage', blobs: 'ecr:GetDownloadUrlForLayer', tags: 'ecr:ListImages' }[kind];
    if (needed === undefined) return refuse(404, 'NAME_UNKNOWN');
    if (denied.includes(needed)) return refuse(403, 'DENIED');
    if (kind === 'blobs') return say(response, 307, '', { location: `${registry.origin}/storage/${name}` });
    if (kind === 'tags') {
      const page = Number(/last=mark%2F(\d)/.exec(name)?.[1] ?? 0);
      const next = page + 1 < tags.length ? { link: `<https://${ECR_HOST}/v2/shop/web/tags/list?last=mark%2F${page + 1}>; rel="next"` } : undefined;
      return say(response, 200, { name: 'shop/web', tags: tags[page] ?? [] }, next);
    }
    const manifest = manifests[name];
    if (manifest === undefined) return refuse(404, 'MANIFEST_UNKNOWN');
    say(response, 200, manifest, { 'docker-content-digest': digestOf(manifest) });
  });

  const outbound = makeOutbound({ allow: [`127.0.0.1:${registry.port}`], clock: () => 0 });
  const ask = makeRegistry({
    // In place of a name service, and of the certificate of AWS.
    outbound: (request, signal) => outbound({ ...request, url: request.url.replace(`https://${ECR_HOST}`, registry.origin) }, signal),
    secret: async () => ({ ok: false, why: 'no secret is asked for here' }),
    ecrToken: makeEcrToken(() => now),
    now: () => now,
  });
  return {
    asked,
    open: (repository = `${ECR_HOST}/shop/web`) => ask(repository, 'ecr'),
    /** So many hours later. */
    pass: (hours: number): void => {
      now += hours * HOURS;
      taken = given + 1;
    },
    /** The registry takes the next token only. */
    expire: (): void => {
      taken = given + 1;
    },
  };
};
