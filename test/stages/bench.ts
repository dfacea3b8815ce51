/**
 * The ports of all steps over one memory, for tests of single steps: a clock that tests move, what was sent, one target
 * that tests steer, and a saw that cuts a step off before or after any of its effects.
 */

import type { StateChange } from '../../functions/core/application.ts';
import { decideAll } from '../../functions/core/decide-all.ts';
import type { ApplicationDefinition, HookDefinition, TriggerDefinition } from '../../functions/core/definitions.ts';
import { lower } from '../../functions/core/lower.ts';
import type { PushesMessage } from '../../functions/core/message.ts';
import type { Commit, Outcome, Rollout, Why } from '../../functions/core/outcome.ts';
import { parsed, refused } from '../../functions/core/parsed.ts';
import { toPush } from '../../functions/core/push.ts';
import type { RegistryAccess, RegistryAnswer } from '../../functions/core/registry-answer.ts';
import type { DeployPorts } from '../../functions/deploy/ports.ts';
import type { TickPorts } from '../../functions/deploy/tick.ts';
import { readToken } from '../../functions/hooks/token.ts';
import { verifyCredential, verifyToken } from '../../functions/hooks/verify.ts';
import type { IngestPorts } from '../../functions/ingest/delivery.ts';
import type { MatchPorts } from '../../functions/match/match.ts';
import { appCenter } from '../../functions/registries/app-center.ts';
import { labelOf, looksLike, registryOf } from '../../functions/registries/index.ts';
import type { LogFields } from '../../functions/runtime/log.ts';
import type { BoundTarget, Obstacle, Running, WantedImage, Wish } from '../../functions/targets/target.ts';
import { APPLIED, application, DELIVERED, hook, NOW, trigger, ULIDS } from './given.ts';
import { createMemory } from './memory.ts';
import { makeProving } from './proving.ts';

/** What a write of the state is: the first one may take the lease, the last one gives it back. */
const writing = ({ lease, release }: StateChange): string => (release !== undefined ? 'states.release' : lease === undefined ? 'states.write' : 'states.take');

