/**
 * Quay.io and Red Hat Quay: the notification "Push to Repository" by webhook.
 * https://docs.quay.io/guides/notifications.html
 *
 *   {"name","repository":"namespace/name","namespace","docker_url":"quay.io/namespace/name","homepage","updated_tags":["latest"]}
 *
 * There is no signature, no event id, no digest, and no field that says which event it is: only a push has `updated_tags`,
 * and of the builds that have tags too each names its `build_id`. Three refused deliveries in a row switch the notification
 * off until a person resets it. The host may stand there with a scheme.
 */
import * as z from 'zod/mini';
import { eventsOf, judge, nothing } from './judge.ts';
import { decodeShape, detail } from './payload.ts';
import { fullPlace } from './place.ts';
import type { Registry } from './registry.ts';

const notification = z.object({ docker_url: z.string(), repository: detail, updated_tags: detail, build_id: detail, pruned_image_count: detail });

const WHAT = 'a notification of Quay (docker_url and updated_tags)';

export const quay: Registry = {
  proofs: [],
  needsRegistryHost: false,
  aliases: () => [],
  recognises: ({ body }) => decodeShape(notification, body, WHAT).ok,
  read: ({ body }) => {
    const read = decodeShape(notification, body, WHAT);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    const { docker_url, updated_tags, build_id, pruned_image_count } = read.value;
    if (!Array.isArray(updated_tags) || build_id !== undefined) return nothing('it is no push: only a notification with "updated_tags" can fire', docker_url);
    if (isTest(updated_tags, pruned_image_count)) return nothing('a test notification: it works, and pushes will come the same way', docker_url);
    if (updated_tags.length === 0) return nothing('it names no tag: only what is pushed under a tag can fire', docker_url);
    const place = fullPlace(docker_url);
    return eventsOf(
      updated_tags.map((tag: unknown) =>
        typeof tag === 'string' ? judge({ ...place, tag }) : { why: 'one of the "updated_tags" is no text', reference: docker_url.slice(0, 300) },
      ),
    );
  },
  guide: ({ url }) => [
    'In the repository: Settings, Events and Notifications, Create Notification.',
    'When this event occurs: Push to Repository. Then issue a notification: Webhook POST.',
    `Webhook URL: ${url}`,
    'Leave "POST JSON body" empty. Quay signs nothing and sends no header of yours: the URL is the secret.',
  ],
};

/** What the button "Test Notification" sends. */
const isTest = (tags: readonly unknown[], pruned: unknown): boolean => pruned === 3 && tags.length === 2 && tags[0] === 'latest' && tags[1] === 'foo';
