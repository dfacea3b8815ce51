/**
 * Every webhook format there is, each loaded when it is asked for: ingest must not read the others before its first answer.
 * In this order a delivery to the wrong hook is asked whose it is, so of those that send the same the one it is named after stands first.
 * A hook of `app-center` is never made by name: it is the trigger URL of one application, so it is not among those that people choose from.
 */
import type { RawRequest, Registry } from './registry.ts';

export const REGISTRY_NAMES = [
  'alibaba-acr',
  'artifactory',
  'azure-acr',
  'azure-eventgrid',
  'cdevents',
  'cloudevents',
  'cloudsmith',
  'distribution',
  'diun',
  'dockerhub',
  'ecr',
  'generic',
  'ghcr',
  'gitea',
  'gitlab',
  'google',
  'harbor',
  'nexus',
  'quay',
  'tencent-tcr',
  'zot',
] as const;
export type RegistryName = (typeof REGISTRY_NAMES)[number];

interface Format {
  /** As people call it. */
  readonly label: string;
  readonly load: () => Promise<Registry>;
}

const FORMATS = {
  'alibaba-acr': { label: 'Alibaba Cloud ACR', load: async () => (await import('./alibaba-acr.ts')).alibabaAcr },
  artifactory: { label: 'JFrog Artifactory', load: async () => (await import('./artifactory.ts')).artifactory },
  'azure-acr': { label: 'Azure Container Registry', load: async () => (await import('./azure-acr.ts')).azureAcr },
  'azure-eventgrid': { label: 'Azure Event Grid', load: async () => (await import('./azure-eventgrid.ts')).azureEventgrid },
  cdevents: { label: 'CDEvents', load: async () => (await import('./cdevents.ts')).cdevents },
  cloudevents: { label: 'CloudEvents', load: async () => (await import('./cloudevents.ts')).cloudevents },
  cloudsmith: { label: 'Cloudsmith', load: async () => (await import('./cloudsmith.ts')).cloudsmith },
  distribution: { label: 'Docker Registry (Distribution)', load: async () => (await import('./distribution.ts')).distribution },
  diun: { label: 'Diun', load: async () => (await import('./diun.ts')).diun },
  dockerhub: { label: 'Docker Hub', load: async () => (await import('./dockerhub.ts')).dockerhub },
  ecr: { label: 'Amazon ECR', load: async () => (await import('./ecr.ts')).ecr },
  generic: { label: 'a generic notice', load: async () => (await import('./generic.ts')).generic },
  ghcr: { label: 'GitHub (ghcr.io)', load: async () => (await import('./ghcr.ts')).ghcr },
  gitea: { label: 'Gitea or Forgejo', load: async () => (await import('./gitea.ts')).gitea },
  gitlab: { label: 'GitLab', load: async () => (await import('./gitlab.ts')).gitlab },
  google: { label: 'Google Artifact Registry', load: async () => (await import('./google.ts')).google },
  harbor: { label: 'Harbor', load: async () => (await import('./harbor.ts')).harbor },
  nexus: { label: 'Sonatype Nexus', load: async () => (await import('./nexus.ts')).nexus },
  quay: { label: 'Quay', load: async () => (await import('./quay.ts')).quay },
  'tencent-tcr': { label: 'Tencent TCR', load: async () => (await import('./tencent-tcr.ts')).tencentTcr },
  zot: { label: 'zot', load: async () => (await import('./zot.ts')).zot },
} as const satisfies Record<RegistryName, Format>;

export const isRegistryName = (text: string): text is RegistryName => Object.hasOwn(FORMATS, text);

/** A delivery asks for its format three times, and an import is looked up again each time although it was done. */
const loaded = new Map<RegistryName, Promise<Registry>>();

export const loadRegistry = (name: RegistryName): Promise<Registry> => {
  const known = loaded.get(name) ?? FORMATS[name].load();
  loaded.set(name, known);
  return known;
};
export const registryOf = async (name: string): Promise<Registry | undefined> => (isRegistryName(name) ? loadRegistry(name) : undefined);
export const labelOf = (name: string): string => (isRegistryName(name) ? FORMATS[name].label : name);

/**
 * The format that recognises a delivery which `own` does not: for the hint that a hook is of the wrong format. Undefined
 * also when nobody does. Loads every format, but only for what its own one would not know again.
 */
export const looksLike = async (request: RawRequest, own: string): Promise<RegistryName | undefined> => {
  if ((await registryOf(own))?.recognises(request) === true) return undefined;
  for (const name of REGISTRY_NAMES) if (name !== own && (await loadRegistry(name)).recognises(request)) return name;
  return undefined;
};
