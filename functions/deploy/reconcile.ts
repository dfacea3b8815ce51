/**
 * Reconcile one application: take the lease, ask `goal`, settle, act on at most one thing, give the lease back.
 * May be asked any number of times; the message is only a hint. Where nothing is to be done first, the lease comes later or
 * not at all: see `straight.ts`.
 */
import { type ApplicationState, type Facts, isAtRest, isPending, type NotFree } from '../core/application.ts';
import { isOpen } from '../core/call.ts';
import { goal, type Plan } from '../core/goal.ts';
import { carryOut, isWish, type Receive } from './carry-out.ts';
import { settleCall } from './change.ts';
import type { DeployPorts, Session } from './ports.ts';
import { isCalm, isIdle, isStraight } from './straight.ts';

/** Longer than the function's time-out (60 s) plus every late write of a killed function (3 tries × 3 s). */
export const LEASE_MS = 75_000;

export const reconcile = async (application: string, receive: Receive, ports: DeployPorts): Promise<void> => {
  const started = ports.now();
  const looked = await ports.states.look(application, started);
  if (looked.is !== 'free') return notFree(looked, application, started, ports);
  if (isAtRest(looked.state)) return;
  if (!receive.last && isCalm(looked.state) && (await withoutLease(looked.state, started, receive, ports))) return;
  const now = ports.now();
  const leased = await ports.states.lease(application, now, now + LEASE_MS);
  if (leased.is !== 'leased') return notFree(leased, application, now, ports);
  const planned = await planFor(leased.state, now, ports);
  if (planned === undefined) return bury(application, leased.state, ports);
  if ((await carryOut(planned.plan, planned.session, receive)) === 'lost') await lost(application, leased.state, ports);
};

const notFree = async (found: NotFree, application: string, now: number, ports: DeployPorts): Promise<void> => {
  if (found.is === 'absent') return ports.log('deploy.absent', { application });
  // Noted in the state, not sent round until the lease is over: messages that chase a lease multiply faster than it can serve them.
  if (!(await ports.states.wake(application, now))) await ports.send(application, 0);
  ports.log('deploy.taken', { application, until: found.until });
};

/** Whether that was all. Else, also when somebody else was faster or the lease ran out on the way, all is looked at anew under a lease. */
const withoutLease = async (state: ApplicationState, now: number, receive: Receive, ports: DeployPorts): Promise<boolean> => {
  const planned = await planFor(state, now, ports);
  if (planned === undefined) return false;
  const { plan, session } = planned;
  if (isIdle(plan, state, now)) return true;
  if (!(await isStraight(plan, session.definition, ports))) return false;
  const fence = state.fence + 1;
  const leased: Session = { ...session, fence, state: { ...state, fence } };
  return (await carryOut(plan, leased, receive, { until: session.leaseUntil, rev: state.rev })) === 'done';
};

interface Planned {
  readonly plan: Plan;
  readonly session: Session;
}

/** What is to be done; undefined when the application is gone. */
const planFor = async (state: ApplicationState, now: number, ports: DeployPorts): Promise<Planned | undefined> => {
  const { application, fence } = state;
  const { definition, facts } = await ports.application(application);
  if (definition === undefined) return undefined;
  const session: Session = { application, definition, state, rejects: facts.rejects, fence, leaseUntil: now + LEASE_MS, ports };
  return { session, plan: await planWithoutEnded(session, definition.policy.neverDown === true ? { ...facts, lower: await ports.lower() } : facts, now) };
};

/**
 * A write of a person's wish that lands late, or once more, may open a call that ended long ago. Only these can win over
 * what was wanted since, so only these are looked up before they do.
 */
const planWithoutEnded = async (session: Session, facts: Facts, now: number): Promise<Plan> => {
  const { definition, state } = session;
  const ended: string[] = [];
  for (;;) {
    const open = Object.fromEntries(Object.entries(state.open).filter(([callId]) => !ended.includes(callId)));
    const plan = goal(definition, { ...state, open }, facts, now);
    const found = await endedAmong(plan, session, now);
    if (found.length === 0) return { ...plan, forget: [...plan.forget, ...ended] };
    // Without these another one of them may win.
    ended.push(...found);
  }
};

/** Of the calls that win by a plan, those that ended long ago. */
const endedAmong = async ({ promote, hold }: Plan, { state, ports }: Session, now: number): Promise<readonly string[]> => {
  const ended: string[] = [];
  for (const open of [...promote, ...hold.flatMap(({ callId }) => state.open[callId] ?? [])]) {
    const call = isWish(open) ? await ports.calls.get(open.callId, now) : undefined;
    if (call !== undefined && !isOpen(call.status)) ended.push(open.callId);
  }
  return ended;
};

/** The lease ran out: nothing may be written any more. Never silently, since perhaps nobody has taken it over. */
const lost = async (application: string, { fence }: ApplicationState, ports: DeployPorts): Promise<void> => {
  await ports.send(application, 0);
  ports.log('deploy.lost', { application, fence });
};

/** As many as one write can close: an update expression is at most 4 kB. */
const MOST_BURIED = 50;

/** The application is gone: what waits for it ends, and its state goes too. */
const bury = async (application: string, state: ApplicationState, ports: DeployPorts): Promise<void> => {
  const open = Object.keys(state.open).slice(0, MOST_BURIED);
  // A roll back by the policy is open nowhere else.
  const automatic = Object.values(state.runs).flatMap((run) => (isPending(run) && run.desired.automatic === true ? [run.desired.callId] : []));
  for (const callId of [...open, ...automatic])
    await settleCall(
      callId,
      { status: 'failed', reason: 'application-deleted', detail: `application "${application}" was deleted meanwhile`, endedAt: ports.now() },
      { application, ports },
    );
  const removed =
    open.length === Object.keys(state.open).length &&
    (await ports.states.removeRemains(application)) &&
    (await ports.states.remove(application, state.fence, state.rev));
  // A call that is left, or was opened meanwhile, would be forgotten together with the state: it is ended first, by one more look.
  if (!removed && (await ports.states.write(application, state.fence, { close: open, release: { dueAt: ports.now() } })) !== 'lost')
    await ports.send(application, 0);
  ports.log('deploy.buried', { application, calls: open.length, removed });
};
