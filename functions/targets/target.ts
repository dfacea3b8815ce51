/** The interface of a target kind. Add one = one file here, one line in `index.ts`, one case in the contract suite. */
import type { Image } from '../core/image.ts';
import type { Exchange, Outcome, Rollout, Why } from '../core/outcome.ts';
import type { Parsed } from '../core/parsed.ts';

export type Target<C> = Blind<C> | Readable<C>;

/** Can be told, cannot be asked: an HTTP endpoint. Its calls end as `delivered` at best. */
export interface Blind<C> {
  readonly sight: 'blind';
  readonly config: Schema<C>;
  apply(config: C, wish: Wish, io: TargetIo): Promise<Outcome>;
  /** What keeps it from being told anything: secrets that cannot be read. The target hears nothing of it. */
  obstacle?(config: C, io: TargetIo): Promise<Obstacle | undefined>;
}

export type Obstacle = Extract<Outcome, { readonly is: 'refused' | 'unavailable' }>;

/** Can be read before and after. `apply` gets what `read` saw, so that it can compare and set. */
export interface Readable<C> {
  readonly sight: 'readable';
  readonly config: Schema<C>;
  /** Whether this configuration can be given a whole template. Where it cannot, an application's template is kept and versioned, and the target is told the images. */
  takesTemplates?(config: C): boolean;
  read(config: C, wish: Wish, io: TargetIo): Promise<Running>;
  apply(config: C, wish: Wish, seen: Seen, io: TargetIo): Promise<Outcome>;
  observe(config: C, handle: string, io: TargetIo): Promise<Rollout | { readonly is: 'unavailable'; readonly why: Why }>;
  /** The smallest IAM role for exactly this configuration, as a CloudFormation template; absent where no AWS permission is needed. */
  grant?(config: C, trust: Trust): object;
}

export interface Schema<C> {
  /** `why` lists every problem with its field. Unknown fields are refused. */
  parse(value: unknown): Parsed<C>;
  /** Problems by field for a 422 answer; empty when fine. */
  problems(value: unknown): readonly { readonly field: string; readonly why: string }[];
}

/** A target with its configuration inside: what callers hold, whatever the kind. */
export type BoundTarget =
  | {
      readonly sight: 'blind';
      apply(wish: Wish, io: TargetIo): Promise<Outcome>;
      obstacle?(io: TargetIo): Promise<Obstacle | undefined>;
      grant?(trust: Trust): object;
    }
  | {
      readonly sight: 'readable';
      readonly takesTemplates: boolean;
      read(wish: Wish, io: TargetIo): Promise<Running>;
      apply(wish: Wish, seen: Seen, io: TargetIo): Promise<Outcome>;
      observe(handle: string, io: TargetIo): Promise<Rollout | { readonly is: 'unavailable'; readonly why: Why }>;
      grant?(trust: Trust): object;
    };

/** What a target must trust: `roleArn`s are assumed by this role, with this external id. */
export interface Trust {
  readonly deployRoleArn: string;
  readonly externalId: string;
  readonly application: string;
}

/** An image to be run and every host name under which the target may know its registry. */
export interface WantedImage {
  readonly image: Image;
  readonly hosts: readonly string[];
  /** When it became wanted: the same on every attempt of one deployment, so that a repeated request has the same body. */
  readonly since?: number;
}

/** `since`: when it became wanted, the same on every attempt: by it (and by `io.attempted`) a restart that took place already is told from one that did not. */
export type Wish =
  | { readonly set: readonly WantedImage[] }
  | { readonly restart: true; readonly since: number }
  /** The whole template: its documents in their order, placeholders filled. With `restart` what runs is restarted even where nothing differs. */
  | { readonly template: readonly TemplateDocument[]; readonly version: number; readonly since: number; readonly restart?: boolean };

/** One YAML document as JSON. */
export type TemplateDocument = Readonly<Record<string, unknown>>;

export type Running =
  /**
   * `running` true when the wish is fulfilled: every matching container has the wanted digest and the target is not on its way
   * elsewhere; the template is what is there; the restart took place.
   * A tag without a digest, and a rollout that failed, count only if this very deployment put them there (`attempted`, and
   * begun since it was wanted): otherwise `running` is false, and `apply` rolls the same out once more.
   */
  | Seen
  | { readonly is: 'refused'; readonly why: Why; readonly exchange?: Exchange }
  | { readonly is: 'unavailable'; readonly why: Why; readonly retryAfter?: number; readonly exchange?: Exchange };

export interface Seen {
  readonly is: 'seen';
  readonly running: boolean;
  /** `settled` false while a rollout to that image is still under way: it must be observed with `handle`. */
  readonly settled: boolean;
  readonly handle: string;
  /** Whatever `apply` needs to compare and set: the target's own. */
  readonly state: unknown;
  readonly containers: readonly string[];
}

/** What a target may use of the outside world; everything is guarded and ends before the lease does. */
export interface TargetIo {
  /** Guarded HTTPS. Never throws for what the peer did: see `outbound/request.ts`. */
  request(request: OutboundRequest): Promise<OutboundAnswer>;
  /** The Docker Engine API of this machine; only where the engine on one machine was given its socket. */
  readonly docker?: (request: DockerRequest) => Promise<OutboundAnswer>;
  /** GET on a port that a container has on this machine's loopback, which `request` may not reach; only beside `docker`. */
  readonly reach?: (port: number, path: string) => Promise<OutboundAnswer>;
  /** The value behind `ssm:/image-triggers/…`, `secretsmanager:image-triggers/…` or (only where switched on) `env:…`. Throws when the store cannot be asked just now. */
  secret(reference: string): Promise<Parsed<string>>;
  readonly signal: AbortSignal;
  /** `application.rev`: the same on every attempt of one deployment. */
  readonly idempotencyKey: string;
  readonly externalId: string;
  /** True when something was sent to the target for this deployment before: what runs there may be our own doing. */
  readonly attempted?: boolean;
  /** The application would rather not be deployed than deployed twice. */
  readonly atMostOnce?: boolean;
  readonly now: () => number;
}

export interface OutboundRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** May be sent twice; without a word, GET and HEAD may. It goes over a connection that is kept, and once more over a new one where that proves dead. */
  readonly repeatable?: boolean;
  /** Names of request headers whose values must not be recorded. */
  readonly secretHeaders?: readonly string[];
  /** The recorded form of the URL where its query or path holds a secret. */
  readonly shownUrl?: string;
  /** PEM certificates that the peer's must lead to, instead of the public ones: a cluster with an authority of its own. */
  readonly ca?: string;
  /** Bytes of the answer's body that are read; default is what a record holds. The record is cut all the same. */
  readonly mostBytes?: number;
}

export interface DockerRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** As in `/containers/web/json`: path and query, without host and version. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly secretHeaders?: readonly string[];
}

export type OutboundAnswer =
  | { readonly is: 'answered'; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string; readonly exchange: Exchange }
  /** Refused by us before a byte left: forbidden address, scheme, port, userinfo. */
  | { readonly is: 'forbidden'; readonly why: string; readonly exchange: Exchange }
  /** Connection refused, reset, time-out, TLS. `sent` false when it is certain that the request never left. */
  | { readonly is: 'broken'; readonly why: string; readonly sent: boolean; readonly exchange: Exchange };
