/**
 * Match: decide every trigger of the pushed repository and record each decision.
 *
 * All steps run on every delivery of a message, whatever an earlier delivery reached: a lost condition means "done
 * before", never "stop here". The send always happens; a spare reconcile does nothing.
 */
import type { OpenCall } from '../core/application.ts';
import { type Call, callId, isOpen, manualTrigger, type Settlement } from '../core/call.ts';
import type { Decision } from '../core/decide.ts';
import type { TriggerDefinition } from '../core/definitions.ts';
import { isInCalls, statusOf } from '../core/delivery-in-calls.ts';
import { type DeliveryRecord, deliveryRecord, type MatchVerdict, verdictOf } from '../core/delivery-record.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { PushesMessage } from '../core/message.ts';
import { orderOf } from '../core/order.ts';
import { type Push, pushText } from '../core/push.ts';
import { slow } from '../core/slow.ts';

/** What a call needs of the trigger that made it. */
type Caller = Pick<TriggerDefinition, 'name' | 'application'>;

interface Decided<T extends Caller = Caller> {
  readonly trigger: T;
  readonly decision: Decision;
}

export interface MatchPorts {
  triggersOf(repository: string): Promise<readonly TriggerDefinition[]>;
  /** Loads what the rules need (the regex engine, only then) and decides. */
  decideAll(triggers: readonly TriggerDefinition[], push: Push): Promise<readonly Decided<TriggerDefinition>[]>;
  claim(push: Push, now: number): Promise<{ readonly mine: true } | { readonly mine: false; readonly pushId: string }>;
  readonly calls: {
    put(call: Call): Promise<'put' | 'exists'>;
    get(id: string, now: number): Promise<Call | undefined>;
    settle(id: string, settlement: Settlement): Promise<boolean>;
    repeat(id: string, deliveryId: string): Promise<void>;
  };
  readonly states: {
    open(application: string, call: OpenCall): Promise<'opened' | 'absent'>;
  };
  /** Whether the application exists although its state does not (a creation that died half-way): creates the state then. */
  mendState(application: string): Promise<boolean>;
  send(applications: readonly string[]): Promise<void>;
  /** Keeps what came of a delivery with its hook. */
  note(record: DeliveryRecord): Promise<void>;
  now(): number;
  log(event: string, fields: Readonly<Record<string, string | number | boolean | undefined>>): void;
}

/** At most so many table calls of one push at a time. */
const WIDTH = 10;

/** What came of one push. `calls`: those that it made, or is known by. */
interface Matched {
  readonly verdict: MatchVerdict;
  readonly why?: string;
  readonly calls?: readonly string[];
}

export const match = async (message: PushesMessage, ports: MatchPorts): Promise<void> => {
  let failed: { readonly error: unknown } | undefined;
  const matched: Matched[] = [];
  // One push that fails must not keep the others of its delivery waiting; the message comes back for it.
  for (const push of message.pushes)
    try {
      matched.push(await matchPush(push, message, ports));
    } catch (error) {
      failed ??= { error };
      matched.push({
        verdict: 'unfinished',
        why: 'it could not be matched: it comes again for some minutes, and then lies with the dead letters until they are redriven; the log of match says why',
      });
    }
  const record = recordOf(message, matched);
  if (!isInCalls(message, record.verdict)) await noted(record, ports);
  if (failed !== undefined) throw failed.error;
};

/** Last, and beside the work: what cannot be noted is no reason to do all of it again. */
export const noted = (record: DeliveryRecord, { note, log }: Pick<MatchPorts, 'note' | 'log'>): Promise<void> =>
  note(record).catch((error: unknown) => log('delivery.unrecorded', { delivery: record.id, hook: record.hook, why: String(error) }));

const recordOf = ({ deliveryId: id, hook, answered: told, receivedAt: at, pushes }: PushesMessage, matched: readonly Matched[]): DeliveryRecord => {
  const verdict = verdictOf(matched.map((each) => each.verdict));
  const why = matched.find((each) => each.verdict === verdict)?.why;
  const [first] = pushes;
  return deliveryRecord({
    ...{ id, hook, at, verdict },
    ...(told === undefined ? statusOf(hook, first?.source, first?.application !== undefined) : { status: told }),
    ...(why === undefined ? {} : { why }),
    references: pushes.map(pushText),
    calls: matched.flatMap(({ calls }) => calls ?? []),
    ...(first?.source === undefined ? {} : { source: first.source }),
  });
};

const matchPush = async (push: Push, message: PushesMessage, ports: MatchPorts): Promise<Matched> => {
  const started = ports.now();
  const image = pushText(push);
  const { decided, triggers } = await decisionsOn(push, ports);
  if (decided.length === 0) {
    ports.log('push.unheard', { ...idsOf(push, message), hook: push.hook, image, triggers });
    return { verdict: 'unheard', why: triggers === 0 ? 'no trigger names the repository' : 'the triggers that name the repository hear other hooks' };
  }
  const claim = await ports.claim(push, started);
  if (!claim.mine) {
    const fired = decided.filter(({ decision }) => decision.fires);
    await inParallel(fired, WIDTH, ({ trigger }) => ports.calls.repeat(callId(claim.pushId, trigger.name), message.deliveryId));
    ports.log('push.duplicate', { ...idsOf(push, message), hook: push.hook, image, of: claim.pushId });
    return { verdict: 'duplicate', why: 'the same event was delivered before', calls: decided.map(({ trigger }) => callId(claim.pushId, trigger.name)) };
  }
  const fired = (await inParallel(decided, WIDTH, (one) => recordDecision(push, one, started, message.deliveryId, ports))).flatMap((trigger) => trigger ?? []);
  const opened = await inParallel(fired, WIDTH, async (trigger) => {
    try {
      return { application: await openCall(push, trigger, message, ports) };
    } catch (error) {
      return { error };
    }
  });
  const applications = [...new Set(opened.flatMap(({ application }) => application ?? []))].sort();
  // Before anything is thrown: the state of one application must not keep another one's call waiting.
  if (applications.length > 0) await ports.send(applications);
  const broken = opened.find((result) => 'error' in result);
  if (broken !== undefined) throw broken.error;
  ports.log('trigger.decided', { ...decisionOf(push, message, decided.length, fired), image, ...slow(ports.now() - started) });
  return matchedBy(push, decided);
};

