/**
 * A push: the fact that an image was put under a tag in a registry.
 *
 * A format reads a `PushEvent` out of its payload; `toPush` binds it to the hook it came through,
 * which decides for which registry host and repositories it may speak.
 */
import { isDigest, isTag, parseRepository } from './image.ts';
import { type Parsed, parsed, refused } from './parsed.ts';

/** What one payload says, before it is bound to a hook. Only manifests and indexes under a tag become one. */
export interface PushEvent {
  /** Registry host as the payload names it; absent when the payload has none. */
  readonly host?: string;
  /** Path inside the registry, as the payload spells it. */
  readonly path: string;
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
  readonly tag: string;
  readonly digest?: string;
  readonly mediaType?: string;
  readonly pushedAt?: number;
  readonly receivedAt: number;
  readonly actor?: string;
  readonly eventId?: string;
}

/** What a hook may speak for. */
export interface HookScope {
  readonly registryHost?: string;
  /** Other names of the same registry; a push under one of them is a push under `registryHost`. */
  readonly hostAliases: readonly string[];
  /** `team/*` or exact paths; absent means every repository of the host. */
  readonly repositories?: readonly string[];
}
