/**
 * CDEvents: "artifact published", its subject a package URL of the type oci; by CloudEvents or as it stands.
 * https://github.com/cdevents/spec/blob/main/continuous-integration.md and https://github.com/package-url/purl-spec (type oci)
 *
 *   {"context":{"id","source","type":"dev.cdevents.artifact.published.0.3.0","timestamp"},
 *    "subject":{"id":"pkg:oci/app@sha256%3A…?repository_url=host/team/app&tag=v1","content":{"user"}}}
 *
 * `repository_url` may hold the name already. Purls of other types, and artifacts that were packaged, signed, downloaded
 * or deleted, are none of ours.
 */
import * as z from 'zod/mini';
import { shown } from '../core/shown.ts';
import { cloudEventsOf, handshakeOf } from './cloud-event.ts';
import { eventsOf, judge } from './judge.ts';
import { curlFlags, headerLines } from './paste.ts';
import { decodeJson, detail, readShape, textIn, textOr } from './payload.ts';
import { fullPlace, type Place } from './place.ts';
import type { RawRequest, Registry } from './registry.ts';
import { zonedTime } from './time.ts';

const event = z.object({
  context: z.object({ id: detail, source: detail, type: z.string(), timestamp: detail }),
  subject: z.object({ id: z.string(), content: detail }),
});

const WHAT = 'a CDEvent (context.type that begins with dev.cdevents.)';
const TYPES = 'dev.cdevents.';
const PUBLISHED = `${TYPES}artifact.published.`;
/** pkg:oci/<name>@<digest>?<qualifiers> */
const OCI = /^pkg:oci\/([^@?#]+)(?:@([^?#]*))?(?:\?([^#]*))?/;

const readEvent = (request: RawRequest) => {
  const json = decodeJson(request.body);
  if (!json.ok) return json;
  const own = readShape(event, json.value, WHAT);
  if (own.ok) return own;
  const events = cloudEventsOf(request);
  return events.ok ? readShape(event, events.value[0]?.data, WHAT) : own;
};

export const cdevents: Registry = {
  proofs: [{ by: 'header', name: 'Authorization' }],
  needsRegistryHost: false,
  aliases: () => [],
  recognises: (request) => {
    const read = readEvent(request);
    return read.ok && read.value.context.type.startsWith(TYPES);
  },
  read: (request) => {
    const asked = handshakeOf(request);
    if (asked !== undefined) return asked;
    const read = readEvent(request);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    const { context, subject } = read.value;
    if (!context.type.startsWith(TYPES)) return { is: 'unreadable', why: `the body is not ${WHAT}` };
    const [, name, digest, qualifiers] = OCI.exec(subject.id) ?? [];
    const query = new URLSearchParams(qualifiers ?? '');
    const id = textOr(context.id);
    const claim = {
      ...(name === undefined ? { path: subject.id } : placeOf(decode(name), query.get('repository_url') ?? '')),
      tag: query.get('tag') ?? undefined,
      digest: decode(digest ?? ''),
      pushedAt: zonedTime(context.timestamp),
      actor: textIn(subject.content, 'user'),
      eventId: id === undefined ? undefined : `${textOr(context.source) ?? ''}#${id}`,
    };
    return eventsOf([judge(claim, problemOf(context.type, name))]);
  },
  guide: (paste) => [
    'Send an event of this kind after each push, by CloudEvents over HTTP (binary or structured):',
    `curl -fsS '${paste.url}'${curlFlags(paste)} -H 'content-type: application/json' -d '{"context":{"id":"ID","source":"/ci","type":"dev.cdevents.artifact.published.0.3.0","timestamp":"TIME"},"subject":{"id":"pkg:oci/NAME@sha256%3AHEX?repository_url=${paste.registryHost ?? 'HOST'}/TEAM/NAME&tag=TAG"}}'`,
    'The package URL needs "tag" and "repository_url" (or give the hook a "registryHost").',
    ...headerLines(paste, ({ name, value }) => `${name}: ${value}`),
  ],
};

const problemOf = (type: string, name: string | undefined): string | undefined => {
  if (!type.startsWith(PUBLISHED)) return `its type is ${shown(type)}: only artifact.published can fire`;
  return name === undefined ? 'its subject is no image: only a package URL "pkg:oci/…" can fire' : undefined;
};

const placeOf = (name: string, url: string): Place => {
  const repository = url.replace(/\/+$/, '');
  if (repository === '') return { path: name };
  return fullPlace(repository.endsWith(`/${name}`) ? repository : `${repository}/${name}`);
};

/** Percent-encoding that is none is left as it is, and refused where names are judged. */
const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
