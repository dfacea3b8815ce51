/** Where to paste a webhook URL, as the format of the hook says it for this hook. */
import type { Credential, HookDefinition } from '../core/definitions.ts';
import type { Paste } from '../registries/registry.ts';
import type { ApiPorts } from './ports.ts';

type GuidePorts = Pick<ApiPorts, 'registry'>;

export const guideOf = async ({ registry, registryHost, credential }: HookDefinition, url: string, ports: GuidePorts): Promise<readonly string[]> => {
  const paste = {
    url,
    ...(registryHost === undefined ? {} : { registryHost }),
    ...(credential === undefined ? {} : { credential: askedOf(credential) }),
  };
  return (await ports.registry(registry))?.guide(paste) ?? [];
};

/** Only a hash of its token is kept, so the URL itself cannot be told again. */
export const guideWithoutUrl = async (hook: HookDefinition, ports: GuidePorts & Pick<ApiPorts, 'webhookBaseUrl'>) => ({
  // With where it leads, so that whatever registry cannot call that is warned of.
  guide: await guideOf(hook, `${ports.webhookBaseUrl}/hooks/<THE TOKEN>`, ports),
  hint: 'The URL was shown when it was made. Is it lost? A second one can be made; the one before stays valid for seven days.',
  next: [`POST /v1/hooks/${hook.name}/rotate`],
});

/** Without what is kept of its texts. */
const askedOf = (credential: Credential): NonNullable<Paste['credential']> => {
  if (credential.by === 'header') return { by: 'header', name: credential.name };
  return credential.by === 'oidc' ? credential : { by: credential.by };
};
