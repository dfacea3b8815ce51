/**
 * The state of an application: what is open, what is wanted, what was tried, what runs.
 * One item, changed only by single conditional writes. Who writes what:
 * `match` and the API add open calls (and bump `rev`); `deploy`, under the lease, writes everything else.
 */
import type { FinalStatus } from './call.ts';
import type { Commit } from './outcome.ts';
import type { ReasonCode } from './reason-code.ts';
import type { RegistryAccess } from './registry-answer.ts';

export interface ApplicationState {
  readonly application: string;
  /** Counts changes of the facts. A release that finds it moved looks again. Also the source of `Desired.rev`. */
  readonly rev: number;
  /** Grows with every lease; each write of `deploy` is conditional on it. */
  readonly fence: number;
  readonly leaseUntil?: number;
  /** Calls that wait for a decision or an outcome, by call id. */
  readonly open: Readonly<Record<string, OpenCall>>;
  /** By repository. */
  readonly runs: Readonly<Record<string, Run>>;
  /** Set by people; newer images wait until `release`. `callId`: the deployment or roll back that it came with, which is what is pinned. */
  readonly hold?: Hold;
  /** Somebody asked at this time what the target really runs; `deploy` answers with `seen`. */
  readonly refresh?: number;
  readonly seen?: SeenThere;
  /** The definition was deleted; `deploy` ends what is left and removes the state. */
  readonly deleted?: true;
  /** When deployments were started within the last hour: input of the rate gate. */
  readonly deployedAt?: readonly number[];
  readonly dueAt?: number;
}

export interface Hold {
  readonly at: number;
  readonly by?: string;
  readonly why?: string;
  readonly callId?: string;
}

/** What the target was found to run when it was last looked at for its own sake. */
export interface SeenThere {
  readonly at: number;
  /** What is wanted is what runs there; absent where the target could not be read. */
  readonly synced?: boolean;
  readonly settled?: boolean;
  /** `name = image`, at most 20. */
  readonly containers?: readonly string[];
  /** Why it could not be read, or is not known to be the wanted one; with the reason where something is wrong. */
  readonly why?: string;
  readonly code?: ReasonCode;
}

/** Keys in `runs`, and `repository` of calls, for what concerns the application as a whole: a restart; a version of its template that is wanted again. */
export const WHOLE = '*';
export const WHOLE_TEMPLATE = '*template';

/** What `goal` and `deploy` need of an open call, so that neither reads the call itself. */
export interface OpenCall {
  readonly callId: string;
  readonly order: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
  readonly receivedAt: number;
  /** Other names of the repository's registry: a target may know it by one of them. */
  readonly hosts: readonly string[];
  /** Its registry is to be asked what the tag names before it is deployed. */
  readonly access?: RegistryAccess;
  /** A person asked for this image again at its original place. */
  readonly redelivery?: boolean;
  /** A person's wish: no gate stops it, and what was pushed before it ends as `rolled-back`. */
  readonly manual?: boolean;
  /** Nothing is set: what runs is restarted (an application with a template: its newest version is applied). */
  readonly restart?: boolean;
  /** This version of the application's template is wanted again, as it was. */
  readonly version?: number;
  /** With a wish: what was wanted before it, so that a late notification of the same image is known. */
  readonly from?: { readonly tag: string; readonly digest?: string };
  /** A roll back: what it leaves behind is no place to go back to. */
  readonly back?: boolean;
  /** As last written to the call. */
  readonly held?: Held;
}

export interface Held {
  readonly reason: ReasonCode;
  readonly until?: number;
  /** Quiet time: when the first push of the burst was received. */
  readonly since?: number;
}

/** One repository of one application. */
export interface Run {
  readonly desired?: Desired;
  readonly attempt?: Attempt;
  readonly done?: { readonly rev: number; readonly status: FinalStatus; readonly at: number; readonly reason?: ReasonCode; readonly commit?: Commit };
  readonly running?: Rolling;
  /** What went well before what is wanted, newest first: see `history.ts`. */
  readonly good?: readonly Good[];
}

/** A deployment that went well. */
export interface Good {
  readonly callId: string;
  readonly tag: string;
  readonly digest?: string;
  readonly version?: number;
  readonly at: number;
  /** A blind target took it, and nobody can say whether it is healthy. */
  readonly blind?: boolean;
  readonly commit?: Commit;
}

/** What should run. Promoted by `deploy` from an open call, or set by a person. */
export interface Desired {
  /** Unique within the application, growing: names the deployment, and its Idempotency-Key. */
  readonly rev: number;
  readonly order: string;
  readonly callId: string;
  /** The call whose push of the same image gave it its present place in the order. */
  readonly again?: string;
  /** The place of a person's wish, where a push has given it a later one: another wish is measured by this. */
  readonly asked?: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
  readonly hosts: readonly string[];
  /** Until the registry was asked: once for a deployment, so that all its attempts are of one image. */
  readonly access?: RegistryAccess;
  /** What the registry said, where it was not what the push said. */
  readonly registry?: string;
  readonly since: number;
  /** What ran when this became wanted and is no place to go back to: the same image, or what a roll back leaves. */
  readonly was?: Good;
  /** Set by a person: no gate stops it, and older pushes end as `rolled-back`. */
  readonly manual?: boolean;
  /** Set by the application's policy after a failed rollout; it is never rolled back itself. */
  readonly automatic?: boolean;
  /** With `automatic`: the call whose rollout failed, and the one that is gone back to. */
  readonly after?: { readonly failed: string; readonly to: string };
  readonly restart?: boolean;
  /** Version of the template: asked for, or made by `deploy` for this image. */
  readonly version?: number;
  readonly from?: { readonly tag: string; readonly digest?: string };
  readonly back?: boolean;
}

