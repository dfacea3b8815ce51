/** What there is of a container: the one that runs under its name, the one that is to follow it, the one that was before. */
import type { DockerApi } from './docker-api.ts';
import { type DockerConfig, NEXT, PREVIOUS } from './docker-config.ts';
import { type Found, readFound } from './docker-container.ts';

export interface Look {
  readonly live: Found | undefined;
  readonly next: Found | undefined;
  readonly previous: Found | undefined;
}

export const look = async (api: DockerApi, { container }: DockerConfig): Promise<Look> => {
  const [live, next, previous] = await Promise.all([find(api, container), find(api, container + NEXT), find(api, container + PREVIOUS)]);
  return { live, next, previous };
};

/** By its very name: the daemon would also take the beginning of an id. */
const find = async (api: DockerApi, name: string): Promise<Found | undefined> => {
  const inspected = await api.container(name);
  if (inspected === undefined) return undefined;
  const found = readFound(inspected);
  return found.container.name === name ? found : undefined;
};

/** What the next one is made after. Without a live one somebody died between two renames, or there never was one. */
export const baseOf = ({ live, previous }: Look): Found | undefined => live ?? previous;
