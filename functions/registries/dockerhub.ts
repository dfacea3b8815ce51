/**
 * Docker Hub.
 * https://docs.docker.com/docker-hub/repos/manage/webhooks/
 *
 *   {"push_data":{"pushed_at":1417566161,"pusher":"user","tag":"latest"},"repository":{"repo_name":"namespace/name",…},"callback_url"}
 *
 * There is no signature, no event id and no digest. `pushed_at` is in seconds, in old deliveries with an exponent. The
 * undocumented `push_data.media_type` is that of the config, which tells a chart from an image. `callback_url` is never called.
 */
import * as z from 'zod/mini';
import { configProblem } from './artifact.ts';
import { eventsOf, judge } from './judge.ts';
import { decodeShape, detail, optionalText, textOr } from './payload.ts';
import type { Registry } from './registry.ts';
import { unixSeconds } from './time.ts';

const notification = z.object({
  push_data: z.object({ tag: optionalText, pushed_at: detail, pusher: detail, media_type: detail }),
  repository: z.object({ repo_name: z.string() }),
});

const WHAT = 'a notification of Docker Hub (push_data and repository.repo_name)';
const HUB = 'docker.io';
/** All of one registry; `index.docker.io` is made `docker.io` wherever a host is read. */
const NAMES: readonly string[] = [HUB, 'registry-1.docker.io', 'registry.hub.docker.com'];

export const dockerhub: Registry = {
  proofs: [],
  needsRegistryHost: false,
  aliases: (registryHost) => {
    const host = registryHost.toLowerCase();
    return NAMES.includes(host) ? NAMES.filter((name) => name !== host) : [];
  },
  recognises: ({ body }) => decodeShape(notification, body, WHAT).ok,
  read: ({ body }) => {
    const read = decodeShape(notification, body, WHAT);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    const { push_data, repository } = read.value;
    const claim = {
      host: HUB,
      path: repository.repo_name,
      tag: textOr(push_data.tag),
      pushedAt: unixSeconds(push_data.pushed_at),
      actor: textOr(push_data.pusher),
    };
    return eventsOf([judge(claim, configProblem(textOr(push_data.media_type)))]);
  },
  guide: ({ url }) => [
    'On hub.docker.com open the repository, then Webhooks.',
    'Webhook name: image-triggers',
    `Webhook URL: ${url}`,
    'Docker Hub signs nothing and sends no header of yours: the URL is the secret.',
  ],
};
