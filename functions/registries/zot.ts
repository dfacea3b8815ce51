/**
 * zot, the extension "events" with a sink of the type http: CloudEvents, the attributes in the headers.
 * https://zotregistry.dev/latest/articles/events/ and pkg/extensions/events of its source
 *
 *   ce-type: zotregistry.image.updated   ce-id   ce-time
 *   {"name":"team/app","reference":"v1","digest","mediaType","manifest":"<the manifest as text>","actor":{"name"}}
 *
 * Nothing names the registry. Each platform is an event whose `reference` is its digest. `manifest` tells a chart or a
 * signature from an image. `image.lint_failed` has the same fields, and that push was refused. zot never sends twice.
 */
import * as z from 'zod/mini';
import { shown } from '../core/shown.ts';
import { type CloudEvent, cloudEventsOf, hasType } from './cloud-event.ts';
import { eventsOf, judge, nothing } from './judge.ts';
import { headerLines } from './paste.ts';
import { decodeJson, detail, fieldIn, optionalText, readShape, textIn, textOr } from './payload.ts';
import type { Reading, Registry } from './registry.ts';
import { zonedTime } from './time.ts';

const image = z.object({ name: z.string(), reference: optionalText, digest: optionalText, mediaType: optionalText, manifest: detail, actor: detail });

const WHAT = 'an event of zot (header "ce-type" that begins with zotregistry.)';
const TYPES = 'zotregistry.';

export const zot: Registry = {
  proofs: [{ by: 'header', name: 'Authorization' }, { by: 'basic' }],
  needsRegistryHost: true,
  aliases: () => [],
  recognises: (request) => hasType(request, TYPES),
  read: (request) => {
    const events = cloudEventsOf(request);
    if (!events.ok) return { is: 'unreadable', why: events.why };
    const [event] = events.value;
    return event?.type.startsWith(TYPES) ? readEvent(event) : { is: 'unreadable', why: `the body is not ${WHAT}` };
  },
  guide: (paste) => [
    'In the configuration of zot, then restart it:',
    `"extensions": {"events": {"enable": true, "sinks": [{"type": "http", "address": "${paste.url}", "timeout": "10s"}]}}`,
    ...(paste.credential?.by === 'basic'
      ? ['The hook asks for a password: add to the sink: "credentials": {"username": "USER", "password": "PASSWORD"}']
      : headerLines(paste, ({ name, value }) => `add to the sink: "headers": {"${name}": "${value}"}`)),
    'zot does not name itself, so the hook says which registry it is ("registryHost"); it sends each event once and never again.',
  ],
};

const readEvent = (event: CloudEvent): Reading => {
  const read = readShape(image, event.data, WHAT);
  if (!read.ok) return nothing(read.why, event.type);
  const { name, reference, digest, mediaType, manifest, actor } = read.value;
  const claim = {
    path: name,
    tag: textOr(reference),
    digest: textOr(digest),
    mediaType: textOr(mediaType),
    references: typesIn(manifest),
    pushedAt: zonedTime(fieldIn(event.attributes, 'time')),
    actor: textIn(actor, 'name'),
    eventId: textIn(event.attributes, 'id'),
  };
  return eventsOf([judge(claim, event.type === `${TYPES}image.updated` ? undefined : `its type is ${shown(event.type)}: only image.updated can fire`)]);
};

/** Media types of the config and the layers. */
const typesIn = (manifest: unknown): readonly string[] => {
  const read = decodeJson(new TextEncoder().encode(textOr(manifest) ?? ''));
  if (!read.ok) return [];
  const layers = fieldIn(read.value, 'layers');
  return [fieldIn(read.value, 'config'), ...(Array.isArray(layers) ? layers : [])].flatMap((part) => textIn(part, 'mediaType') ?? []);
};
