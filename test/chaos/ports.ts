/** The ports of the three functions for one invocation: the memory behind faults. A planted bug wraps them. */
import type { ApplicationState } from '../../functions/core/application.ts';
import { decide } from '../../functions/core/decide.ts';
import { lower } from '../../functions/core/lower.ts';
import { encodeDeployment, encodePushes } from '../../functions/core/message.ts';
import { refused } from '../../functions/core/parsed.ts';
import { toPush } from '../../functions/core/push.ts';
import type { Engines } from '../../functions/core/rule.ts';
import type { DeployPorts } from '../../functions/deploy/ports.ts';
import type { TickPorts } from '../../functions/deploy/tick.ts';
import { readToken } from '../../functions/hooks/token.ts';
import { verifyToken } from '../../functions/hooks/verify.ts';
import type { IngestPorts } from '../../functions/ingest/delivery.ts';
import type { MatchPorts } from '../../functions/match/match.ts';
import type { Memory } from '../stages/memory.ts';
import type { Faults, Invocation, Note } from './faults.ts';
import { Injected } from './faults.ts';
import type { Queue } from './queues.ts';
import type { Random } from './random.ts';
import { readEvents } from './senders.ts';
import type { SimulatedTarget } from './targets.ts';

export interface Surroundings {
  readonly memory: Memory;
  readonly faults: Faults;
  readonly random: Random;
  readonly note: Note;
  readonly pushes: Queue;
  readonly deployments: Queue;
  readonly engines: Engines;
  readonly targets: ReadonlyMap<string, SimulatedTarget>;
  newUlid(now: number): string;
  /** Each state that a write leaves behind. */
  seen(state: ApplicationState): void;
}

/** A bug, as a change of the ports that the code is given. */
export interface Planted {
  readonly ingest?: (ports: IngestPorts) => IngestPorts;
  readonly match?: (ports: MatchPorts) => MatchPorts;
  readonly deploy?: (ports: DeployPorts) => DeployPorts;
  readonly tick?: false;
  /** How often a rollout of the frail targets fails, where a bug shows only after several of them. */
  readonly frail?: number;
}

/** SQS delays at most this long, in whole seconds. */
const delayMs = (seconds: number): number => Math.max(0, Math.min(900, Math.ceil(seconds))) * 1000;

/** Some of a batch may be refused: then the sender of the batch is told so, and the rest is in the queue. */
const sendAll = (queue: Queue, bodies: readonly string[], delay: number, random: Random, troubled: boolean): void => {
  const kept = troubled && bodies.length > 1 && random.chance(0.03) ? bodies.filter(() => random.chance(0.5)) : bodies;
  for (const body of kept) queue.send(body, delay);
  if (kept.length < bodies.length) throw new Injected(`the queue refused ${bodies.length - kept.length} of ${bodies.length} messages`);
};

export const ingestPorts = (invocation: Invocation, { memory, faults, random, note, pushes, newUlid }: Surroundings): IngestPorts => ({
  hook: (name) => faults.call(invocation, 'hook', () => memory.hook(name)),
  application: (name) => faults.call(invocation, 'definition', () => memory.applications.get(name)),
  readToken,
  verifyToken: (token, hook, now) => verifyToken(token, hook?.tokens ?? [], now),
  verifyCredential: async () => ({ ok: true }),
  read: async (_hook, delivery) => readEvents(delivery.body),
  readTrigger: async () => ({ is: 'unreadable', why: 'no trigger URLs in this world' }),
  looksLike: async () => undefined,
  toPush,
  send: (message) =>
    faults.call(invocation, 'send pushes', () => {
      sendAll(pushes, encodePushes(message), 0, random, true);
      for (const push of message.pushes) note(invocation, `enqueued ${push.id} ${push.repository}:${push.tag} event ${push.actor}`);
    }),
  note: (record) => faults.call(invocation, 'note delivery', () => memory.deliveries.note(record)),
  now: () => faults.time(invocation),
  newUlid,
  log: () => undefined,
});

export const matchPorts = (invocation: Invocation, { memory, faults, random, note, deployments, engines }: Surroundings): MatchPorts => ({
  triggersOf: (repository) => {
    invocation.about.add(repository);
    return faults.call(invocation, 'triggersOf', () => memory.triggersOf(repository));
  },
  decideAll: async (triggers, push) => triggers.map((trigger) => ({ trigger, decision: decide(trigger, push, engines) })),
  claim: (push, now) =>
    faults.call(invocation, 'claim', () => {
      const claim = memory.claim(push, now);
      note(invocation, `claim of ${push.id}: ${claim.mine ? 'mine' : `that of ${claim.pushId}`}`);
      return claim;
    }),
  calls: {
    put: (call) =>
      faults.call(invocation, 'put call', () => {
        const put = memory.calls.put(call);
        note(invocation, `call ${call.id} ${call.status}: ${put}`);
        return put;
      }),
    get: (id, now) => faults.call(invocation, 'get call', () => memory.calls.get(id, now)),
    settle: (id, settlement) => faults.call(invocation, 'settle', () => memory.calls.settle(id, settlement)),
    repeat: (id, delivery) => faults.call(invocation, 'repeat', () => memory.calls.repeat(id, delivery)),
  },
  states: {
    open: (application, call) => {
      invocation.about.add(application);
      return faults.call(invocation, 'open', () => {
        const opened = memory.states.open(application, call);
        note(invocation, `open ${call.callId} in ${application}: ${opened}`);
        return opened;
      });
    },
  },
  mendState: (application) => faults.call(invocation, 'mend', () => memory.mendState(application, faults.time(invocation))),
  send: (applications) =>
    faults.call(invocation, 'send deployments', () => {
      sendAll(deployments, applications.map(encodeDeployment), 0, random, true);
      note(invocation, `sent ${applications.join(' ')}`);
    }),
  note: (record) => faults.call(invocation, 'note delivery', () => memory.deliveries.note(record)),
  now: () => faults.time(invocation),
  log: () => undefined,
});

