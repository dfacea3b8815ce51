/** What `deploy` needs of the world; all of it is given by `lambda.ts`, or by a test. */
import type { ApplicationState, Facts, Leased, Looked, StateChange } from '../core/application.ts';
import type { Call, Settlement } from '../core/call.ts';
import type { ApplicationDefinition, Reject, TargetDefinition, TemplateVersion } from '../core/definitions.ts';
import type { AttemptRecord, Commit } from '../core/outcome.ts';
import type { Parsed } from '../core/parsed.ts';
import type { RegistryAccess, RegistryAnswer } from '../core/registry-answer.ts';
import type { BoundTarget, TargetIo } from '../targets/target.ts';

export interface DeployPorts {
  readonly states: {
    /** The state without the lease, unless somebody has it at `now`. */
    look(application: string, now: number): Promise<Looked>;
    lease(application: string, now: number, until: number): Promise<Leased>;
    /** Has the application looked at again although somebody has the lease: by that one at its release, by the tick if it dies. False when nobody has it (any more). */
    wake(application: string, now: number): Promise<boolean>;
    write(application: string, fence: number, change: StateChange): Promise<{ readonly rev: number } | 'lost'>;
    /** Only while nothing was opened since: the fence stands, and `rev` has not moved. */
    remove(application: string, fence: number, rev: number): Promise<boolean>;
    /** Everything else of a deleted application; false when there is more than one look can remove. */
    removeRemains(application: string): Promise<boolean>;
  };
  application(name: string): Promise<{ readonly definition?: ApplicationDefinition; readonly facts: Facts }>;
  /** Loads the comparison of versions, for applications that never go down. */
  lower(): Promise<NonNullable<Facts['lower']>>;
  /** Never deploy this digest again; saying it twice is saying it once. */
  reject(application: string, reject: Reject): Promise<void>;
  readonly templates: {
    /** The newest version. */
    head(application: string): Promise<TemplateVersion | undefined>;
    get(application: string, version: number): Promise<TemplateVersion | undefined>;
    put(application: string, version: TemplateVersion): Promise<'put' | 'exists'>;
  };
  readonly calls: {
    put(call: Call): Promise<'put' | 'exists'>;
    get(id: string, now: number): Promise<Call | undefined>;
    settle(id: string, settlement: Settlement): Promise<boolean>;
    attempt(id: string, record: AttemptRecord): Promise<void>;
  };
  target(definition: TargetDefinition): Promise<Parsed<BoundTarget>>;
  /** The outside world for one attempt; its signal fires well before the lease ends. */
  io(idempotencyKey: string): TargetIo;
  /** The registry of an image, asked as its hook allows. Bounded in time, and never throwing. */
  registry(
    repository: string,
    access: RegistryAccess,
  ): Promise<{
    find(tag: string): Promise<RegistryAnswer>;
    /** What the image says of its source; undefined where it says nothing, or cannot be read. */
    commit(digest: string): Promise<Commit | undefined>;
  }>;
  /** Asks for another reconcile of the application after so many seconds. */
  send(application: string, delaySeconds: number): Promise<void>;
  now(): number;
  /** 0 ≤ random < 1. */
  random(): number;
  log(event: string, fields: Readonly<Record<string, string | number | boolean | undefined>>): void;
}

/** One reconcile under its lease. */
export interface Session {
  readonly application: string;
  readonly definition: ApplicationDefinition;
  readonly state: ApplicationState;
  /** Digests that must not be deployed. */
  readonly rejects: Facts['rejects'];
  readonly fence: number;
  readonly leaseUntil: number;
  readonly ports: DeployPorts;
}
