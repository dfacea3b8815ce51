/**
 * The two tables in memory, with exactly the semantics of `functions/store`: every method is one atomic effect, so that a
 * simulator can put a fault before or after it. `test/store/conformance.test.ts` runs the same checks over this and over
 * the real modules, so neither can drift. Values are copied on the way in and out, as a table does.
 */
import type { ApplicationState, Facts, Held, Hold, Leased, Looked, OpenCall, Run, SeenThere, StateChange } from '../../functions/core/application.ts';
import { NO_FACTS } from '../../functions/core/application.ts';
import { type Call, isOpen, type Settlement, splitCallId } from '../../functions/core/call.ts';
import type { ApplicationDefinition, HookDefinition, Reject, TemplateVersion, TriggerDefinition } from '../../functions/core/definitions.ts';
import { type DeliveryRecord, isOutcome } from '../../functions/core/delivery-record.ts';
import type { AttemptRecord } from '../../functions/core/outcome.ts';
import type { Push } from '../../functions/core/push.ts';
import { repositoryMatches } from '../../functions/core/repository-pattern.ts';
import type { Wishing } from '../../functions/store/states.ts';

export type Claim = { readonly mine: true } | { readonly mine: false; readonly pushId: string };

interface StateItem {
  application: string;
  rev: number;
  fence: number;
  leaseUntil?: number;
  open: Map<string, OpenCall>;
  /** Of which the tables keep only what `runs` does not say. */
  promoted: Set<string>;
  runs: Map<string, Run>;
  hold?: Hold;
  refresh?: number;
  deleted?: true;
  seen?: SeenThere;
  deployedAt?: readonly number[];
  dueAt?: number;
}

interface CallItem {
  call: Call;
  repeats: Set<string>;
  expiresAt: number;
}

interface Mark {
  readonly pushId: string;
  readonly expiresAt: number;
}

const REPEATS_KEPT = 20;
const EVENT_SECONDS = 7 * 86_400;
const DELIVERY_SECONDS = 7 * 86_400;