export const deployPorts = (invocation: Invocation, { memory, faults, random, note, deployments, targets, seen }: Surroundings): DeployPorts => ({
  states: {
    look: (application, now) => {
      invocation.about.add(application);
      return faults.call(invocation, 'look', () => {
        const looked = memory.states.look(application, now);
        if (looked.is === 'free') invocation.saw.held = looked.state.hold !== undefined;
        note(invocation, `look at ${application}: ${looked.is}`);
        return looked;
      });
    },
    lease: (application, now, until) => {
      invocation.about.add(application);
      return faults.call(invocation, 'lease', () => {
        const leased = memory.states.lease(application, now, until);
        if (leased.is === 'leased') invocation.saw.held = leased.state.hold !== undefined;
        note(invocation, `lease of ${application}: ${leased.is}${leased.is === 'leased' ? ` fence ${leased.state.fence}` : ''}`);
        return leased;
      });
    },
    wake: (application, now) =>
      faults.call(invocation, 'wake', () => {
        const woken = memory.states.wake(application, now);
        note(invocation, `wake ${application}: ${woken}`);
        return woken;
      }),
    write: (application, fence, change) =>
      faults.call(invocation, change.release !== undefined ? 'release' : change.lease === undefined ? 'write' : 'write and lease', () => {
        const written = memory.states.write(application, fence, change);
        note(
          invocation,
          `${change.release === undefined ? 'write' : `release, due ${change.release.dueAt ?? 'never'}`} ${application}: ${written === 'lost' ? 'lost' : `rev ${written.rev}`}`,
        );
        const state = memory.states.get(application);
        if (written !== 'lost' && state !== undefined) seen(state);
        if (written !== 'lost' && change.lease !== undefined) invocation.saw.held = state?.hold !== undefined;
        return written;
      }),
    remove: (application, fence, rev) =>
      faults.call(invocation, 'remove', () => {
        const removed = memory.states.remove(application, fence, rev);
        note(invocation, `remove state of ${application}: ${removed}`);
        return removed;
      }),
    removeRemains: (application) => faults.call(invocation, 'remove remains', () => memory.states.removeRemains(application)),
  },
  application: (name) =>
    faults.call(invocation, 'application', () => {
      const found = memory.application(name);
      invocation.saw.rejects = found.facts.rejects;
      return found;
    }),
  lower: async () => lower,
  reject: (application, reject) =>
    faults.call(invocation, 'reject', () => {
      memory.rejects.add(application, reject);
      note(invocation, `reject ${reject.digest} of ${application}`);
    }),
  templates: {
    head: (application) => faults.call(invocation, 'template head', () => memory.templates.head(application)),
    get: (application, version) => faults.call(invocation, 'template get', () => memory.templates.get(application, version)),
    put: (application, version) => faults.call(invocation, 'template put', () => memory.templates.put(application, version)),
  },
  calls: {
    put: (call) => faults.call(invocation, 'put call', () => memory.calls.put(call)),
    get: (id, now) => faults.call(invocation, 'get call', () => memory.calls.get(id, now)),
    settle: (id, settlement) =>
      faults.call(invocation, 'settle', () => {
        const settled = memory.calls.settle(id, settlement);
        note(invocation, `settle ${id} ${settlement.status} ${settlement.reason ?? ''} ${settlement.by ?? ''}: ${settled}`);
        return settled;
      }),
    attempt: (id, record) => faults.call(invocation, 'attempt', () => memory.calls.attempt(id, record)),
  },
  target: async (definition) => {
    const target = typeof definition.id === 'string' ? targets.get(definition.id) : undefined;
    return target === undefined ? refused(`no target ${String(definition.id)}`) : { ok: true, value: target.bind(invocation) };
  },
  io: (idempotencyKey) => ({
    request: () => Promise.reject(new Error('simulated targets make no requests')),
    secret: () => Promise.reject(new Error('simulated targets have no secrets')),
    signal: new AbortController().signal,
    idempotencyKey,
    externalId: 'external',
    now: () => faults.time(invocation),
  }),
  registry: () => Promise.reject(new Error('simulated hooks give no access to their registry')),
  send: (application, seconds) =>
    faults.call(invocation, 'send self', () => {
      deployments.send(encodeDeployment(application), delayMs(seconds));
      note(invocation, `sent itself after ${seconds.toFixed(3)} s`);
    }),
  now: () => faults.time(invocation),
  random: () => random.next(),
  log: () => undefined,
});

export const tickPorts = (invocation: Invocation, { memory, faults, random, note, deployments }: Surroundings): TickPorts => ({
  due: (now, limit) => faults.call(invocation, 'due', () => memory.states.due(now, limit)),
  sendAll: (applications) =>
    faults.call(invocation, 'send due', () => {
      for (const application of applications) invocation.about.add(application);
      sendAll(deployments, applications.map(encodeDeployment), 0, random, true);
      note(invocation, `woke ${applications.join(' ')}`);
    }),
  // No hook of this world has an identity provider.
  keys: { due: async () => [], fetch: async () => refused('nothing is fetched here'), put: async () => undefined },
  sweep: async () => undefined,
  now: () => faults.time(invocation),
  log: () => undefined,
});
