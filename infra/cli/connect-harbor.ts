/**
 * Webhooks of a Harbor project: https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/,
 * `src/server/v2.0/handler/webhook.go`. A policy is replaced as a whole; a new one is answered by its address alone. None
 * can be tested by the API of Harbor 2.
 */

import { type Fields, list, textOf, texts } from '../../functions/core/fields.ts';
import type { Connector, Wish } from './connector.ts';
import { isSegment, numberedIn } from './connector.ts';

const EVENT = 'PUSH_ARTIFACT';

export const harbor: Connector = {
  name: 'Harbor',
  sends: ['header'],
  header: 'authorization',
  place: 'the project, as in "library"',
  permission: 'to be of a project admin, or of a robot that may list, create and update "notification-policy"',
  base: (registryHost) => (registryHost === undefined ? undefined : `https://${registryHost}`),
  // Without it a project whose name is a number is taken for an id.
  headers: (password, user = '') => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`, 'x-is-resource-name': 'true' }),
  needsUser: true,
  path: (project) => (isSegment(project) ? `/api/v2.0/projects/${project}/webhook/policies` : undefined),
  look: async (api, path) => {
    const policies = await numberedIn(api, `${path}?page_size=100`, 'Harbor');
    return {
      webhooks: policies.flatMap(({ id, item }) =>
        list(item.targets).map(({ address }) => ({
          url: textOf(address),
          set: async (wish) => {
            await api({ method: 'PUT', path: `${path}/${id}`, body: changed(item, textOf(address), wish) });
            return { id: String(id) };
          },
        })),
      ),
      make: async (wish) => {
        const name = `image-triggers-${wish.hook}`;
        await api({ method: 'POST', path, body: { name, enabled: true, event_types: [EVENT], targets: [targetOf(wish)] } });
        return { id: name };
      },
    };
  },
};

const targetOf = ({ url, proof }: Wish): Fields => ({
  type: 'http',
  address: url,
  skip_cert_verify: false,
  ...(proof?.by === 'header' ? { auth_header: proof.value } : {}),
});

/** Its other targets and events stay. */
const changed = ({ id, name, description, event_types, targets }: Fields, address: string, wish: Wish): Fields => ({
  id,
  name,
  description,
  enabled: true,
  event_types: [...new Set([...texts(event_types), EVENT])],
  targets: list(targets).map((target) => (target.address === address ? targetOf(wish) : target)),
});
