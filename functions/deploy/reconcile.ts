/**
 * Reconcile one application: take the lease, ask `goal`, settle, act on at most one thing, give the lease back.
 * May be asked any number of times; the message is only a hint.
 */
import { type ApplicationState, type Facts, isPending, isUnanswered, type OpenCall, runsToDrop } from '../core/application.ts';
import { type Ending, isOpen } from '../core/call.ts';
import { goal, type Plan } from '../core/goal.ts';
import { applyWanted, finish, type Step } from './apply.ts';
import { type Draft, settleCall, settlePlan, takeChange } from './change.ts';
import { lookAtTarget, unseen } from './look.ts';
import { observeRollout } from './observe.ts';
import type { DeployPorts, Session } from './ports.ts';
import { beginRollBacks, putRollBacks } from './roll-back.ts';

/** Longer than the function's time-out (60 s) plus every late write of a killed function (3 tries × 3 s). */
export const LEASE_MS = 75_000;
/** SQS can delay a message this long; what is later is woken by the tick alone. */
const PRECISE_MS = 900_000;

interface Receive {
  /** How often this message was received, this time included. */
  readonly count: number;
  /** After this receive the queue gives up. */
  readonly last: boolean;
}

/** Thrown on the last receive, after the failure is recorded: lets the message go to the dead-letter queue. */
export class GaveUp extends Error {}

export const reconcile = async (application: string, receive: Receive, ports: DeployPorts): Promise<void> => {
  const started = ports.now();
  const leaseUntil = started + LEASE_MS;
  const leased = await ports.states.lease(application, started, leaseUntil);
  if (leased.is === 'absent') return ports.log('deploy.absent', { application });
  if (leased.is === 'taken') {
    // Noted in the state, not sent round until the lease is over: messages that chase a lease multiply faster than it can serve them.
    if (!(await ports.states.wake(application, started))) await ports.send(application, 0);
    return ports.log('deploy.taken', { application, until: leased.until });
  }
  const { state } = leased;
  const { definition, facts } = await ports.application(application);
  if (definition === undefined) return bury(application, state, ports);
  const given: Session = { application, definition, state, rejects: facts.rejects, fence: state.fence, leaseUntil, ports };
  const plan = await planFor(given, definition.policy.neverDown === true ? { ...facts, lower: await ports.lower() } : facts, started);
  // The one decision that is stored before a call ends for it: were only that call ended, what was pushed in between could
  // make the repeat a winner after all, and two calls would each say that the other one ran.
  const again = Object.fromEntries(plan.again.map(({ repository, desired }) => [repository, { ...state.runs[repository], desired }]));
  const runs = { ...again, ...(await beginRollBacks(plan.rollBack, given)) };
  const bump = plan.rollBack.length;
  if (Object.keys(runs).length > 0 && (await ports.states.write(application, state.fence, { runs, bump })) === 'lost') return lost(application, state, ports);
  const planned: Session = { ...given, state: { ...state, rev: state.rev + bump, runs: { ...state.runs, ...runs } } };
  await putRollBacks(planned.state, planned);
  const draft = await settlePlan(plan, planned);
  const expected = planned.state.rev + draft.bump;
  const session = plan.promote.some(isWish) ? await writeFirst(draft, planned) : planned;
  if (session === 'lost') return lost(application, state, ports);

  // What is only now promoted did not make any worker die: on the last receive it is left to a message of its own.
  const died = receive.last ? plan.work.filter(({ repository }) => ![...plan.promote, ...plan.rollBack].some((fresh) => fresh.repository === repository)) : [];
  const step = receive.last ? await failWork(died, receive, session, draft) : await act(plan, session, draft);
  if (receive.last && plan.look) draft.seen = unseen(session);
  if (step.is === 'lost') return lost(application, state, ports);

  const now = ports.now();
  const more = plan.more || plan.work.length > (receive.last ? died.length : 1);
  const dueAt = earliest(plan.dueAt, step.dueAt, more ? now : undefined);
  const change = takeChange(draft);
  const drop = runsToDrop({ ...session.state.runs, ...change.runs }).filter((repository) => change.runs?.[repository] === undefined);
  const released = await ports.states.write(application, state.fence, { ...change, drop, release: dueAt === undefined ? {} : { dueAt } });
  if (released === 'lost') return lost(application, state, ports);
  if (released.rev !== expected) await ports.send(application, 0);
  else if (dueAt !== undefined && dueAt <= now) await ports.send(application, 0);
  // Whoever made it due at this very time has sent for it already: without this, every spare message would live on as long as something waits.
  if (dueAt !== undefined && dueAt > now && dueAt !== state.dueAt && dueAt - now <= PRECISE_MS) await ports.send(application, (dueAt - now) / 1000);
  if (died.length > 0) throw new GaveUp(`application ${application}: the worker died ${receive.count - 1} times; recorded as failed`);
};

const isWish = ({ manual, redelivery }: OpenCall): boolean => manual === true || redelivery === true;

/**
 * What a person asked for is in the state before its own call can end. Were a worker to die between these two, the call
 * would have ended (see `planFor`) and nothing would want it: what it took back would win again.
 */
const writeFirst = async (draft: Draft, session: Session): Promise<Session | 'lost'> => {
  const { application, state, fence, ports } = session;
  const change = takeChange(draft);
  if ((await ports.states.write(application, fence, change)) === 'lost') return 'lost';
  return { ...session, state: { ...state, runs: { ...state.runs, ...change.runs } } };
};

/**
 * A write of a person's wish that lands late, or once more, may open a call that ended long ago. Only these can win over
 * what was wanted since, so only these are looked up before they do.
 */
const planFor = async (session: Session, facts: Facts, now: number): Promise<Plan> => {
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

/** At most one thing per reconcile keeps it inside its time; the rest follows at once by a message of its own. */
const act = async (plan: Plan, session: Session, draft: Draft): Promise<Step> => {
  const [first] = plan.work;
  if (first === undefined) {
    if (plan.look) draft.seen = await lookAtTarget(session);
    return session.ports.now() >= session.leaseUntil ? { is: 'lost' } : { is: 'on' };
  }
  const run = draft.runs[first.repository] ?? session.state.runs[first.repository] ?? {};
  if (run.desired === undefined) return { is: 'on' };
  if (first.act === 'observe' && run.running !== undefined) return observeRollout(run, run.desired, run.running, session, draft);
  return applyWanted(run, run.desired, session, draft);
};

const failWork = async (died: Plan['work'], receive: Receive, session: Session, draft: Draft): Promise<Step> => {
  const { atMostOnce } = session.definition.policy;
  for (const { repository } of died) {
    const run = draft.runs[repository] ?? session.state.runs[repository] ?? {};
    if (run.desired === undefined) continue;
    const ending: Ending =
      atMostOnce === true && isUnanswered(run)
        ? { status: 'unknown', reason: 'no-answer' }
        : { status: 'failed', reason: 'worker-died', detail: `${receive.count - 1} times` };
    await finish(run, run.desired, ending, session, draft);
  }
  return { is: 'on' };
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
  if (!removed && (await ports.states.write(application, state.fence, { close: open, release: {} })) !== 'lost') await ports.send(application, 0);
  ports.log('deploy.buried', { application, calls: open.length, removed });
};

const earliest = (...times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};
