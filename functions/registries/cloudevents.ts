/**
 * CloudEvents 1.0 of any sender that says in `data` which image it pushed: binary, structured or batch (`cloud-event.ts`).
 * https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md
 *
 *   {"specversion":"1.0","id","source","type":"com.example.image.pushed","time",
 *    "data":{"repository" or "repositoryName" or "image","tag" or "imageTag","digest" or "imageDigest","registryUrl" or "registry"}}
 *
 * The fields are nowhere laid down; these are what senders are known to use. The type has to speak of a push, and types of
 * senders that have a format of their own are left to it. What is not named is on the hook's registry, which must be set.
 */
import type { IgnoredEvent, PushEvent } from '../core/push.ts';
import { shown } from '../core/shown.ts';
import { type CloudEvent, cloudEventsOf, eventIdOf, handshakeOf } from './cloud-event.ts';
import { eventsOf, judge } from './judge.ts';
import { curlFlags, headerLines } from './paste.ts';
import { fieldIn, textIn } from './payload.ts';
import { cutImage, hostOfUrl, writtenPlace } from './place.ts';
import type { RawRequest, Registry } from './registry.ts';
import { zonedTime } from './time.ts';

const OTHERS = /^(?:zotregistry|harbor|dev\.cdevents|com\.amazon\.ecr|Microsoft)\./;
const PUSHED = /push|publish|upload/i;
const NOT_PUSHED = /delet|remov|pull|fail|abort|reject|den(?:y|ied)|request|start|scan|chart|sbom|sign|attest|un-?p/i;

const eventsIn = (request: RawRequest) => {
  const events = cloudEventsOf(request);
  return events.ok ? events.value.filter(({ type }) => !OTHERS.test(type)) : [];
};

export const cloudevents: Registry = {
  proofs: [{ by: 'header', name: 'Authorization' }, { by: 'basic' }],
  needsRegistryHost: true,
  aliases: () => [],
  recognises: (request) => eventsIn(request).length > 0,
  read: (request) => {
    const asked = handshakeOf(request);
    if (asked !== undefined) return asked;
    const events = eventsIn(request);
    if (events.length > 0) return eventsOf(events.map(judgeEvent));
    const all = cloudEventsOf(request);
    return { is: 'unreadable', why: all.ok ? `the events of the type ${shown(all.value[0]?.type ?? '')} have a format of their own` : all.why };
  },
  guide: (paste) => [
    'Send a CloudEvent after each push, for example:',
    `curl -fsS '${paste.url}'${curlFlags(paste)} -H 'content-type: application/cloudevents+json' \\`,
    `  -d '{"specversion":"1.0","id":"ID","source":"/ci","type":"com.example.image.pushed","data":{"repository":"TEAM/NAME","tag":"TAG","digest":"DIGEST"}}'`,
    'The type has to say "push", "publish" or "upload". Binary, structured and batch mode are understood.',
    ...headerLines(paste, ({ name, value }) => `${name}: ${value}`),
  ],
};

const firstOf = (data: unknown, fields: readonly string[]): string | undefined => fields.map((field) => textIn(data, field)).find((text) => text !== undefined);

const judgeEvent = (event: CloudEvent): PushEvent | IgnoredEvent => {
  const { type, attributes, data } = event;
  const name = firstOf(data, ['image', 'repository', 'repositoryName', 'imageName']);
  if (name === undefined) return { why: `its type is ${shown(type)} and its data names no image ("repository" and "tag")`, reference: type.slice(0, 300) };
  const cut = cutImage(name);
  const place = writtenPlace(cut.name);
  const host = place.host ?? hostOfUrl(firstOf(data, ['registryUrl', 'registryURL', 'registry', 'registryHost']));
  const claim = {
    path: place.path,
    host,
    tag: firstOf(data, ['tag', 'imageTag']) ?? cut.tag,
    digest: firstOf(data, ['digest', 'imageDigest']) ?? cut.digest,
    mediaType: firstOf(data, ['mediaType']),
    pushedAt: zonedTime(fieldIn(attributes, 'time')),
    eventId: eventIdOf(event),
  };
  const isPush = PUSHED.test(type) && !NOT_PUSHED.test(type);
  return judge(claim, isPush ? undefined : `its type is ${shown(type)}: only one that speaks of a push can fire`);
};