export const makeBench = () => {
  const memory = createMemory();
  let now = NOW;
  let ids = 100;
  const sent: { application: string; seconds: number }[] = [];
  const enqueued: PushesMessage[] = [];
  const logs: { event: string; fields: LogFields }[] = [];
  const done: string[] = [];
  let cut: { at: number; side: 'before' | 'after' } | undefined;
  let gone = false;
  let onDeath: () => void = () => undefined;
  const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
  /** Nothing in the step hears of it: the process is not there any more. */
  const die = <T>(): Promise<T> => {
    gone = true;
    onDeath();
    return never();
  };

  /** What the target was asked to do, and what it will say. */
  const target = {
    sight: 'blind' as 'blind' | 'readable',
    applied: [] as { readonly key: string; readonly wanted: readonly WantedImage[] }[],
    /** Restarts and templates. */
    told: [] as { readonly key: string; readonly wish: Wish }[],
    takesTemplates: false,
    running: [] as string[],
    settled: true,
    /** Of a blind one. */
    obstacle: undefined as Obstacle | undefined,
    /** Consumed one by one; when empty, all goes well. */
    answers: [] as Outcome[],
    reads: [] as Running[],
    rollouts: [] as (Rollout | { readonly is: 'unavailable'; readonly why: Why })[],
  };

  /** What registries are asked, and will say one by one. */
  const registry = {
    asked: [] as { readonly repository: string; readonly tag: string; readonly access: RegistryAccess }[],
    answers: [] as RegistryAnswer[],
    commit: undefined as Commit | undefined,
  };

  /** One effect of a step: counted, and cut when it is its turn. */
  const effect = async <T>(name: string, run: () => T): Promise<T> => {
    if (gone) return never();
    const turn = done.length;
    done.push(name);
    if (cut?.at === turn && cut.side === 'before') return die();
    const value = run();
    return cut?.at === turn ? die() : value;
  };

  const log = (event: string, fields: LogFields): void => void logs.push({ event, fields });
  const nameOf = ({ image }: WantedImage): string => `${image.repository}:${image.tag}@${image.digest ?? ''}`;
  const apply = (wanted: readonly WantedImage[], key: string): Outcome => {
    const answer = target.answers.shift() ?? (target.sight === 'blind' ? DELIVERED : APPLIED);
    // Whoever gives no answer may have acted all the same: here it has.
    if (answer.is === 'delivered' || answer.is === 'applied' || (answer.is === 'unavailable' && !answer.answered)) {
      target.applied.push({ key, wanted });
      target.running = [...target.running.filter((name) => !wanted.some(({ image }) => name.startsWith(`${image.repository}:`))), ...wanted.map(nameOf)];
    }
    return answer;
  };
  const nameOfWhole = (wish: Exclude<Wish, { set: unknown }>): string =>
    'template' in wish ? `template ${wish.version}${wish.restart === true ? ` restarted ${wish.since}` : ''}` : `restarted ${wish.since}`;
  const applyWish = (wish: Wish, key: string): Outcome => {
    if ('set' in wish) return apply(wish.set, key);
    const answer = target.answers.shift() ?? (target.sight === 'blind' ? DELIVERED : APPLIED);
    if (answer.is === 'delivered' || answer.is === 'applied' || (answer.is === 'unavailable' && !answer.answered)) {
      target.told.push({ key, wish });
      const name = nameOfWhole(wish);
      // The last restart, and one template, is what is there.
      target.running = [...target.running.filter((other) => other.split(' ')[0] !== name.split(' ')[0]), name];
    }
    return answer;
  };
  const bound = (): BoundTarget =>
    target.sight === 'blind'
      ? {
          sight: 'blind',
          apply: (wish, io) => effect('target.apply', () => applyWish(wish, io.idempotencyKey)),
          obstacle: () => effect('target.obstacle', () => target.obstacle),
        }
      : {
          sight: 'readable',
          takesTemplates: target.takesTemplates,
          read: (wish) =>
            effect('target.read', () => {
              const running = 'set' in wish ? wish.set.every((image) => target.running.includes(nameOf(image))) : target.running.includes(nameOfWhole(wish));
              const seen: Running = { is: 'seen', running, settled: target.settled, handle: 'rollout-read', state: undefined, containers: target.running };
              return target.reads.shift() ?? seen;
            }),
          apply: (wish, _seen, io) => effect('target.apply', () => applyWish(wish, io.idempotencyKey)),
          observe: () => effect('target.observe', () => target.rollouts.shift() ?? { is: 'healthy' }),
        };

  const proving = makeProving();
  const { sealed, keys } = proving;
  const { states, calls } = memory;
  const ingest: IngestPorts = {
    hook: (name) => effect('hook', () => memory.hook(name)),
    application: (name) => effect('definition', () => memory.applications.get(name)),
    readToken,
    verifyToken: (token, found, at) => verifyToken(token, found?.tokens ?? [], at),
    verifyCredential: async (found, delivery, at) =>
      verifyCredential(found, delivery, { now: at, proofs: (await registryOf(found.registry))?.proofs ?? [], open: sealed.open, keys: keys.store }),
    read: async (found, delivery) => (await registryOf(found.registry))?.read(delivery, found) ?? { is: 'unreadable', why: `no format ${found.registry}` },
    readTrigger: async (found, delivery) => appCenter.read(delivery, found),
    looksLike: async (found, delivery) => {
      const other = await looksLike(delivery, found.registry);
      return other === undefined ? undefined : { other: labelOf(other), own: labelOf(found.registry) };
    },
    toPush,
    send: (sending) => effect('pushes.send', () => void enqueued.push(sending)),
    note: (record) => effect('note', () => memory.deliveries.note(record)),
    now: () => now,
    newUlid: () => {
      ids += 1;
      return ULIDS[ids] ?? '';
    },
    log,
  };
  const match: MatchPorts = {
    triggersOf: (repository) => effect('triggersOf', () => memory.triggersOf(repository)),
    decideAll,
    claim: (claimed, at) => effect('claim', () => memory.claim(claimed, at)),
    calls: {
      put: (call) => effect('calls.put', () => calls.put(call)),
      get: (id, at) => effect('calls.get', () => calls.get(id, at)),
      settle: (id, settlement) => effect('calls.settle', () => calls.settle(id, settlement)),
      repeat: (id, delivery) => effect('calls.repeat', () => calls.repeat(id, delivery)),
    },
    states: { open: (name, call) => effect('states.open', () => states.open(name, call)) },
    mendState: (name) => effect('mendState', () => memory.mendState(name, now)),
    send: (names) => effect('send', () => void sent.push(...names.map((name) => ({ application: name, seconds: 0 })))),
    note: (record) => effect('note', () => memory.deliveries.note(record)),
    now: () => now,
    log,
  };
  const deploy: DeployPorts = {
    states: {
      look: (name, at) => effect('states.look', () => states.look(name, at)),
      lease: (name, at, until) => effect('states.lease', () => states.lease(name, at, until)),
      wake: (name, at) => effect('states.wake', () => states.wake(name, at)),
      write: (name, fence, change) => effect(writing(change), () => states.write(name, fence, change)),
      remove: (name, fence, rev) => effect('states.remove', () => states.remove(name, fence, rev)),
      removeRemains: (name) => effect('states.removeRemains', () => states.removeRemains(name)),
    },
    application: (name) => effect('application', () => memory.application(name)),
    lower: async () => lower,
    reject: (name, reject) => effect('reject', () => memory.rejects.add(name, reject)),
    templates: {
      head: (name) => effect('templates.head', () => memory.templates.head(name)),
      get: (name, version) => effect('templates.get', () => memory.templates.get(name, version)),
      put: (name, version) => effect('templates.put', () => memory.templates.put(name, version)),
    },
    calls: {
      put: (call) => effect('calls.put', () => calls.put(call)),
      get: (id, at) => effect('calls.get', () => calls.get(id, at)),
      settle: (id, settlement) => effect('calls.settle', () => calls.settle(id, settlement)),
      attempt: (id, record) => effect('calls.attempt', () => calls.attempt(id, record)),
    },
    target: async ({ kind }) => (kind === 'blind' || kind === 'readable' ? parsed(bound()) : refused(`no kind ${kind}`)),
    io: (idempotencyKey) => ({
      request: () => Promise.reject(new Error('the target of this bench makes no requests')),
      secret: async () => refused('no secrets here'),
      signal: new AbortController().signal,
      idempotencyKey,
      externalId: 'external',
      now: () => now,
    }),
    registry: async (repository, access) => ({
      find: (tag) =>
        effect('registry.find', () => {
          registry.asked.push({ repository, tag, access });
          return registry.answers.shift() ?? { is: 'silent', why: 'no answer here' };
        }),
      commit: async () => registry.commit,
    }),
    send: (name, seconds) => effect('send', () => void sent.push({ application: name, seconds })),
    now: () => now,
    random: () => 0.5,
    log,
  };
  const tick: TickPorts = {
    due: (at, limit) => effect('due', () => states.due(at, limit)),
    sendAll: (names) => effect('send', () => void sent.push(...names.map((name) => ({ application: name, seconds: 0 })))),
    keys: keys.ports,
    sweep: async () => undefined,
    now: () => now,
    log,
  };

  return {
    memory,
    target,
    registry,
    sent,
    enqueued,
    logs,
    /** Names of all effects so far. */
    effects: done,
    ports: { ingest, match, deploy, tick },
    proving,
    /** For a target of a test's own. */
    effect,
    at: (time: number): void => {
      now = time;
    },
    pass: (ms: number): void => {
      now += ms;
    },
    now: () => now,
    /** The process goes down before or after its nth effect from now. */
    cutAt: (nth: number, side: 'before' | 'after'): void => {
      cut = { at: done.length + nth, side };
    },
    /** Until the step is over or the process is gone. */
    until: (step: Promise<unknown>): Promise<'done' | 'gone'> => {
      const death = new Promise<'gone'>((resolve) => {
        onDeath = () => resolve('gone');
        if (gone) onDeath();
      });
      return Promise.race([step.then(() => 'done' as const), death]);
    },
    /** A new process. */
    revive: (): void => {
      cut = undefined;
      gone = false;
    },
    /** Hook, trigger and application, as most tests want them. */
    define: (
      ...given: readonly { hook?: Partial<HookDefinition>; trigger?: Partial<TriggerDefinition>; application?: Partial<ApplicationDefinition> }[]
    ): void => {
      for (const each of given.length === 0 ? [{}] : given) {
        const defined = { hook: hook(each.hook), trigger: trigger(each.trigger), application: application(each.application) };
        memory.hooks.set(defined.hook.name, defined.hook);
        memory.triggers.set(defined.trigger.name, defined.trigger);
        memory.applications.set(defined.application.name, defined.application);
        memory.states.create(defined.application.name, NOW);
      }
    },
    call: (n: number, name = 'release') => calls.get(`${ULIDS[n]}.${name}`, now),
    state: (name = 'web') => {
      const state = states.get(name);
      if (state === undefined) throw new Error(`there is no state of ${name}`);
      return state;
    },
  };
};

export type Bench = ReturnType<typeof makeBench>;

/** Each place where a step may be cut: `run` is a step from its beginning on a new bench, `check` what must hold when it was run again. */
export const sawThrough = async (
  run: (bench: Bench) => Promise<unknown>,
  again: (bench: Bench, cut: string) => Promise<void>,
  make: () => Bench,
): Promise<string[]> => {
  const cuts: string[] = [];
  for (let nth = 0; nth < 200; nth += 1)
    for (const side of ['before', 'after'] as const) {
      const bench = make();
      const from = bench.effects.length;
      bench.cutAt(nth, side);
      const ended = await bench.until(run(bench));
      if (ended === 'done') return cuts;
      const name = `${side} ${bench.effects[from + nth]} (effect ${nth + 1})`;
      cuts.push(name);
      bench.revive();
      await again(bench, name);
    }
  return cuts;
};
