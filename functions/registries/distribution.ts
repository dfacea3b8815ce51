/**
 * CNCF Distribution ("docker registry" 2.x and 3.x) and what is built on it.
 * https://distribution.github.io/distribution/about/notifications/
 *
 *   {"events":[{"id","timestamp","action":"push","target":{"mediaType","digest","repository","tag","references"},"request":{"host"},"actor":{"name"}}]}
 *
 * Each blob and each platform of an image is a "push" too; only a manifest or index under a tag counts. `references` is
 * there only with `notifications.events.includereferences`, and is the only way to tell a chart or signature from an image.
 * The registry repeats an event for ever, in order, until it gets a 2xx, so one odd event never makes the envelope unreadable.
 */
import * as z from 'zod/mini';
import { dockerEvent, judgeDockerEvent } from './docker-event.ts';
import { eventsOf } from './judge.ts';
import { headerLines } from './paste.ts';
import { decodeShape, headerOf, readShape } from './payload.ts';
import type { EventReading, Registry } from './registry.ts';

const envelope = z.object({ events: z.array(z.unknown()) });
const WHAT = 'a notification of a Docker registry ({"events":[…]})';
const CONTENT_TYPE = 'application/vnd.docker.distribution.events.';

export const distribution: Registry<EventReading> = {
  proofs: [{ by: 'header', name: 'Authorization' }],
  needsRegistryHost: false,
  aliases: () => [],
  recognises: (request) => {
    if (headerOf(request, 'content-type')?.toLowerCase().startsWith(CONTENT_TYPE) === true) return true;
    const read = decodeShape(envelope, request.body, WHAT);
    return read.ok && read.value.events.some((value) => readShape(dockerEvent, value, WHAT).ok);
  },
  read: ({ body }) => {
    const read = decodeShape(envelope, body, WHAT);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    return eventsOf(
      read.value.events.map((value) => {
        const known = readShape(dockerEvent, value, 'an event of a Docker registry');
        return known.ok ? judgeDockerEvent(known.value) : { why: known.why };
      }),
    );
  },
  guide: (paste) => [
    'In the configuration of the registry (config.yml), then restart it:',
    'notifications: {events: {includereferences: true}, endpoints: [{name: image-triggers,',
    `  url: "${paste.url}",`,
    '  timeout: 5s, threshold: 5, backoff: 10s, ignore: {mediatypes: [application/octet-stream], actions: [pull]}}]}',
    ...headerLines(paste, ({ name, value }) => `add to the endpoint: headers: {${name}: ["${value}"]}`),
  ],
};
