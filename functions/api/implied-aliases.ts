/** Names of a hook's registry that follow from its host: they are there whether somebody gave them or not. */
import type { HookDefinition } from '../core/definitions.ts';
import type { Registry } from '../registries/registry.ts';

export const impliedAliases = async (
  { registry, registryHost }: Pick<HookDefinition, 'registry' | 'registryHost'>,
  ports: { registry(name: string): Promise<Pick<Registry, 'aliases'> | undefined> },
): Promise<{ readonly impliedAliases?: readonly string[] }> => {
  const implied = registryHost === undefined ? [] : ((await ports.registry(registry))?.aliases(registryHost) ?? []);
  return implied.length === 0 ? {} : { impliedAliases: implied };
};
