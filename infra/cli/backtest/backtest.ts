/** Pushes of the past by the definitions of files: the very decisions of `match` and `goal`, and beside each what came of it then. */
import type { OpenCall } from '../../../functions/core/application.ts';
import { callId } from '../../../functions/core/call.ts';
import { decideAll } from '../../../functions/core/decide-all.ts';
import type { ApplicationDefinition, TriggerDefinition } from '../../../functions/core/definitions.ts';
import { type Fields, textOf, texts } from '../../../functions/core/fields.ts';
import { hostOf } from '../../../functions/core/image.ts';
import { orderOf } from '../../../functions/core/order.ts';
import { hookCovers, repositoryMatches } from '../../../functions/core/repository-pattern.ts';
import { applicationBody } from '../../../functions/schema/application.ts';
import { check } from '../../../functions/schema/check.ts';
import { DOCUMENTS } from '../../../functions/schema/file.ts';
import type { Held } from '../files/held.ts';
import type { PastPush } from './past-pushes.ts';
import { type Outcome, simulate } from './simulate.ts';

export interface Row {
  readonly at: number;
  readonly push: string;
  readonly image: string;
  readonly trigger: string;
  readonly application: string;
  /** As its call says; undefined where there was none. */
  readonly was?: string;
  readonly wasDeployed: boolean;
  /** Undefined where the trigger would not have heard it. */
  readonly wouldBe?: Outcome | `untriggered: ${string}`;
}

export const backtest = async (pushes: readonly PastPush[], after: Held, until: number): Promise<readonly Row[]> => {
  const triggers = [...after.Trigger].flatMap(([name, item]) => triggerOf(name, item));
  const wouldBe = new Map<string, Row['wouldBe']>();
  const arriving = new Map<string, OpenCall[]>();
  for (const push of pushes) {
    const heard = isHeard(push, after.Hook.get(push.hook)) ? triggers.filter(({ repository }) => repositoryMatches(repository, push.repository)) : [];
    for (const { trigger, decision } of await decideAll(heard, push)) {
      const id = callId(push.id, trigger.name);
      if (decision.fires) arriving.set(trigger.application, [...(arriving.get(trigger.application) ?? []), openCall(id, push)]);
      else if (decision.reason !== 'other-hook') wouldBe.set(id, `untriggered: ${decision.reason}`);
    }
  }
  for (const [name, calls] of arriving) {
    const definition = applicationOf(name, after.Application.get(name));
    const lower = definition?.policy.neverDown === true ? (await import('../../../functions/core/lower.ts')).lower : undefined;
    const outcomes = definition === undefined ? undefined : simulate(definition, calls, until, lower);
    for (const { callId: id } of calls) wouldBe.set(id, outcomes?.get(id) ?? 'skipped: application-deleted');
  }
  return pushes.flatMap((push) => rowsOf(push, after, wouldBe));
};

const rowsOf = (push: PastPush, after: Held, wouldBe: ReadonlyMap<string, Row['wouldBe']>): readonly Row[] => {
  const { id, repository, tag, receivedAt: at, calls } = push;
  const names = [...new Set([...calls.keys(), ...[...after.Trigger.keys()].filter((name) => wouldBe.has(callId(id, name)))])].sort();
  return names.map((trigger) => {
    const call = calls.get(trigger);
    const would = wouldBe.get(callId(id, trigger));
    return {
      ...{ at, push: id, image: `${repository}:${tag}`, trigger },
      application: textOf(would === undefined ? call?.application : after.Trigger.get(trigger)?.application),
      ...(call === undefined ? {} : { was: [textOf(call.status), textOf(call.reason)].filter((part) => part !== '').join(': ') }),
      wasDeployed: call !== undefined && isDeployed(call),
      ...(would === undefined ? {} : { wouldBe: would }),
    };
  });
};

/** Something was sent to its target, whatever came of it. */
const isDeployed = ({ status, attemptCount }: Fields): boolean =>
  status === 'delivered' || status === 'succeeded' || (status !== 'skipped' && typeof attemptCount === 'number' && attemptCount > 0);

/** Only within its bounds: a push is known under the host that its hook spoke for then. */
const isHeard = ({ repository }: PastPush, hook: Fields | undefined): boolean => {
  if (hook?.enabled !== true) return false;
  const { registryHost, hostAliases, repositories } = hook;
  const host = hostOf(repository);
  if (typeof registryHost === 'string' && registryHost !== host && !texts(hostAliases).includes(host)) return false;
  return repositories === undefined || hookCovers(texts(repositories), repository);
};

const openCall = (id: string, { id: push, repository, tag, digest, receivedAt }: PastPush): OpenCall => ({
  ...{ callId: id, order: orderOf({ id: push, receivedAt }), repository, tag, receivedAt, hosts: [] },
  ...(digest === undefined ? {} : { digest }),
});

/** What the API shows has passed these schemas; one of a newer API that has not is left out. */
const triggerOf = (name: string, { repository, application, hook, rule, enabled }: Fields): readonly TriggerDefinition[] => {
  const read = check(DOCUMENTS.Trigger.shape.rule, withoutNothing(rule));
  if (!read.ok || read.value === undefined) return [];
  const plain = { name, repository: textOf(repository), application: textOf(application), hook: textOf(hook), enabled: enabled === true };
  return [{ ...plain, rule: read.value, createdAt: 0, updatedAt: 0 }];
};

const applicationOf = (name: string, item: Fields | undefined): ApplicationDefinition | undefined => {
  if (item === undefined) return undefined;
  const policy = check(applicationBody.shape.policy, item.policy);
  const source = item.source === undefined ? {} : { source: { git: '' } };
  return {
    name,
    enabled: item.enabled === true,
    target: { kind: '' },
    policy: (policy.ok ? policy.value : undefined) ?? {},
    ...source,
    createdAt: 0,
    updatedAt: 0,
  };
};

const withoutNothing = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
