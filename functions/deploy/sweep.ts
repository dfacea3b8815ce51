/**
 * With each tick: looks at the registries of a few hooks for pushes that nobody told. What was missed goes through the
 * pushes queue like any other push, so that the same rules decide, and the same record tells.
 *
 * Only where a hook gives access, only repositories that a trigger names (a pattern names none), and only tags that would
 * fire. One look asks at most so many tags, in turn, and stops where its registry asks for patience.
 */
import type { Call } from '../core/call.ts';
import type { HookDefinition, TriggerDefinition } from '../core/definitions.ts';
import { fingerprint } from '../core/fingerprint.ts';
import { hostOf, pathOf } from '../core/image.ts';
import type { PushesMessage } from '../core/message.ts';
import { type Push, toPush } from '../core/push.ts';
import type { RegistryAccess, RegistryAnswer, RegistryTags, Silence } from '../core/registry-answer.ts';
import { registryHosts } from '../core/registry-hosts.ts';
import { hookCovers } from '../core/repository-pattern.ts';
import { byName, compareTags, inTurn, type Missed, own, type SweepMemory } from '../core/sweep.ts';
import { sweepMinutes } from '../core/sweep-minutes.ts';

export interface SweepPorts {
  /** Hooks whose time has come, and which time that is. */
  due(now: number, limit: number): Promise<readonly { readonly hook: string; readonly dueAt: number }[]>;
  /** Sets the next time, or that there is none; false when somebody else did, or there is no such hook any more. */
  take(hook: string, dueAt: number, next?: number): Promise<boolean>;
  hook(name: string): Promise<HookDefinition | undefined>;
  triggers(hook: string): Promise<readonly TriggerDefinition[]>;
  fires(trigger: TriggerDefinition, tag: string): Promise<boolean>;
  memory(hook: string, repository: string): Promise<SweepMemory | undefined>;
  remember(hook: string, repository: string, memory: SweepMemory): Promise<void>;
  /** What came of a look; `missed` is added to what was missed before. */
  report(hook: string, report: { readonly at: number; readonly missed: number; readonly why?: string }): Promise<void>;
  /** The newest calls of a trigger. */
  calls(trigger: string, limit: number, now: number): Promise<readonly Call[]>;
  registry(repository: string, access: RegistryAccess): Promise<{ tags(): Promise<RegistryTags>; find(tag: string, known?: string): Promise<RegistryAnswer> }>;
  send(message: PushesMessage): Promise<void>;
  newUlid(now: number): string;
  now(): number;
  log(event: string, fields: Readonly<Record<string, string | number | boolean | undefined>>): void;
}

const MOST_HOOKS = 20;
const MOST_REPOSITORIES = 10;
const MOST_ASKED = 50;
/** Of a repository; where more would fire, those of the highest names. */
const MOST_TAGS = 500;
const MOST_CALLS = 100;
/** No question is begun after this: the function has 60 s. */
const LONGEST_MS = 30_000;
const MINUTE = 60_000;
/** Half a tick, so that the tick which comes after so many minutes is not too early by a hair. */
const EARLY = MINUTE / 2;
/** A place in the order more than a day old is not believed: see `order.ts`. */
const BELIEVED_MS = 23 * 3_600_000;

export const sweep = async (ports: SweepPorts): Promise<void> => {
  const until = ports.now() + LONGEST_MS;
  for (const { hook: name, dueAt } of await ports.due(ports.now(), MOST_HOOKS)) {
    if (ports.now() >= until) return;
    const hook = await ports.hook(name);
    const minutes = hook === undefined ? 0 : sweepMinutes(hook);
    if (hook?.access === undefined || minutes === 0) {
      await ports.take(name, dueAt);
      continue;
    }
    const next = ports.now() + minutes * MINUTE - EARLY;
    // Taken before the work: a hook whose look makes the function die waits for its next time like any other.
    if (!(await ports.take(name, dueAt, next))) continue;
    const looked = await lookAtHook(hook, hook.access, Math.floor(ports.now() / (minutes * MINUTE)), until, ports);
    await ports.report(name, { at: ports.now(), missed: looked.missed, ...(looked.why === undefined ? {} : { why: looked.why }) });
    const soon = looked.retryAfter ?? (looked.suspects ? MINUTE - EARLY : undefined);
    const again = ports.now() + (soon ?? 0);
    if (soon !== undefined && (looked.retryAfter !== undefined ? again > next : again < next)) await ports.take(name, next, again);
    ports.log(looked.missed > 0 ? 'sweep.missed' : 'sweep.looked', { hook: name, ...looked, retryAfter: looked.retryAfter });
  }
};

interface Looked extends Partial<Omit<Silence, 'is'>> {
  readonly missed: number;
  readonly suspects: boolean;
}

