/** A sample of a format as it goes over the wire: with what the hook asks for beside the URL, made from the credential that was given. */
import { createHmac, randomUUID } from 'node:crypto';
import { type Fields, textOf } from '../../functions/core/fields.ts';
import { DIGEST_RULE, hostOf, isDigest, isTag, namesHost, normaliseRepository, pathOf, TAG_RULE } from '../../functions/core/image.ts';
import { shown } from '../../functions/core/shown.ts';
import { labelOf, registryOf } from '../../functions/registries/index.ts';
import type { Proof, RawRequest } from '../../functions/registries/registry.ts';
import { SAMPLE_NAMES, sampleOf } from '../../functions/registries/samples/index.ts';
import { misused } from './io.ts';

export interface Delivery {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The header that proves it. */
  readonly secret?: string;
}

interface Pushed {
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
}

/** `credential`: as the API takes it. */
export const makeDelivery = async (registry: string, { repository, tag, digest }: Pushed, credential: Fields | undefined): Promise<Delivery> => {
  const sample = sampleOf(registry);
  if (sample === undefined) throw misused(`--registry is ${JSON.stringify(registry)}: give one of ${SAMPLE_NAMES.join(', ')}`);
  if (!isTag(tag)) throw misused(`--tag is ${shown(tag)}: ${TAG_RULE}`);
  if (digest !== undefined && !isDigest(digest)) throw misused(`--digest is ${shown(digest)}: ${DIGEST_RULE}`);
  const host = namesHost(repository) ? hostOf(repository) : sample.host;
  if (host === undefined)
    throw misused(`--repository is ${shown(repository, 200)}, which names no registry: give HOST/PATH, as in registry.example.com/${repository}`);
  const named = normaliseRepository(host, namesHost(repository) ? pathOf(repository) : repository);
  if (!named.ok) throw misused(`--repository: ${named.why}`);
  const image = { host: hostOf(named.value), path: pathOf(named.value), tag, ...(digest === undefined ? {} : { digest }) };
  const request = sample.delivery({ ...image, id: randomUUID(), at: Date.now() });
  const proofs = (await registryOf(registry))?.proofs ?? [];
  const proof = credential === undefined ? undefined : proofOf(credential, proofs, request, labelOf(registry));
  const { method, headers, body } = request;
  return {
    method,
    headers: { ...headers, ...(proof === undefined ? {} : { [proof.name]: proof.value }) },
    body,
    ...(proof === undefined ? {} : { secret: proof.name }),
  };
};

const proofOf = (credential: Fields, proofs: readonly Proof[], request: RawRequest, label: string): { readonly name: string; readonly value: string } => {
  const { by, name, value, user, password, secret } = credential;
  if (by === 'basic') return { name: 'authorization', value: `Basic ${Buffer.from(`${textOf(user)}:${textOf(password)}`).toString('base64')}` };
  if (by === 'header') {
    const own = proofs.find((proof) => proof.by === 'header')?.name;
    return { name: (name === undefined ? (own ?? 'authorization') : textOf(name)).toLowerCase(), value: textOf(value) };
  }
  if (by !== 'hmac') throw misused('--credential oidc cannot be made here, as only the identity provider can sign: push an image, or give --hook');
  const proof = proofs.find((each) => each.by === 'hmac');
  if (proof === undefined) throw misused(`--credential is hmac, and ${label} signs nothing: give header, header:NAME or basic:USER, as the hook asks for it`);
  const signature = createHmac(proof.hash, textOf(secret))
    .update(proof.over?.(request) ?? request.body)
    .digest('hex');
  return { name: proof.header.toLowerCase(), value: `${proof.prefixes[0] ?? ''}${signature}` };
};
