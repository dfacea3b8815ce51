/**
 * Harbor: webhook policies of a project, with the payload format Default or CloudEvents; and the bodies of 1.x.
 * https://goharbor.io/docs/latest/working-with-projects/project-configuration/configure-webhooks/
 *
 *   Default      {"type":"PUSH_ARTIFACT","occur_at":1586922308,"operator":"admin","event_data":{"resources":[{"digest","tag","resource_url":"host/project/name:tag"}],"repository":{"repo_full_name"}}}
 *   CloudEvents  {"specversion":"1.0","id","type":"harbor.artifact.pushed","time","operator","data":{as "event_data"}}
 *   1.9, 1.10    as Default, with the type "pushImage"
 *   1.8          {"event_type":"pushImage","events":[{"repo_name":"project/name","tag"}]}      without a host
 *
 * Each platform of an image is an event whose `tag` is a digest. Charts, signatures and SBOMs of OCI look like images but
 * for their tags. A tag that is made in Harbor itself sends nothing. Huawei's SWR is said to send the default format.
 */
import * as z from 'zod/mini';
import { cloudEventsOf } from './cloud-event.ts';
import { harborEvent, isTencent, readHarborData } from './harbor-event.ts';
import { type EventsReading, eventsOf, judge } from './judge.ts';
import { askedHeader, authorizationLines } from './paste.ts';
import { decodeShape, fieldIn, textIn, textOr } from './payload.ts';
import type { RawRequest, Registry } from './registry.ts';
import { unixSeconds, zonedTime } from './time.ts';

const old = z.object({ event_type: z.string(), events: z.array(z.object({ repo_name: z.string(), tag: z.optional(z.unknown()) })) });

const WHAT = 'a notification of Harbor (type and event_data)';
const PUSHES: ReadonlySet<string> = new Set(['PUSH_ARTIFACT', 'pushImage']);
const CLOUD_EVENTS = 'harbor.';

export const harbor: Registry = {
  proofs: [{ by: 'header', name: 'Authorization' }],
  needsRegistryHost: false,
  aliases: () => [],
  recognises: (request) => {
    const read = decodeShape(harborEvent, request.body, WHAT);
    return read.ok ? !isTencent(read.value.event_data) : (readCloudEvent(request) ?? readOld(request)) !== undefined;
  },
  read: (request) => {
    const read = decodeShape(harborEvent, request.body, WHAT);
    if (!read.ok) return readCloudEvent(request) ?? readOld(request) ?? { is: 'unreadable', why: read.why };
    const { type, event_data, occur_at, operator } = read.value;
    return readHarborData(type, PUSHES.has(type), event_data, { pushedAt: unixSeconds(occur_at), actor: textOr(operator) });
  },
  guide: (paste) => [
    'In the project: Webhooks, New Webhook: notify type http, event "Artifact pushed", endpoint URL and Auth Header. Or:',
    `curl -u USER -X POST https://${paste.registryHost ?? 'HARBOR'}/api/v2.0/projects/PROJECT/webhook/policies -H 'content-type: application/json' \\`,
    `  -d '{"name":"image-triggers","enabled":true,"event_types":["PUSH_ARTIFACT"],"targets":[{"type":"http","address":"${paste.url}",${askedHeader(paste) === undefined ? '' : '"auth_header":"VALUE",'}"payload_format":"Default"}]}'`,
    ...authorizationLines(paste, 'Harbor', (value) => `Auth Header: ${value}`),
    ...(paste.registryHost === undefined ? ['Harbor 1.8 does not name its host: give "registryHost".'] : []),
    'Huawei SWR (enterprise edition) has the same kind of policy; nobody has recorded what it sends, so it is unverified.',
  ],
};

const readCloudEvent = (request: RawRequest): EventsReading | undefined => {
  const events = cloudEventsOf(request);
  const [event] = events.ok ? events.value : [];
  if (event === undefined || !event.type.startsWith(CLOUD_EVENTS)) return undefined;
  const { type, attributes, data } = event;
  return readHarborData(type, type === 'harbor.artifact.pushed', data, {
    pushedAt: zonedTime(fieldIn(attributes, 'time')),
    actor: textIn(attributes, 'operator'),
    eventId: textIn(attributes, 'id'),
  });
};

const readOld = ({ body }: RawRequest): EventsReading | undefined => {
  const read = decodeShape(old, body, WHAT);
  if (!read.ok || read.value.events.length === 0) return undefined;
  const why = read.value.event_type === 'pushImage' ? undefined : 'its type is not "pushImage": only that of a push can fire';
  return eventsOf(read.value.events.map(({ repo_name: path, tag }) => judge({ path, tag: textOr(tag) }, why)));
};
