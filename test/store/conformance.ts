/** One store as the steps see it, behind which stands the memory of the stage tests or the real modules over tables. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { ApplicationState, Facts, Leased, Looked, OpenCall, StateChange } from '../../functions/core/application.ts';
import type { Call, Settlement } from '../../functions/core/call.ts';
import type { ApplicationDefinition, HookDefinition, Reject, TemplateVersion, TriggerDefinition } from '../../functions/core/definitions.ts';
import type { DeliveryRecord } from '../../functions/core/delivery-record.ts';
import type { AttemptRecord } from '../../functions/core/outcome.ts';
import type { Push } from '../../functions/core/push.ts';
import { makeApplicationOf } from '../../functions/store/application-of.ts';
import { makeCalls } from '../../functions/store/calls.ts';
import { applicationKey, hookKey, triggerKey } from '../../functions/store/definition-item.ts';
import { makeDeliveryList, makeDeliveryNote } from '../../functions/store/deliveries.ts';
import { type Item, type Tables, toItem } from '../../functions/store/dynamo.ts';
import { makeHookOf } from '../../functions/store/hook-of.ts';
import { type Claim, makeMarks } from '../../functions/store/marks.ts';
import { makeReject, makeRejects } from '../../functions/store/rejects.ts';
import { makeRemainsRemoval, makeStateRemoval } from '../../functions/store/state-removal.ts';
import { makeStates, type Wishing } from '../../functions/store/states.ts';
import { makeTemplates } from '../../functions/store/templates.ts';
import { makeTriggersOf } from '../../functions/store/triggers-of.ts';
import { createMemory } from '../stages/memory.ts';

export interface Store {
  readonly states: {
    create(application: string, now: number): Promise<void>;
    get(application: string): Promise<ApplicationState | undefined>;
    open(application: string, call: OpenCall, wake?: { readonly dueAt: number }): Promise<'opened' | 'absent'>;
    look(application: string, now: number): Promise<Looked>;
    lease(application: string, now: number, until: number): Promise<Leased>;
    wake(application: string, now: number): Promise<boolean>;
    write(application: string, fence: number, change: StateChange): Promise<{ readonly rev: number } | 'lost'>;
    remove(application: string, fence?: number, rev?: number): Promise<boolean>;
    removeRemains(application: string): Promise<boolean>;
    wish(application: string, wish: Wishing, now: number): Promise<'noted' | 'absent'>;
    due(now: number, limit: number): Promise<readonly string[]>;
  };
  readonly calls: {
    put(call: Call): Promise<'put' | 'exists'>;
    settle(id: string, settlement: Settlement): Promise<boolean>;
    repeat(id: string, deliveryId: string): Promise<void>;
    attempt(id: string, record: AttemptRecord): Promise<void>;
    get(id: string, now: number): Promise<Call | undefined>;
  };
  readonly rejects: {
    reject(application: string, reject: Reject): Promise<void>;
    remove(application: string, digest: string): Promise<boolean>;
    list(application: string, limit: number): Promise<readonly Reject[]>;
  };
  readonly templates: {
    put(application: string, version: TemplateVersion): Promise<'put' | 'exists'>;
    get(application: string, version: number): Promise<TemplateVersion | undefined>;
    head(application: string): Promise<TemplateVersion | undefined>;
    list(application: string, limit: number, before?: number): Promise<readonly TemplateVersion[]>;
  };
  readonly deliveries: {
    note(record: DeliveryRecord): Promise<void>;
    list(hook: string, limit: number, now: number): Promise<readonly DeliveryRecord[]>;
  };
  claim(push: Push, now: number): Promise<Claim>;
  triggersOf(repository: string): Promise<readonly TriggerDefinition[]>;
  application(name: string): Promise<{ readonly definition?: ApplicationDefinition; readonly facts: Facts }>;
  hook(name: string): Promise<HookDefinition | undefined>;
  readonly define: {
    hook(hook: HookDefinition): Promise<void>;
    trigger(trigger: TriggerDefinition): Promise<void>;
    application(application: ApplicationDefinition): Promise<void>;
  };
}

export const RETENTION_DAYS = 30;

/** Synchronous effects as promises. */
const later = <T extends object>(effects: T): { [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never } => {
  const lifted = Object.fromEntries(Object.entries(effects).map(([name, effect]) => [name, async (...args: readonly unknown[]) => effect(...args)]));
  return lifted as ReturnType<typeof later<T>>;
};

export const memoryStore = (): Store => {
  const memory = createMemory(RETENTION_DAYS);
  return {
    states: later(memory.states),
    calls: later(memory.calls),
    rejects: {
      reject: async (application, reject) => void memory.rejects.add(application, reject),
      remove: async (application, digest) => memory.rejects.remove(application, digest),
      list: async (application, limit) => memory.rejects.list(application, limit),
    },
    templates: later(memory.templates),
    deliveries: later(memory.deliveries),
    claim: async (push, now) => memory.claim(push, now),
    triggersOf: async (repository) => memory.triggersOf(repository),
    application: async (name) => memory.application(name),
    hook: async (name) => memory.hook(name),
    define: {
      hook: async (hook) => void memory.hooks.set(hook.name, hook),
      trigger: async (trigger) => void memory.triggers.set(trigger.name, trigger),
      application: async (application) => void memory.applications.set(application.name, application),
    },
  };
};

/** Puts definitions as items, as the API leaves them. */
export const definer = (tables: Tables): Store['define'] => {
  const put = async (item: Item): Promise<void> => {
    await tables.client.send(new PutItemCommand({ TableName: tables.definitions, Item: toItem({ v: 1, ...item }) }));
  };
  return {
    hook: (hook) => put({ ...hookKey(hook.name), kind: 'hook', ...hook }),
    trigger: (trigger) => put({ ...triggerKey(trigger), kind: 'trigger', ...trigger }),
    application: ({ target, ...application }) =>
      put({ ...applicationKey(application.name), kind: 'application', ...application, target: JSON.stringify(target) }),
  };
};

export const tableStore = (tables: Tables, now: () => number): Store => ({
  states: { ...makeStates(tables), remove: makeStateRemoval(tables), removeRemains: makeRemainsRemoval(tables) },
  calls: makeCalls(tables, RETENTION_DAYS),
  rejects: { reject: makeReject(tables), remove: makeRejects(tables).remove, list: makeRejects(tables).list },
  templates: makeTemplates(tables),
  deliveries: { note: makeDeliveryNote(tables), list: makeDeliveryList(tables) },
  claim: makeMarks(tables).claim,
  triggersOf: makeTriggersOf(tables),
  application: makeApplicationOf(tables, now),
  hook: makeHookOf(tables),
  define: definer(tables),
});
