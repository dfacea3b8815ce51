/**
 * A push: the fact that an image was put under a tag in a registry.
 *
 * A format reads a `PushEvent` out of its payload; `toPush` binds it to the hook it came through,
 * which decides for which registry host and repositories it may speak.
 */
import { WHOLE } from './application.ts';
import { DIGEST_RULE, isDigest, isTag, normaliseRepository, parseHost, TAG_RULE } from './image.ts';
import { type Parsed, parsed, refused } from './parsed.ts';
import { hookCovers } from './repository-pattern.ts';
import { shown } from './shown.ts';

/** What one payload says, before it is bound to a hook. Only manifests and indexes under a tag become one. */
export interface PushEvent {
  /** Registry host as the payload names it; absent when the payload has none. */
  readonly host?: string;
  /** Path inside the registry, as the payload spells it. */
  readonly path: string;
  /** Empty where an image is named by its digest alone, which only a trigger URL may do. */
  readonly tag: string;
  readonly digest?: string;
  readonly mediaType?: string;
  /** Milliseconds since the epoch. Only set where the format says that it is the zoned time of the push itself. */
  readonly pushedAt?: number;
  readonly actor?: string;
  /** The sender's own id of this event: equal on every retry of it. */
  readonly eventId?: string;
}

/** An event that is authentic but must never deploy. `reference` is for people ("shop/web:v1", "blob sha256:…"). */
export interface IgnoredEvent {
  readonly why: string;
  readonly reference?: string;
}

export interface Push {
  /** ULID, made once at ingest: the push has the same id however often its message is delivered. */
  readonly id: string;
  readonly hook: string;
  /** `host/path`, normalised. */
  readonly repository: string;
  /** Empty as in `PushEvent`: the image is then `repository@digest`. */
  readonly tag: string;
  readonly digest?: string;
  readonly mediaType?: string;
  readonly pushedAt?: number;
  readonly receivedAt: number;
  readonly actor?: string;
  readonly eventId?: string;
  /** No sender told of it: it was found at the registry, or a person tries the hook. */
  readonly source?: 'sweep' | 'test';
  /** Through a trigger URL: for this application, without any trigger's rule. */
  readonly application?: string;
  /** With `application`: nothing is set, what runs is restarted. `repository` is then `WHOLE`, and `tag` is empty. */
  readonly restart?: boolean;
}

export const isPushSource = (value: unknown): value is NonNullable<Push['source']> => value === 'sweep' || value === 'test';

/** What a hook may speak for. */
export interface HookScope {
  readonly registryHost?: string;
  /** Other names of the same registry; a push under one of them is a push under `registryHost`. */
  readonly hostAliases: readonly string[];
  /** `team/*` or exact paths; absent means every repository of the host. */
  readonly repositories?: readonly string[];
}

/** All names of the hook's registry. */
export const hostsOf = ({ registryHost, hostAliases }: HookScope): readonly string[] => [
  ...new Set([...(registryHost === undefined ? [] : [registryHost]), ...hostAliases]),
];

/** Longer texts of a sender are not kept: a message stays small, and a key of the table is at most 2 kB. Nor is half a character, which the table need not take. */
const MAX_ACTOR = 100;
const MAX_MEDIA_TYPE = 200;
const MAX_EVENT_ID = 200;

/** Binds an event to the hook it came through. `made.id` is a new ULID; times in milliseconds. */
export const toPush = (
  event: PushEvent,
  scope: HookScope & { readonly name: string },
  made: { readonly id: string; readonly receivedAt: number },
): Parsed<Push> => {
  if (!isTag(event.tag) && !(event.tag === '' && event.digest !== undefined))
    return refused(`${shown(event.tag)} is not a tag (${event.tag.length} characters): ${TAG_RULE}`);
  if (event.digest !== undefined && !isDigest(event.digest)) return refused(`${shown(event.digest)} is not a digest: ${DIGEST_RULE}`);
  const host = hostFor(event, scope);
  if (!host.ok) return host;
  const repository = normaliseRepository(host.value, event.path);
  if (!repository.ok) return repository;
  if (scope.repositories !== undefined && !hookCovers(scope.repositories, repository.value))
    return refused(
      `the hook ${shown(scope.name)} may not speak for ${shown(repository.value, 200)}: add it to "repositories" of the hook, which now are ${shown(scope.repositories.join(', '), 200)}`,
    );
  const { digest, mediaType, pushedAt, actor, eventId } = event;
  return parsed({
    id: made.id,
    hook: scope.name,
    repository: repository.value,
    tag: event.tag,
    ...(digest === undefined ? {} : { digest }),
    ...(isShort(mediaType, MAX_MEDIA_TYPE) ? { mediaType } : {}),
    ...(pushedAt !== undefined && Number.isFinite(pushedAt) ? { pushedAt } : {}),
    receivedAt: made.receivedAt,
    ...(actor === undefined || actor === '' ? {} : { actor: actor.slice(0, MAX_ACTOR).toWellFormed() }),
    ...(isShort(eventId, MAX_EVENT_ID) ? { eventId: eventId.toWellFormed() } : {}),
  });
};

/** A push through a trigger URL: whatever the rules of triggers say, for its application. */
export const forApplication = (push: Push, application: string): Push => ({ ...push, actor: actorOf(push.hook), application });

/** A trigger URL that was called without an image: what runs is to be restarted. */
export const toRestart = (hook: string, application: string, made: { readonly id: string; readonly receivedAt: number }): Push => ({
  id: made.id,
  hook,
  repository: WHOLE,
  tag: '',
  receivedAt: made.receivedAt,
  actor: actorOf(hook),
  application,
  restart: true,
});

const actorOf = (triggerUrl: string): string => `trigger URL ${triggerUrl}`;

/** As people know it: `host/path:tag`, or with the digest where there is no tag. */
export const pushText = ({ repository, tag, digest, restart }: Pick<Push, 'repository' | 'tag' | 'digest' | 'restart'>): string => {
  if (restart === true) return 'restart';
  return tag === '' && digest !== undefined ? `${repository}@${digest}` : `${repository}:${tag}`;
};

const isShort = (text: string | undefined, most: number): text is string => text !== undefined && text !== '' && text.length <= most;

/** The host under which the repository is known; a hook without any may speak for whatever host its payloads name. */
const hostFor = ({ host }: PushEvent, { name, registryHost, hostAliases }: HookScope & { readonly name: string }): Parsed<string> => {
  if (host === undefined)
    return registryHost === undefined
      ? refused(`the delivery does not say in which registry the image is: set "registryHost" of the hook ${shown(name)}, as in registry.example.com`)
      : parseHost(registryHost);
  const named = parseHost(host);
  if (!named.ok) return named;
  const allowed = [...(registryHost === undefined ? [] : [registryHost]), ...hostAliases];
  if (allowed.length === 0 || allowed.some((known) => isHost(known, named.value))) return registryHost === undefined ? named : parseHost(registryHost);
  return refused(
    `the delivery is from the registry ${shown(host)} and the hook ${shown(name)} speaks for ${shown(allowed.join(', '), 200)} only: make a hook for that registry, or add the host to "hostAliases"`,
  );
};

const isHost = (written: string, host: string): boolean => {
  const known = parseHost(written);
  return known.ok && known.value === host;
};
