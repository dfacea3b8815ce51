/**
 * Webhooks of Gitea and Forgejo: https://docs.gitea.com/api, `routers/api/v1/utils/hook.go`. Packages belong to an owner, so
 * an organisation's or a user's webhook hears all of them, that of a repository those that are linked to it. Some versions
 * drop the event "package" in their API without a word. A list without `limit` has the server's own. What the API tests a
 * webhook with is an event "push" of a repository, which ours does not hear (`services/webhook/webhook.go`).
 */

import type { Fields } from '../../functions/core/fields.ts';
import type { Connector, Wish } from './connector.ts';
import { ownerOrRepository, packageWebhooks } from './package-webhooks.ts';

export const gitea: Connector = {
  name: 'Gitea',
  sends: ['hmac', 'header'],
  header: 'authorization',
  place: 'the organisation, "OWNER/REPOSITORY", or "@me" for the packages of the user whose token it is',
  permission: 'the scopes write:organization, write:repository or write:user, by what --for names',
  base: (registryHost) => (registryHost === undefined ? undefined : `https://${registryHost}`),
  headers: (token) => ({ authorization: `token ${token}` }),
  path: (place) => {
    if (place === '@me') return '/api/v1/user/hooks';
    const { owner, repository } = ownerOrRepository(place) ?? {};
    if (owner === undefined) return undefined;
    return repository === undefined ? `/api/v1/orgs/${owner}/hooks` : `/api/v1/repos/${owner}/${repository}/hooks`;
  },
  look: packageWebhooks({
    registry: 'Gitea',
    page: 'limit=50',
    made: { type: 'gitea' },
    cure: 'this version drops it in its API; open the webhook in its page and tick "Packages" under custom events',
    body: (wish) => bodyOf(wish),
  }),
};

/** An empty secret takes a former one away; so does an absent header. */
const bodyOf = ({ url, proof }: Wish): Fields => ({
  active: true,
  events: ['package'],
  config: { url, content_type: 'json', secret: proof?.by === 'hmac' ? proof.secret : '' },
  ...(proof?.by === 'header' ? { authorization_header: proof.value } : {}),
});
