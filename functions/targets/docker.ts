/**
 * A container of this machine, by the Docker Engine API (podman's too): a readable target, for the engine on one machine.
 * The next one is started beside the present one, asked for its health, and takes over its name; the former is kept, stopped.
 */
import { type DockerConfig, dockerConfig } from './docker-config.ts';
import type { Readable } from './target.ts';

// Only who has such a target pays for it.
const load = () => import('./docker-rollout.ts');

export const docker: Readable<DockerConfig> = {
  sight: 'readable',
  config: dockerConfig,
  takesTemplates: ({ template }) => template === true,
  read: async (config, wish, io) => (await load()).readContainers(config, wish, io),
  apply: async (config, wish, seen, io) => (await load()).startNext(config, wish, seen, io),
  observe: async (config, handle, io) => (await load()).watchNext(config, handle, io),
};
