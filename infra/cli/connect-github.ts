/**
 * Webhooks of GitHub, for ghcr.io: https://docs.github.com/en/rest/repos/webhooks and /orgs/webhooks. A changed `config`
 * without a secret takes the former one away. An organisation's webhook hears all its packages, that of a repository those
 * that are linked to it.
 */

import type { Fields } from '../../functions/core/fields.ts';
import type { Connector, Wish } from './connector.ts';
import { ownerOrRepository, packageWebhooks } from './package-webhooks.ts';

export const github: Connector = {
  name: 'GitHub',
  sends: ['hmac'],
  pings: true,
  place: 'the organisation, or "OWNER/REPOSITORY" to which the package is linked',
  permission: 'the scope admin:repo_hook (of an organisation admin:org_hook), or as a fine-grained token to read and write webhooks',
  base: (registryHost) => (registryHost === undefined || registryHost === 'ghcr.io' ? 'https://api.github.com' : undefined),
  headers: (token) => ({ authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }),
  path: (place) => {
    const { owner, repository } = ownerOrRepository(place) ?? {};
    if (owner === undefined) return undefined;
    return repository === undefined ? `/orgs/${owner}/hooks` : `/repos/${owner}/${repository}/hooks`;
  },
  look: packageWebhooks({
    registry: 'GitHub',
    page: 'per_page=100',
    made: { name: 'web' },
    cure: 'choose "Packages" among the events of the webhook in its page',
    body: (wish, path) => bodyOf(wish, path),
    ping: (api, webhook) => api({ method: 'POST', path: `${webhook}/pings` }),
  }),
};

/** `registry_package` is for repositories; with both, a push that comes twice is one deployment. */
const bodyOf = ({ url, proof }: Wish, path: string): Fields => ({
  active: true,
  events: path.startsWith('/repos/') ? ['package', 'registry_package'] : ['package'],
  config: { url, content_type: 'json', insecure_ssl: '0', ...(proof?.by === 'hmac' ? { secret: proof.secret } : {}) },
});
