/** What lies beside images in a registry and must never be deployed. */
import { isDigest } from '../core/image.ts';

/** cosign's tags for signatures, attestations and SBOMs, and the fallback tag of the referrers API (OCI distribution 1.1, "Referrers Tag Schema"). */
const BESIDE = /^sha(?:256-[0-9a-f]{64}|512-[0-9a-f]{128})(\.[a-z]+)?$/;

/** Why something under this tag is no image; undefined when it may be one. */
export const tagProblem = (tag: string | undefined): string | undefined => {
  if (tag === undefined) return 'it has no tag: only what is pushed under a tag can fire';
  if (isDigest(tag)) return 'its tag is its digest: it is one platform of an image, or has no tag';
  const suffix = BESIDE.exec(tag);
  if (suffix === null) return undefined;
  return suffix[1] === undefined
    ? 'its tag lists what refers to another image'
    : `its tag names a signature, attestation or SBOM (${suffix[1]}) of another image`;
};

const MANIFESTS: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);

/** Manifests that name a config blob, whose type says what the artifact is. */
const WITH_CONFIG: ReadonlySet<string> = new Set(['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json']);
const IMAGE_CONFIGS: ReadonlySet<string> = new Set(['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json']);
/** Content of signatures and attestations, which carry the config of an image all the same (cosign, BuildKit). */
const STATEMENTS = /^application\/vnd\.(?:dev\.cosign\.|dev\.sigstore\.|in-toto\+)/;

/** Judges by the media type of the config alone, where a sender tells that one and not the manifest's. */
export const configProblem = (config: string | undefined): string | undefined =>
  config === undefined || IMAGE_CONFIGS.has(config) || MANIFESTS.has(config)
    ? undefined
    : `it holds ${config.slice(0, 100)} (a chart or another artifact), not the config of an image`;

export const mediaTypeProblem = (mediaType: string | undefined): string | undefined => {
  if (mediaType === undefined || MANIFESTS.has(mediaType)) return undefined;
  return mediaType === 'application/octet-stream' ? 'it is a blob, a part of an image' : `its media type ${mediaType.slice(0, 100)} is not that of an image`;
};

/** Judges a manifest by the media types of what it refers to; without any, nothing is known. */
export const contentProblem = (mediaType: string | undefined, references: readonly string[]): string | undefined => {
  const statement = references.find((reference) => STATEMENTS.test(reference));
  if (statement !== undefined) return `it holds ${statement.slice(0, 100)}: a signature or attestation, not an image`;
  if (mediaType === undefined || !WITH_CONFIG.has(mediaType) || references.length === 0 || references.some((reference) => IMAGE_CONFIGS.has(reference)))
    return undefined;
  return `it holds ${(references[0] ?? '').slice(0, 100)} (a chart or another artifact), not the config of an image`;
};