export const createMemory = (retentionDays = 30) => {
  const hooks = new Map<string, HookDefinition>();
  const triggers = new Map<string, TriggerDefinition>();
  const applications = new Map<string, ApplicationDefinition>();
  const facts = new Map<string, Facts>();
  const items = new Map<string, StateItem>();
  const callItems = new Map<string, CallItem>();
  const attempts = new Map<string, Map<number, AttemptRecord>>();
  const marks = new Map<string, Mark>();
  const rejects = new Map<string, Map<string, Reject>>();
  const versions = new Map<string, TemplateVersion[]>();
  const deliveries = new Map<string, DeliveryRecord>();

  const liveCall = (id: string): CallItem | undefined => {
    if (splitCallId(id) === undefined) throw new Error(`"${id}" is no call id: <ulid>.<trigger> is`);
    return callItems.get(id);
  };

  const states = {
    create: (application: string, now: number): void => {
      if (!items.has(application)) items.set(application, { application, rev: now, fence: now, open: new Map(), promoted: new Set(), runs: new Map() });
    },
    get: (application: string): ApplicationState | undefined => {
      const item = items.get(application);
      return item === undefined ? undefined : copyState(item);
    },
    open: (application: string, call: OpenCall, wake?: { readonly dueAt: number }): 'opened' | 'absent' => {
      const item = items.get(application);
      if (item === undefined) return 'absent';
      if (!item.open.has(call.callId)) item.open.set(call.callId, { ...call, hosts: [...call.hosts] });
      item.rev += 1;
      if (wake !== undefined) item.dueAt = wake.dueAt;
      return 'opened';
    },
    wish: (application: string, { call, hold, refresh, deleted }: Wishing, now: number): 'noted' | 'absent' => {
      const item = items.get(application);
      if (item === undefined) return 'absent';
      if (call !== undefined) {
        item.open.set(call.callId, { ...call, hosts: [...call.hosts] });
        item.promoted.delete(call.callId);
      }
      if (hold === 'release') delete item.hold;
      else if (hold !== undefined && (hold.callId !== undefined || item.hold === undefined)) item.hold = hold;
      if (refresh === true) item.refresh = now;
      if (deleted === true) item.deleted = true;
      item.rev += 1;
      item.dueAt = now;
      return 'noted';
    },
    look: (application: string, now: number): Looked => {
      const item = items.get(application);
      if (item === undefined) return { is: 'absent' };
      return item.leaseUntil !== undefined && item.leaseUntil > now ? { is: 'taken', until: item.leaseUntil } : { is: 'free', state: copyState(item) };
    },
    lease: (application: string, now: number, until: number): Leased => {
      const item = items.get(application);
      if (item === undefined) return { is: 'absent' };
      if (item.leaseUntil !== undefined && item.leaseUntil > now) return { is: 'taken', until: item.leaseUntil };
      item.leaseUntil = until;
      item.fence += 1;
      return { is: 'leased', state: copyState(item) };
    },
    wake: (application: string, now: number): boolean => {
      const item = items.get(application);
      if (item?.leaseUntil === undefined) return false;
      item.rev += 1;
      item.dueAt = now;
      return true;
    },
    write: (application: string, fence: number, change: StateChange): { readonly rev: number } | 'lost' => {
      const item = items.get(application);
      if (item === undefined || item.fence !== (change.lease === undefined ? fence : fence - 1)) return 'lost';
      if (change.lease !== undefined && (item.rev !== change.lease.rev || item.leaseUntil !== undefined)) return 'lost';
      const closing = new Set(change.close ?? []);
      const held: [string, Held][] = Object.entries(change.held ?? {}).filter(([callId]) => !closing.has(callId));
      for (const [callId] of held)
        if (!item.open.has(callId)) throw new Error(`ValidationException: the update names ${callId}, which is not in "open" of ${application}`);
      item.fence = fence;
      if (change.lease !== undefined) item.leaseUntil = change.lease.until;
      for (const [repository, run] of Object.entries(change.runs ?? {})) item.runs.set(repository, run);
      for (const repository of (change.drop ?? []).slice(0, 20)) item.runs.delete(repository);
      for (const [callId, value] of held) {
        const call = item.open.get(callId);
        if (call !== undefined) item.open.set(callId, { ...call, held: { ...value } });
      }
      for (const { callId } of change.promoted ?? []) item.promoted.add(callId);
      for (const callId of closing) {
        item.open.delete(callId);
        item.promoted.delete(callId);
      }
      const lost = [...item.promoted].find((callId) => ![...item.runs.values()].some(({ desired }) => desired?.callId === callId));
      if (lost !== undefined) throw new Error(`${lost} was promoted and is open, and no run of ${application} says what it is`);
      if (change.deployedAt !== undefined) item.deployedAt = [...change.deployedAt];
      if (change.seen !== undefined) item.seen = change.seen;
      item.rev += change.bump ?? 0;
      if (change.release !== undefined) {
        delete item.leaseUntil;
        if (change.release.dueAt === undefined) delete item.dueAt;
        else item.dueAt = change.release.dueAt;
      }
      return { rev: item.rev };
    },
    remove: (application: string, fence?: number, rev?: number): boolean => {
      const item = items.get(application);
      if (fence !== undefined && rev !== undefined && (item === undefined || item.fence !== fence || item.rev !== rev)) return false;
      items.delete(application);
      return true;
    },
    removeRemains: (application: string): boolean => {
      rejects.delete(application);
      versions.delete(application);
      return true;
    },
    due: (now: number, limit: number): readonly string[] =>
      [...items.values()]
        .flatMap(({ application, dueAt }) => (dueAt !== undefined && dueAt <= now ? [{ application, dueAt }] : []))
        .sort((a, b) => a.dueAt - b.dueAt)
        .slice(0, limit)
        .map(({ application }) => application),
  };

  const calls = {
    put: (call: Call): 'put' | 'exists' => {
      if (liveCall(call.id) !== undefined) return 'exists';
      const { repeats: _, ...rest } = call;
      callItems.set(call.id, { call: rest, repeats: new Set(), expiresAt: expiry(call.decidedAt, retentionDays * 86_400) });
      return 'put';
    },
    settle: (id: string, settlement: Settlement): boolean => {
      const item = liveCall(id);
      if (item === undefined || !isOpen(item.call.status)) return false;
      const { reason: _r, detail: _d, by: _b, until: _u, ...kept } = item.call;
      const { status, reason, detail, by, until, digest, version, commit, registry, attempts, responseStatus, responseBody, endedAt } = settlement;
      item.call = {
        ...kept,
        status,
        ...given({ reason, detail, by, until, digest, version, commit, registry, attempts, responseStatus, responseBody, endedAt }),
      };
      return true;
    },
    repeat: (id: string, deliveryId: string): void => {
      const item = liveCall(id);
      if (item !== undefined && item.repeats.size < REPEATS_KEPT) item.repeats.add(deliveryId);
    },
    attempt: (id: string, record: AttemptRecord): void => {
      const known = attempts.get(id) ?? new Map<number, AttemptRecord>();
      known.set(record.n, { ...record });
      attempts.set(id, known);
    },
    get: (id: string, now: number): Call | undefined => {
      const item = splitCallId(id) === undefined ? undefined : callItems.get(id);
      if (item === undefined || item.expiresAt * 1000 <= now) return undefined;
      return { ...item.call, ...(item.repeats.size > 0 ? { repeats: [...item.repeats] } : {}) };
    },
  };

  const claim = (push: Push, now: number): Claim => {
    if (push.eventId === undefined) return { mine: true };
    const key = `SEEN#${push.hook}#${push.eventId}`;
    const mark = marks.get(key);
    if (mark !== undefined && mark.pushId !== push.id && mark.expiresAt >= Math.floor(now / 1000)) return { mine: false, pushId: mark.pushId };
    marks.set(key, { pushId: push.id, expiresAt: expiry(now, EVENT_SECONDS) });
    return { mine: true };
  };

  return {
    hooks,
    triggers,
    applications,
    facts,
    states,
    calls,
    claim,
    rejects: {
      add: (application: string, reject: Reject): void => {
        const known = rejects.get(application) ?? new Map<string, Reject>();
        if (!known.has(reject.digest)) known.set(reject.digest, reject);
        rejects.set(application, known);
      },
      remove: (application: string, digest: string): boolean => rejects.get(application)?.delete(digest) === true,
      list: (application: string, limit: number): readonly Reject[] =>
        [...(rejects.get(application)?.values() ?? [])].sort((a, b) => (a.digest < b.digest ? -1 : 1)).slice(0, limit),
    },
    templates: {
      list: (application: string, limit: number, before = Number.POSITIVE_INFINITY): readonly TemplateVersion[] =>
        [...(versions.get(application) ?? [])]
          .filter(({ version }) => version < before)
          .sort((a, b) => b.version - a.version)
          .slice(0, limit),
      head: (application: string): TemplateVersion | undefined => [...(versions.get(application) ?? [])].sort((a, b) => b.version - a.version)[0],
      get: (application: string, version: number): TemplateVersion | undefined => versions.get(application)?.find((one) => one.version === version),
      put: (application: string, version: TemplateVersion): 'put' | 'exists' => {
        const known = versions.get(application) ?? [];
        if (known.some((one) => one.version === version.version)) return 'exists';
        versions.set(application, [...known, version]);
        return 'put';
      },
    },
    deliveries: {
      note: (record: DeliveryRecord): void => {
        const key = `${record.hook} ${record.id}`;
        if (isOutcome(record.verdict) || !deliveries.has(key)) deliveries.set(key, record);
      },
      list: (hook: string, limit: number, now: number): readonly DeliveryRecord[] =>
        [...deliveries.values()]
          .filter((record) => record.hook === hook)
          .sort((a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, limit)
          .filter(({ at }) => expiry(at, DELIVERY_SECONDS) * 1000 > now),
    },
    /** Everything stored, for checkers and for assertions. */
    all: {
      states: (): readonly ApplicationState[] => [...items.values()].map(copyState),
      calls: (): readonly Call[] => [...callItems.values()].map(({ call }) => call),
      attempts: (id: string): readonly AttemptRecord[] => [...(attempts.get(id)?.values() ?? [])].sort((a, b) => a.n - b.n),
    },
    hook: (name: string): HookDefinition | undefined => hooks.get(name),
    triggersOf: (repository: string): readonly TriggerDefinition[] =>
      [...triggers.values()].filter((trigger) => repositoryMatches(trigger.repository, repository)),
    application: (name: string): { readonly definition?: ApplicationDefinition; readonly facts: Facts } => {
      const definition = applications.get(name);
      const given = facts.get(name) ?? NO_FACTS;
      return {
        ...(definition === undefined ? {} : { definition }),
        facts: { ...given, rejects: new Set([...given.rejects, ...(rejects.get(name)?.keys() ?? [])]) },
      };
    },
    mendState: (name: string, now: number): boolean => {
      if (!applications.has(name)) return false;
      states.create(name, now);
      return true;
    },
  };
};

export type Memory = ReturnType<typeof createMemory>;

/** DynamoDB's TTL is in whole seconds. */
const expiry = (now: number, seconds: number): number => Math.floor(now / 1000) + seconds;

const given = <T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } => {
  const copy: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const key in value) {
    const one = value[key];
    if (isGiven(one)) copy[key] = one;
  }
  return copy;
};

const isGiven = <V>(value: V): value is Exclude<V, undefined> => value !== undefined;

/** Runs and open calls are never changed in place (their types are readonly), so the two maps are all that must be copied. */
const copyState = ({ open, runs, promoted: _, ...rest }: StateItem): ApplicationState => ({
  ...rest,
  open: Object.fromEntries(open),
  runs: Object.fromEntries(runs),
});
