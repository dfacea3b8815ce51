/** Bodies of Harbor, all versions; Tencent's registry sends that of 1.9. Described in `harbor.ts`. */
import * as z from 'zod/mini';
import { shown } from '../core/shown.ts';
import { type Claim, type EventsReading, eventsOf, judge, nothing } from './judge.ts';
import { detail, fieldIn, readShape, textIn, textOr } from './payload.ts';
import { cutImage, fullPlace } from './place.ts';

export const harborEvent = z.object({ type: z.string(), occur_at: detail, operator: detail, event_data: z.record(z.string(), z.unknown()) });
const eventData = z.object({ resources: z.array(z.unknown()), repository: detail });

/** What all resources of one event have in common. */
type Shared = Pick<Claim, 'actor' | 'eventId' | 'pushedAt'>;

/** `data`: "event_data", or that of a CloudEvent. */
export const readHarborData = (type: string, isPush: boolean, data: unknown, shared: Shared): EventsReading => {
  const why = isPush ? undefined : `its type is ${shown(type)}: only that of a push can fire`;
  const read = readShape(eventData, data, 'an event of Harbor');
  if (!read.ok || read.value.resources.length === 0)
    return nothing(why ?? (read.ok ? 'the event names no image' : read.why), nameIn(fieldIn(data, 'repository')));
  return eventsOf(
    read.value.resources.map((resource) => {
      const url = textIn(resource, 'resource_url');
      const cut = cutImage(url ?? '');
      const place = url === undefined ? { path: nameIn(read.value.repository) ?? '' } : fullPlace(cut.name);
      const tag = textIn(resource, 'tag') ?? cut.tag;
      // One event may name several tags, and an event id is that of one push.
      const eventId = shared.eventId === undefined ? undefined : `${shared.eventId}#${tag ?? ''}`;
      return judge({ ...shared, ...place, tag, digest: textIn(resource, 'digest') ?? cut.digest, eventId }, why);
    }),
  );
};

/** Whether an image of the event is in a registry of Tencent, by the name that Tencent gives it. */
export const isTencent = (data: unknown): boolean => {
  const read = readShape(eventData, data, 'an event of Harbor');
  return read.ok && read.value.resources.some((resource) => /^[^/]+\.tencentcloudcr\.com\//i.test(textIn(resource, 'resource_url') ?? ''));
};

const nameIn = (repository: unknown): string | undefined => textOr(fieldIn(repository, 'repo_full_name'));
