/** Who pushes where, and what hears it: a small world with every shape of wiring that the protocol has to survive. */
import type { ApplicationDefinition, HookDefinition, Policy, TriggerDefinition } from '../../functions/core/definitions.ts';
import type { Rule } from '../../functions/core/rule.ts';
import { hashToken, makeToken } from '../../functions/hooks/token.ts';
import type { Random } from './random.ts';

/** What a sender can say of one event: the evidence that a repeated delivery is one. */
export type Evidence = 'event-id' | 'digest' | 'none';

export interface Sender {
  readonly hook: string;
  readonly token: string;
  readonly evidence: Evidence;
  /** Whether it says when the push was, so that the order does not depend on when we hear of it. */
  readonly timed: boolean;
  readonly repositories: readonly string[];
}

export interface Topology {
  readonly hooks: readonly HookDefinition[];
  readonly senders: readonly Sender[];
  readonly triggers: readonly TriggerDefinition[];
  readonly applications: readonly ApplicationDefinition[];
  /** What each application's readable target runs; an application without is blind. */
  readonly repositoriesOf: ReadonlyMap<string, readonly string[]>;
}

export const HOST = 'registry.example.com';
/** Applications whose names begin so are the ones that people have wishes for. */
export const isHandled = (application: string): boolean => /^(hand|ask)-/.test(application);
const HANDS: readonly Policy[] = [{ autoRollback: true }, { autoRollback: true, quietSeconds: 8 }, { autoRollback: true, maxPerHour: 12 }, {}];
const FIRES: Rule = { mode: 'all' };
/** Every third tag fires. */
const SOME: Rule = { mode: 'expression', expression: 'v1\\.0\\.[0-9]*[147]' };

export const makeTopology = (random: Random, now: number): Topology => {
  const hooks: HookDefinition[] = [];
  const senders: Sender[] = [];
  const triggers: TriggerDefinition[] = [];
  const applications: ApplicationDefinition[] = [];
  const repositoriesOf = new Map<string, readonly string[]>();
  const stamps = { createdAt: now, updatedAt: now };
  const bytes = (n: number): Uint8Array => Uint8Array.from({ length: n }, () => random.below(256));

  const evidences: readonly Evidence[] = ['event-id', 'event-id', 'digest', 'none'];
  for (const [i, evidence] of evidences.entries()) {
    const hook = `hook-${i}`;
    const token = makeToken(hook, bytes);
    hooks.push({
      name: hook,
      registry: 'generic',
      enabled: true,
      registryHost: HOST,
      hostAliases: [],
      tokens: [{ sha256: hashToken(token), createdAt: now }],
      ...stamps,
    });
    senders.push({ hook, token, evidence, timed: i === 1, repositories: [0, 1, 2].map((n) => `${HOST}/team-${i}/part-${n}`) });
  }

  const application = (name: string, readable: readonly string[] | undefined, policy: Policy): string => {
    const target = readable === undefined ? { kind: 'blind', id: `${name}-target` } : { kind: 'readable', id: `${name}-target` };
    applications.push({ name, enabled: true, target, policy, ...stamps });
    if (readable !== undefined) repositoriesOf.set(name, readable);
    return name;
  };
  const trigger = (repository: string, to: string, hook: string, rule: Rule = FIRES): void => {
    triggers.push({ name: `t${triggers.length}-${to}`, hook, repository, rule, application: to, enabled: true, ...stamps });
  };

  for (const { hook, repositories } of senders) {
    const [a, b, c] = repositories;
    if (a === undefined || b === undefined || c === undefined) throw new Error('each sender has three repositories');
    const n = hook.slice(-1);
    // One repository, one application; a second application hears the same, sometimes.
    trigger(a, application(`web-${n}`, [a], {}), hook);
    trigger(a, application(`call-${n}`, undefined, n === '1' || n === '3' ? { atMostOnce: true } : {}), hook);
    // One application of two repositories, one of them heard through a pattern.
    const both = application(`both-${n}`, [b, c], {});
    trigger(b, both, hook);
    trigger(c, both, hook, n === '2' ? SOME : FIRES);
    // Two triggers of one application hear the same push.
    const twice = application(`twice-${n}`, n === '0' ? undefined : [b], {});
    trigger(b, twice, hook);
    trigger(`${HOST}/team-${n}/*`, twice, hook, { mode: 'expression', expression: `v.*`, except: n === '0' ? '.*[357]' : '.*5' });
    if (n !== '0') repositoriesOf.set(twice, repositories);
    // Gates that wait by themselves.
    // What people have their hands on: wishes, holds, rejects; rollouts that are taken back by the policy.
    trigger(a, application(`hand-${n}`, [a], HANDS[Number(n) % HANDS.length] ?? {}), hook);
    trigger(b, application(`ask-${n}`, undefined, n === '2' ? { quietSeconds: 8 } : {}), hook);
    // Tags are versions, and none goes down.
    trigger(c, application(`up-${n}`, n === '0' ? undefined : [c], { neverDown: true }), hook);
    trigger(c, application(`slow-${n}`, n === '1' ? undefined : [c], n === '2' ? { maxPerHour: 6 } : { quietSeconds: 8 }), hook);
  }
  return { hooks, senders, triggers, applications, repositoriesOf };
};
