/**
 * CNCF Distribution ("docker registry" 2.x and 3.x) and what is built on it: GitLab's self-managed registry sends the same.
 * https://distribution.github.io/distribution/about/notifications/
 *
 *   {"events":[{"id","timestamp","action":"push","target":{"mediaType","digest","repository","tag","references"},"request":{"host"},"actor":{"name"}}]}
 *
 * Each blob and each platform of an image is a "push" too; only a manifest or index under a tag counts. `references` is
 * there only with `notifications.events.includereferences`, and is the only way to tell a chart or signature from an image.
 * The registry repeats an event for ever, in order, until it gets a 2xx, so one odd event never makes the envelope unreadable.
 */
import * as z from 'zod/mini';
import type { IgnoredEvent, PushEvent } from '../core/push.ts';
import { contentProblem, mediaTypeProblem, tagProblem } from './artifact.ts';
import { decodeShape, detail, optionalText, readShape, textIn, textOr } from './payload.ts';
import type { RawRequest, Registry } from './registry.ts';

const envelope = z.object({ events: z.array(z.unknown()) });
const event = z.object({
  id: detail,
  timestamp: detail,
  action: z.string(),
  target: z.object({
    mediaType: optionalText,
    digest: optionalText,
    repository: z.string(),
    fromRepository: detail,
    tag: optionalText,
    references: detail,
  }),
  request: detail,
  actor: detail,
});
type Event = z.infer<typeof event>;

const WHAT = 'a notification of a Docker registry ({"events":[…]})';
const CONTENT_TYPE = 'application/vnd.docker.distribution.events.';
/** RFC 3339 with up to nine digits of a second, as Go writes it. */
const ZONED_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

export const distribution: Registry = {
  proofs: [{ by: 'header', name: 'Authorization' }],
  needsRegistryHost: false,
  aliases: () => [],
  recognises: (request) => {
    if (contentType(request).startsWith(CONTENT_TYPE)) return true;
    const read = decodeShape(envelope, request.body, WHAT);
    return read.ok && read.value.events.some((value) => readShape(event, value, WHAT).ok);
  },
  read: ({ body }) => {
    const read = decodeShape(envelope, body, WHAT);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    const pushes: PushEvent[] = [];
    const ignored: IgnoredEvent[] = [];
    for (const value of read.value.events) {
      const known = readShape(event, value, 'an event of a Docker registry');
      const push = known.ok ? readEvent(known.value) : { why: known.why };
      if ('why' in push) ignored.push(push);
      else pushes.push(push);
    }
    return { is: 'events', pushes, ignored };
  },
  guide: (url) => [
    'In the configuration of the registry (config.yml), then restart it:',
    'notifications: {events: {includereferences: true}, endpoints: [{name: image-triggers,',
    `  url: "${url}",`,
    '  timeout: 5s, threshold: 5, backoff: 10s, ignore: {mediatypes: [application/octet-stream], actions: [pull]}}]}',
    `GitLab (gitlab.rb): registry['notifications'] = [{ 'name' => 'image-triggers', 'url' => '${url}', 'timeout' => '5s', 'maxretries' => 5, 'backoff' => '10s' }]`,
  ],
};

const contentType = ({ headers }: RawRequest): string => (Object.hasOwn(headers, 'content-type') ? (headers['content-type'] ?? '').toLowerCase() : '');

const readEvent = ({ id, timestamp, action, target, request, actor }: Event): PushEvent | IgnoredEvent => {
  const [tag, digest, eventId] = [target.tag, target.digest, id].map(textOr);
  const [host, name] = [textIn(request, 'host'), textIn(actor, 'name')];
  const mediaType = textOr(target.mediaType)?.split(';', 1)[0]?.trim();
  const references = Array.isArray(target.references) ? target.references.flatMap((known) => textIn(known, 'mediaType') ?? []) : [];
  const why =
    action === 'push'
      ? (mediaTypeProblem(mediaType) ?? tagProblem(tag) ?? contentProblem(mediaType, references))
      : `the action is ${JSON.stringify(action.slice(0, 30))}: only "push" can fire`;
  if (why !== undefined || tag === undefined)
    return { why: why ?? '', reference: `${target.repository}${tag !== undefined ? `:${tag}` : digest === undefined ? '' : `@${digest}`}`.slice(0, 300) };
  const pushedAt = zonedTime(timestamp);
  return {
    ...(host === undefined ? {} : { host }),
    path: target.repository,
    tag,
    ...(digest === undefined ? {} : { digest }),
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(pushedAt === undefined ? {} : { pushedAt }),
    ...(name === undefined ? {} : { actor: name }),
    ...(eventId === undefined ? {} : { eventId }),
  };
};

/** Milliseconds since the epoch; undefined for anything without a zone or that is no date. */
const zonedTime = (text: unknown): number | undefined => {
  const at = typeof text === 'string' && ZONED_TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
};
