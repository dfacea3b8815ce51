/**
 * Which commit an image was made of, by the labels in its configuration. Of an index its first platform speaks for all.
 * Everything is asked by digest and must have it, so that what is shown is of the very image that is deployed.
 * https://github.com/opencontainers/image-spec/blob/main/annotations.md
 */
import { fields, isFields } from '../core/fields.ts';
import { isDigest } from '../core/image.ts';
import { jsonIn } from '../core/json-in.ts';
import type { Commit } from '../core/outcome.ts';
import { MANIFESTS } from './registry-manifest.ts';
import { type Answered, type AskRegistry, type RegistryIo } from './registry-request.ts';

/** Manifests and configurations have a few kilobytes; what is larger is not worth a label. */
const MOST_BYTES = 256_000;
const MOST_TEXT = 300;

/** Undefined where there is none, or it cannot be had. Never throws. */
export const readCommit = async (ask: AskRegistry, digest: string, io: RegistryIo): Promise<Commit | undefined> => {
  const top = await contentOf(ask, `manifests/${digest}`, digest, io);
  const platform = firstPlatform(top);
  const manifest = platform === undefined ? top : await contentOf(ask, `manifests/${platform}`, platform, io);
  const config = digestIn(manifest.config);
  if (config === undefined) return undefined;
  const { config: settings } = await contentOf(ask, `blobs/${config}`, config, io);
  const labels = isFields(settings) && isFields(settings.Labels) ? settings.Labels : {};
  const revision = textOf(labels['org.opencontainers.image.revision']);
  const source = textOf(labels['org.opencontainers.image.source']);
  if (revision === undefined && source === undefined) return undefined;
  return { ...(revision === undefined ? {} : { revision }), ...(source === undefined ? {} : { source }) };
};

/** Attestations lie beside the platforms, under one that is unknown. */
const firstPlatform = ({ manifests }: Readonly<Record<string, unknown>>): string | undefined =>
  (Array.isArray(manifests) ? manifests : []).flatMap((one) => (isRunnable(one) ? (digestIn(one) ?? []) : [])).at(0);
const isRunnable = (one: unknown): boolean => isFields(one) && !(isFields(one.platform) && one.platform.os === 'unknown');
const digestIn = (value: unknown): string | undefined =>
  isFields(value) && typeof value.digest === 'string' && isDigest(value.digest) ? value.digest : undefined;
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value.slice(0, MOST_TEXT) : undefined);

const contentOf = async (ask: AskRegistry, path: string, digest: string, io: RegistryIo): Promise<Readonly<Record<string, unknown>>> => {
  const answer = await ask({ method: 'GET', path, headers: { accept: `${MANIFESTS}, */*` }, mostBytes: MOST_BYTES }, io);
  const found = answer.ok ? await elsewhere(answer.value, io) : undefined;
  const body = found?.exchange.response?.body;
  return found?.status === 200 && body?.complete === true && `sha256:${body.sha256}` === digest ? fields(jsonIn(found.body)) : {};
};

/** Large registries keep blobs with a storage service. One redirect is followed there, without any credential: its content has to have the digest. */
const elsewhere = async (answer: Answered, io: RegistryIo): Promise<Answered | undefined> => {
  const { location } = answer.headers;
  if (answer.status < 301 || answer.status > 308 || location === undefined || !URL.canParse(location)) return answer;
  const moved = await io.request({ method: 'GET', url: location, headers: {}, mostBytes: MOST_BYTES });
  return moved.is === 'answered' ? moved : undefined;
};
