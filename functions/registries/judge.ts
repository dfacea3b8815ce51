/** From what a payload says to a push, or to the reason why it is none: the same rules for every format. */
import { isDigest } from '../core/image.ts';
import type { IgnoredEvent, PushEvent } from '../core/push.ts';
import { contentProblem, mediaTypeProblem, tagProblem } from './artifact.ts';
import type { Reading } from './registry.ts';

/** One event as it stands in the payload; "" is as good as missing. Each field as in `PushEvent`. */
export interface Claim {
  readonly host?: string | undefined;
  readonly path: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
  /** Of the manifest. */
  readonly mediaType?: string | undefined;
  /** Media types of what the manifest refers to: its config and its layers. */
  readonly references?: readonly string[] | undefined;
  readonly pushedAt?: number | undefined;
  readonly actor?: string | undefined;
  readonly eventId?: string | undefined;
}

const MAX_REFERENCE = 300;

/** `why`: what the format knows against it already. A digest that is none (redacted, cut short) is left out: its tag still says what was pushed. */
export const judge = (claim: Claim, why?: string): PushEvent | IgnoredEvent => {
  const { host, path, pushedAt } = claim;
  const [tag, named, actor, eventId] = [claim.tag, claim.digest, claim.actor, claim.eventId].map((text) => (text === '' ? undefined : text));
  const mediaType = claim.mediaType?.split(';', 1)[0]?.trim();
  const problem = why ?? mediaTypeProblem(mediaType) ?? tagProblem(tag) ?? contentProblem(mediaType, claim.references ?? []);
  if (problem !== undefined || tag === undefined)
    return { why: problem ?? '', reference: `${path}${tag !== undefined ? `:${tag}` : named === undefined ? '' : `@${named}`}`.slice(0, MAX_REFERENCE) };
  const digest = named !== undefined && isDigest(named) ? named : undefined;
  return {
    ...(host === undefined || host === '' ? {} : { host }),
    path,
    tag,
    ...(digest === undefined ? {} : { digest }),
    ...(mediaType === undefined || mediaType === '' ? {} : { mediaType }),
    ...(pushedAt === undefined ? {} : { pushedAt }),
    ...(actor === undefined ? {} : { actor }),
    ...(eventId === undefined ? {} : { eventId }),
  };
};

export type EventsReading = Extract<Reading, { is: 'events' }>;

export const eventsOf = (judged: readonly (PushEvent | IgnoredEvent)[]): EventsReading => ({
  is: 'events',
  pushes: judged.flatMap((event) => ('why' in event ? [] : [event])),
  ignored: judged.flatMap((event) => ('why' in event ? [event] : [])),
});

/** A delivery that is authentic and about no image at all. */
export const nothing = (why: string, reference?: string): EventsReading =>
  eventsOf([{ why, ...(reference === undefined ? {} : { reference: reference.slice(0, MAX_REFERENCE) }) }]);