const lookAtHook = async (hook: HookDefinition, access: RegistryAccess, turn: number, until: number, ports: SweepPorts): Promise<Looked> => {
  const heard = (await ports.triggers(hook.name)).filter(
    ({ enabled, repository }) => enabled && !repository.endsWith('/*') && (hook.repositories === undefined || hookCovers(hook.repositories, repository)),
  );
  const repositories = [...new Set(heard.map(({ repository }) => repository))].sort();
  let missed = 0;
  let suspects = false;
  let denied: string | undefined;
  for (const repository of inTurn(repositories, MOST_REPOSITORIES, turn)) {
    if (ports.now() >= until) break;
    const triggers = heard.filter((trigger) => trigger.repository === repository);
    const looked = await lookAtRepository(repository, { hook, access, triggers, turn, until }, ports);
    missed += looked.missed;
    suspects ||= looked.suspects;
    if (looked.denied) denied ??= looked.why;
    else if (looked.why !== undefined) return { ...looked, missed, suspects };
  }
  return { missed, suspects, ...(denied === undefined ? {} : { why: denied }) };
};

interface Context {
  readonly hook: HookDefinition;
  readonly access: RegistryAccess;
  readonly triggers: readonly TriggerDefinition[];
  readonly turn: number;
  readonly until: number;
}

const lookAtRepository = async (repository: string, { hook, access, triggers, turn, until }: Context, ports: SweepPorts): Promise<Looked> => {
  const registry = await ports.registry(repository, access);
  const listed = await registry.tags();
  if (listed.is === 'silent') return { missed: 0, suspects: false, ...whyOf(repository, listed) };
  const before = await ports.memory(hook.name, repository);
  const tags: string[] = [];
  let cut = false;
  for (const tag of [...listed.tags].sort(byName).reverse()) {
    cut = tags.length === MOST_TAGS;
    if (cut) break;
    for (const trigger of triggers)
      if (await ports.fires(trigger, tag)) {
        tags.push(tag);
        break;
      }
  }
  const of = fingerprint([hook.sweptSince ?? hook.createdAt, triggers.map(({ name, rule, updatedAt }) => [name, rule, updatedAt]).sort()]);
  const isNew = (tag: string): boolean => before !== undefined && !Object.hasOwn(before.tags, tag);
  const fresh = tags.filter(isNew).slice(0, MOST_ASKED);
  const others = tags.filter((tag) => !isNew(tag));
  const digests = new Map<string, string>();
  let silent: Silence | undefined;
  for (const tag of [...fresh, ...inTurn(others, MOST_ASKED - fresh.length, turn)]) {
    if (ports.now() >= until) break;
    const answer = await registry.find(tag, own(before?.tags, tag) || undefined);
    if (answer.is === 'found') digests.set(tag, answer.digest);
    if (answer.is === 'silent') {
      silent = answer;
      break;
    }
  }
  // Most looks find what the last one found: then nobody's calls are read.
  const changed = before !== undefined && [...digests].some(([tag, digest]) => before.tags[tag] !== digest);
  const { calls, callsSince } = changed ? await callsOf(triggers, ports) : NO_CALLS;
  const now = ports.now();
  const { memory, missed } = compareTags(before, { tags, digests, calls, callsSince, cut, of, now });
  // Sent before it is remembered: who dies in between sends the same events again, and match knows them.
  if (missed.length > 0) await sendMissed(repository, missed, hook, before?.at ?? 0, ports);
  await ports.remember(hook.name, repository, memory);
  const suspects = Object.keys(memory.suspects).length > 0;
  return { missed: missed.length, suspects, ...(silent === undefined ? {} : whyOf(repository, silent)) };
};

const whyOf = (repository: string, { is: _, why, ...rest }: Silence): Omit<Silence, 'is'> => ({ why: `${repository}: ${why}`, ...rest });

const NO_CALLS = { calls: [], callsSince: 0 } as const;

const callsOf = async (
  triggers: readonly TriggerDefinition[],
  ports: SweepPorts,
): Promise<{ readonly calls: readonly Call[]; readonly callsSince: number }> => {
  const calls: Call[] = [];
  let callsSince = 0;
  for (const { name } of triggers) {
    const page = await ports.calls(name, MOST_CALLS, ports.now());
    calls.push(...page);
    if (page.length === MOST_CALLS) callsSince = Math.max(callsSince, Math.min(...page.map(({ receivedAt }) => receivedAt)));
  }
  return { calls, callsSince };
};

const sendMissed = async (repository: string, missed: readonly Missed[], hook: HookDefinition, looked: number, ports: SweepPorts): Promise<void> => {
  const now = ports.now();
  const pushes = missed.flatMap(({ tag, digest, after }): readonly Push[] => {
    // The same for the same look, and for no other: a tag may come back to an image that it named before.
    const eventId = `sweep ${looked} ${fingerprint([repository, tag])} ${digest}`;
    const event = { host: hostOf(repository), path: pathOf(repository), tag, digest, pushedAt: Math.max(after + 1, now - BELIEVED_MS), eventId };
    const push = toPush(event, hook, { id: ports.newUlid(now), receivedAt: now });
    return push.ok ? [{ ...push.value, source: 'sweep' }] : [];
  });
  const { access } = hook;
  const message = { v: 1, deliveryId: ports.newUlid(now), hook: hook.name, hosts: registryHosts(hook, repository), receivedAt: now, pushes } as const;
  if (pushes.length > 0) await ports.send({ ...message, ...(access === undefined ? {} : { access }) });
};
