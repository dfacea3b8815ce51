/**
 * Every webhook format there is, each loaded when it is asked for: ingest must not read the others before its first answer.
 * In this order a delivery to the wrong hook is asked whose it is, so who sends what another one sends too stands before it.
 * A hook of `app-center` is never made by name: it is the trigger URL of one application, so it is not among those that people choose from.
 */
import type { RawRequest, Registry } from './registry.ts';

export const REGISTRY_NAMES = ['alibaba-acr', 'distribution', 'generic'] as const;
export type RegistryName = (typeof REGISTRY_NAMES)[number];

interface Format {
  /** As people call it. */
  readonly label: string;
  readonly load: () => Promise<Registry>;
}

const FORMATS = {
  'alibaba-acr': { label: 'Alibaba Cloud ACR', load: async () => (await import('./alibaba-acr.ts')).alibabaAcr },
  distribution: { label: 'Docker Registry (Distribution)', load: async () => (await import('./distribution.ts')).distribution },
  generic: { label: 'a generic notice', load: async () => (await import('./generic.ts')).generic },
} as const satisfies Record<RegistryName, Format>;

export const isRegistryName = (text: string): text is RegistryName => Object.hasOwn(FORMATS, text);

export const loadRegistry = (name: RegistryName): Promise<Registry> => FORMATS[name].load();
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