/** Written before the outside call. `retryAt` is written after it, when the answer says to try again: a mark without it is an attempt whose end nobody recorded. */
interface Attempt {
  readonly rev: number;
  readonly fence: number;
  readonly at: number;
  readonly count: number;
  /** Something was sent to the target, now or by an earlier attempt of this rev: a failed reading alone is no deployment. */
  readonly sent?: boolean;
  readonly retryAt?: number;
}

/** Accepted by a readable target and not yet healthy. */
export interface Rolling {
  readonly rev: number;
  readonly handle: string;
  readonly since: number;
  readonly deadline: number;
  readonly lookAt: number;
  /** Fingerprint of the target that the handle belongs to. */
  readonly target: string;
}

/** Facts about an application that are items of their own. */
export interface Facts {
  /** Digests that must not be deployed. */
  readonly rejects: ReadonlySet<string>;
  /** Digests that may be, where the policy asks for an approval. */
  readonly approvals: ReadonlySet<string>;
  /** Repositories where only this image may be promoted. */
  readonly pins: Readonly<Record<string, { readonly tag?: string; readonly digest?: string }>>;
  /** Nothing is promoted until then (or, without a time, until it is lifted). */
  readonly freeze?: { readonly until?: number };
  /** Outside the deployment window; when it opens, if that is known. */
  readonly closed?: { readonly until?: number };
  /** Loaded only where the policy asks for it: whether the version `tag` is lower than `than`; `unversioned` when `tag` is no version. */
  readonly lower?: (tag: string, than: string | undefined) => 'lower' | 'no' | 'unversioned';
}

export const NO_FACTS: Facts = { rejects: new Set(), approvals: new Set(), pins: {} };

/** While somebody has the lease, and where there is no state. */
export type NotFree = { readonly is: 'taken'; readonly until: number } | { readonly is: 'absent' };
export type Looked = { readonly is: 'free'; readonly state: ApplicationState } | NotFree;
export type Leased = { readonly is: 'leased'; readonly state: ApplicationState } | NotFree;

/** A change of the state by `deploy`, in one conditional write. */
export interface StateChange {
  readonly runs?: Readonly<Record<string, Run>>;
  /** Takes the lease as well: only while nobody has it, nobody had it since the state was looked at, and no fact changed since `rev`. The fence is then one more than it was. */
  readonly lease?: { readonly until: number; readonly rev: number };
  /** Open calls that are wanted from now on: `runs` says most of what their entries said. */
  readonly promoted?: readonly OpenCall[];
  /** Repositories whose run is forgotten. */
  readonly drop?: readonly string[];
  /** Open calls that are settled. */
  readonly close?: readonly string[];
  readonly held?: Readonly<Record<string, Held>>;
  readonly deployedAt?: readonly number[];
  readonly seen?: SeenThere;
  /** Add to `rev`: needed when a promotion used `rev + 1`. */
  readonly bump?: number;
  /** Give the lease back; `dueAt` absent means nothing is to be looked at again by itself. */
  readonly release?: { readonly dueAt?: number };
}

/** Whether something wanted is not yet done. */
export const isPending = (run: Run): run is Run & { readonly desired: Desired } => run.desired !== undefined && run.done?.rev !== run.desired.rev;

/** Whether somebody asks what the target really runs, and nobody has looked since. */
export const isLookAsked = ({ refresh, seen }: ApplicationState): boolean => refresh !== undefined && (seen === undefined || seen.at < refresh);

/**
 * Whether `goal` finds nothing to do, whatever the definition and the facts say: nothing is open, wanted, asked or due, and
 * no rollout failed that a policy might take back.
 */
export const isAtRest = (state: ApplicationState): boolean =>
  state.leaseUntil === undefined &&
  state.dueAt === undefined &&
  state.deleted === undefined &&
  Object.keys(state.open).length === 0 &&
  !isLookAsked(state) &&
  Object.values(state.runs).every((run) => !isPending(run) && run.done?.status !== 'failed');

/** Whether the last attempt at what is wanted was sent and its end was never recorded: somebody died in it. A rollout that is watched is a recorded end. */
export const isUnanswered = ({ desired, attempt, running }: Run): boolean =>
  attempt !== undefined && attempt.rev === desired?.rev && attempt.sent === true && attempt.retryAt === undefined && running?.rev !== attempt.rev;

/** A state is one item of at most 400 kB, and each of its writes costs by its size. */
const RUNS_KEPT = 200;

/** The runs to forget: what was done longest ago, where there are more than one item should hold. What is pending stays. */
export const runsToDrop = (runs: Readonly<Record<string, Run>>): readonly string[] => {
  const most = Object.keys(runs).length - RUNS_KEPT;
  if (most <= 0) return [];
  const ended = Object.entries(runs).flatMap(([repository, run]) => (isPending(run) || run.done === undefined ? [] : [{ repository, at: run.done.at }]));
  return ended
    .sort((a, b) => a.at - b.at)
    .slice(0, most)
    .map(({ repository }) => repository);
};