/** By the decisions themselves: at a second delivery of the message the calls that fired may have ended. */
const matchedBy = (push: Push, decided: readonly Decided[]): Matched => {
  const firing = decided.filter(({ decision }) => decision.fires);
  if (firing.length > 0) return { verdict: 'fired', calls: firing.map(({ trigger }) => callId(push.id, trigger.name)) };
  const why = decided.flatMap(({ trigger, decision }) => (decision.fires ? [] : [`${trigger.name}: ${decision.detail}`])).join('; ');
  return { verdict: 'untriggered', why, calls: decided.map(({ trigger }) => callId(push.id, trigger.name)) };
};

/** Most deliveries hold one push, which then has their id. */
const idsOf = ({ id }: Push, { deliveryId }: PushesMessage) => ({ push: id, ...(deliveryId === id ? {} : { delivery: deliveryId }) });

/** Most pushes fire one trigger: then the call says it all. */
const decisionOf = (push: Push, message: PushesMessage, decided: number, fired: readonly Caller[]) => {
  const { push: id, ...delivery } = idsOf(push, message);
  const [first] = fired;
  if (first !== undefined && decided === 1) return { call: callId(id, first.name), ...delivery };
  return { push: id, ...delivery, hook: push.hook, decided, fired: fired.map(({ name }) => name).join(' ') };
};

/** Through a trigger URL a push fires for the application that it names, and no trigger is asked. `triggers`: how many were. */
const decisionsOn = async (push: Push, ports: MatchPorts): Promise<{ readonly decided: readonly Decided[]; readonly triggers: number }> => {
  const { application } = push;
  if (application !== undefined) return { decided: [{ trigger: { name: manualTrigger(application), application }, decision: { fires: true } }], triggers: 0 };
  const all = await ports.triggersOf(push.repository);
  const decided = (await ports.decideAll(all, push)).filter(({ decision }) => decision.fires || decision.reason !== 'other-hook');
  return { decided, triggers: all.length };
};

/** Puts the call; the trigger when it is to be opened. What an earlier delivery of this message decided stands, whatever the rule says by now. */
const recordDecision = async (push: Push, { trigger, decision }: Decided, now: number, delivery: string, ports: MatchPorts): Promise<Caller | undefined> => {
  const call = callOf(push, trigger, decision, now, delivery);
  if ((await ports.calls.put(call)) === 'put') return decision.fires ? trigger : undefined;
  const stored = await ports.calls.get(call.id, now);
  return stored === undefined ? (decision.fires ? trigger : undefined) : isOpen(stored.status) ? trigger : undefined;
};

const callOf = (push: Push, trigger: Caller, decision: Decision, now: number, delivery: string): Call => ({
  id: callId(push.id, trigger.name),
  trigger: trigger.name,
  application: trigger.application,
  hook: push.hook,
  repository: push.repository,
  tag: push.tag,
  ...(push.digest === undefined ? {} : { digest: push.digest }),
  ...(push.actor === undefined ? {} : { actor: push.actor.slice(0, 100) }),
  order: orderOf(push),
  ...(push.source === undefined ? {} : { source: push.source }),
  ...(delivery === push.id ? {} : { delivery }),
  ...(push.restart === true ? { action: 'redeploy' } : {}),
  ...(decision.fires ? { status: 'queued' } : { status: 'untriggered', reason: decision.reason, detail: decision.detail, endedAt: now }),
  receivedAt: push.receivedAt,
  decidedAt: now,
});

/** Makes the application see the call; the application's name, or undefined when there is no such application. */
const openCall = async (push: Push, trigger: Caller, { hosts, access }: PushesMessage, ports: MatchPorts): Promise<string | undefined> => {
  const { application } = trigger;
  const open: OpenCall = {
    callId: callId(push.id, trigger.name),
    order: orderOf(push),
    repository: push.repository,
    tag: push.tag,
    ...(push.digest === undefined ? {} : { digest: push.digest }),
    receivedAt: push.receivedAt,
    hosts,
    ...(access === undefined ? {} : { access }),
    ...(push.restart === true ? { restart: true } : {}),
  };
  if ((await ports.states.open(application, open)) === 'opened') return application;
  if ((await ports.mendState(application)) && (await ports.states.open(application, open)) === 'opened') return application;
  await ports.calls.settle(open.callId, {
    status: 'failed',
    reason: 'application-deleted',
    detail: `no application is named "${application}"`,
    endedAt: ports.now(),
  });
  return undefined;
};
