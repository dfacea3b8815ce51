/** Every webhook format there is. A hook of `app-center` is never made by name: it is the trigger URL of one application, so it is not among those that people choose from. */
import { alibabaAcr } from './alibaba-acr.ts';
import { distribution } from './distribution.ts';
import { generic } from './generic.ts';
import type { RawRequest, Registry } from './registry.ts';

export const REGISTRY_NAMES = ['alibaba-acr', 'distribution', 'generic'] as const;
export type RegistryName = (typeof REGISTRY_NAMES)[number];

export const registries = {
  'alibaba-acr': alibabaAcr,
  distribution,
  generic,
} as const satisfies Record<RegistryName, Registry>;

export const isRegistryName = (text: string): text is RegistryName => Object.hasOwn(registries, text);

/** The format, other than `except`, that recognises a delivery: for the hint that a hook is of the wrong format. */
export const looksLike = (request: RawRequest, except: string): RegistryName | undefined =>
  REGISTRY_NAMES.find((name) => name !== except && registries[name].recognises(request));
