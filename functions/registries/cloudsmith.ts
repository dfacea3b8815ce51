/**
 * Cloudsmith: webhooks of a repository, as "JSON object" or "JSON array".
 * https://help.cloudsmith.io/docs/webhooks
 *
 *   {"data":{"format":"docker","namespace":"org","repository":"repo","name":"app","tags":{"version":["v1"]},"uploader"},
 *    "meta":{"event_id":"package.synced","event_at","trigger_id","webhook_id"}}
 *
 * `event_id` is the name of the event, `trigger_id` its id. An image can be pulled from `package.synced` on, not yet from
 * `package.created`. `data.version` is said to be the digest; no delivery is known that shows it, so it is not read.
 */
import * as z from 'zod/mini';
import type { IgnoredEvent, PushEvent } from '../core/push.ts';
import { shown } from '../core/shown.ts';
import { eventsOf, judge } from './judge.ts';
import { askedHeader, headerLines, secretLine } from './paste.ts';
import { decodeJson, detail, fieldIn, readShape, textIn, textOr } from './payload.ts';
import type { Registry } from './registry.ts';
import { zonedTime } from './time.ts';

const event = z.object({
  data: z.object({ format: z.string(), namespace: z.string(), repository: z.string(), name: z.string(), tags: detail, uploader: detail }),
  meta: z.object({ event_id: z.string(), event_at: detail, trigger_id: detail }),
});
type Event = z.infer<typeof event>;

const WHAT = 'a webhook of Cloudsmith (data.format and meta.event_id)';
const HOST = 'docker.cloudsmith.io';

const eventsIn = (body: Uint8Array): readonly Event[] => {
  const json = decodeJson(body);
  const all: readonly unknown[] = json.ok ? (Array.isArray(json.value) ? json.value : [json.value]) : [];
  return all.flatMap((value) => {
    const read = readShape(event, value, WHAT);
    return read.ok ? [read.value] : [];
  });
};

export const cloudsmith: Registry = {
  proofs: [
    { by: 'hmac', header: 'X-Cloudsmith-Signature', hash: 'sha1', prefixes: ['', 'sha1='] },
    { by: 'header', name: 'Authorization' },
  ],
  needsRegistryHost: false,
  aliases: () => [],
  recognises: ({ body }) => eventsIn(body).length > 0,
  read: ({ body }) => {
    const events = eventsIn(body);
    return events.length === 0 ? { is: 'unreadable', why: `the body is not ${WHAT}: choose the format "JSON object"` } : eventsOf(events.flatMap(judgeTags));
  },
  guide: (paste) => [
    'In the repository: Webhooks, Create: events "Package Synchronised", format "JSON object".',
    `Target URL: ${paste.url}`,
    ...(askedHeader(paste) === undefined
      ? [secretLine(paste, 'Signature Key')]
      : headerLines(paste, ({ name, value }) => `Secret Header ${name}, Secret Value ${value}`)),
    `Where clients pull from a host of your own, give it as "registryHost" and ${HOST} among "hostAliases".`,
  ],
};

/** One push for each tag: the id of the event is that of all of them, so the tag is made a part of it. */
const judgeTags = ({ data, meta }: Event): readonly (PushEvent | IgnoredEvent)[] => {
  const path = `${data.namespace}/${data.repository}/${data.name}`;
  const versions = fieldIn(data.tags, 'version');
  const tags = Array.isArray(versions) ? versions.flatMap((tag: unknown) => textOr(tag) ?? []) : [];
  const id = textOr(meta.trigger_id);
  const shared = { host: HOST, path, pushedAt: zonedTime(meta.event_at), actor: textIn(data, 'uploader') };
  const why = problemOf(data.format, meta.event_id);
  if (tags.length === 0) return [judge(shared, why)];
  return tags.map((tag) => judge({ ...shared, tag, eventId: id === undefined ? undefined : `${id}#${tag}` }, why));
};

const problemOf = (format: string, name: string): string | undefined => {
  if (format !== 'docker') return `its format is ${shown(format, 30)}: only docker can fire`;
  return name === 'package.synced' ? undefined : `the event is ${shown(name, 40)}: only "package.synced" can fire`;
};
