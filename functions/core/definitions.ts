/** What people define: hooks, triggers, applications. Stored as they stand here; `schema/` validates the bodies that make them. Times are milliseconds since the epoch. */
import type { HookScope } from './push.ts';
import type { RegistryAccess } from './registry-answer.ts';
import type { Rule } from './rule.ts';

export interface HookDefinition extends HookScope {
  /** Name and id are one: lower case, shown in the token. */
  readonly name: string;
  /** Name of the format in `registries/index.ts`. */
  readonly registry: string;
  readonly enabled: boolean;
  /** sha256 (hex) of every valid token: one, or two while rotating. */
  readonly tokens: readonly StoredToken[];
  /** A trigger URL: bound to this application, whatever the image. */
  readonly application?: string;
  /** A trigger URL: also a GET deploys. Off unless switched on, because whatever looks at a link sends a GET. */
  readonly get?: boolean;
  /** A trigger URL: who was given it. */
  readonly label?: string;
  readonly credential?: Credential;
  /** Its registry may be asked what a tag names. */
  readonly access?: RegistryAccess;
  /** How often it is looked at for pushes that nobody told; 0: never. Absent: see `sweep-minutes.ts`. */
  readonly sweepMinutes?: number;
  /** Since when, after a pause: what was pushed before is not missed. */
  readonly sweptSince?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** How each delivery proves itself beside its URL, where its format can: one secret, or two while rotating. What is only compared is kept as sha256. */
export type Credential =
  /** What signs is needed as it is, so it is kept sealed: see `hooks/sealed-secrets.ts`. */
  | { readonly by: 'hmac'; readonly secrets: readonly SealedSecret[] }
  /** Of the whole value of the header. */
  | { readonly by: 'header'; readonly name: string; readonly values: readonly StoredToken[] }
  /** Of `user:password`. */
  | { readonly by: 'basic'; readonly values: readonly StoredToken[] }
  /** A token that the sender's identity provider signed: for this audience and, unless anybody's will do, to this account. */
  | { readonly by: 'oidc'; readonly audience: string; readonly email?: string };

/** Known to be asked for, and set by nobody yet: no delivery proves itself by it. */
export const isUnset = (credential: Credential): boolean =>
  credential.by !== 'oidc' && (credential.by === 'hmac' ? credential.secrets : credential.values).length === 0;

export interface SealedSecret {
  readonly sealed: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
}

export interface StoredToken {
  readonly sha256: string;
  readonly createdAt: number;
  /** Set on the old one while two are valid. */
  readonly expiresAt?: number;
}

export interface TriggerDefinition {
  readonly name: string;
  /** The hook this trigger hears. */
  readonly hook: string;
  /** `host/path`, or `host/team/*`. */
  readonly repository: string;
  readonly rule: Rule;
  readonly application: string;
  readonly enabled: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** How an application wants to be deployed. Everything is optional; absent means the simplest behaviour. */
export interface Policy {
  /** Wait until nothing was pushed for so long; gathers the tags of one build. */
  readonly quietSeconds?: number;
  /** A push older than this when it is first decided is `expired`. Counted from `receivedAt`. */
  readonly maxAgeSeconds?: number;
  /** Blind targets: after a crash around the call say `unknown` instead of calling again. */
  readonly atMostOnce?: boolean;
  /** At most so many deployments an hour; then held. */
  readonly maxPerHour?: number;
  /** Each digest needs an approval before it is deployed. */
  readonly approval?: boolean;
  /** A rollout that is not healthy after so long is `failed`. Default 600. */
  readonly deadlineSeconds?: number;
  /** After a failed rollout go back to what went well before, and reject the digest that failed. */
  readonly autoRollback?: boolean;
  /** Tags are versions, and a lower one than what is wanted is never deployed by a push. */
  readonly neverDown?: boolean;
}

export interface ApplicationDefinition {
  readonly name: string;
  readonly enabled: boolean;
  /** `kind` is a name of `targets/index.ts`; the rest is that target's own configuration, validated by it. */
  readonly target: TargetDefinition;
  readonly policy: Policy;
  /** It owns a template: its versions are items of their own. */
  readonly templated?: boolean;
  /** Values of the `${name}` placeholders of its template. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What is deployed lies in a git repository: it can be deployed again, but no image can be set here. */
  readonly source?: { readonly git: string; readonly revision?: string; readonly path?: string };
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A digest that must not be deployed to an application. */
export interface Reject {
  readonly digest: string;
  readonly at: number;
  readonly by?: string;
  readonly why?: string;
}

/** One version of an application's template: never changed. The newest has the highest number. */
export interface TemplateVersion {
  readonly version: number;
  readonly text: string;
  readonly at: number;
  /** Who put it; of one that a deployment made, the call says whose push it was. */
  readonly by?: string;
  readonly why?: string;
  /** The version that it was made from. */
  readonly from?: number;
  /** Made by a deployment: its call, and its number, by which a worker knows what an earlier one of the same deployment made. */
  readonly callId?: string;
  readonly rev?: number;
  /** The first images that it set, where a deployment made it. */
  readonly changed?: readonly { readonly path: string; readonly from: string; readonly to: string }[];
}

export interface TargetDefinition {
  readonly kind: string;
  readonly [field: string]: unknown;
}
