/**
 * Reconcile one application: take the lease, ask `goal`, settle, act on at most one thing, give the lease back.
 * May be asked any number of times; the message is only a hint.
 */
import { type ApplicationState, isUnanswered, runsToDrop } from '../core/application.ts';
import type { Ending } from '../core/call.ts';
import { goal, type Plan } from '../core/goal.ts';
import { applyWanted, finish, type Step } from './apply.ts';
import { type Draft, settleCall, settlePlan, takeChange } from './change.ts';
import { lookAtTarget } from './look.ts';
import { observeRollout } from './observe.ts';
import type { DeployPorts, Session } from './ports.ts';

/** Longer than the function's time-out (60 s) plus every late write of a killed function (3 tries × 3 s). */
export const LEASE_MS = 75_000;
/** SQS can delay a message this long; what is later is woken by the tick alone. */
const PRECISE_MS = 900_000;

export interface Receive {
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
  const session: Session = { application, definition, state, fence: state.fence, leaseUntil, ports };
  const plan = goal(definition, state, definition.policy.neverDown === true ? { ...facts, lower: await ports.lower() } : facts, started);
  // The one decision that is stored before a call ends for it: were only that call ended, what was pushed in between could
  // make the repeat a winner after all, and two calls would each say that the other one ran.
  const again = Object.fromEntries(plan.again.map(({ repository, desired }) => [repository, { ...state.runs[repository], desired }]));
  if (plan.again.length > 0 && (await ports.states.write(application, state.fence, { runs: again })) === 'lost') return lost(application, state, ports);
  const draft = await settlePlan(plan, session);
  const expected = state.rev + draft.bump;

  // What is only now promoted did not make any worker die: on the last receive it is left to a message of its own.
  const died = receive.last ? plan.work.filter(({ repository }) => ![...plan.promote, ...plan.rollBack].some((fresh) => fresh.repository === repository)) : [];
  const step = receive.last ? await failWork(died, receive, session, draft) : await act(plan, session, draft);
  if (step.is === 'lost') return lost(application, state, ports);

  const now = ports.now();
  const more = plan.more || plan.work.length > (receive.last ? died.length : 1);
  const dueAt = earliest(plan.dueAt, step.dueAt, more ? now : undefined);
  const change = takeChange(draft);
  const drop = runsToDrop({ ...state.runs, ...change.runs }).filter((repository) => change.runs?.[repository] === undefined);
  const released = await ports.states.write(application, state.fence, { ...change, drop, release: dueAt === undefined ? {} : { dueAt } });
  if (released === 'lost') return lost(application, state, ports);
  if (released.rev !== expected) await ports.send(application, 0);
  // Whoever made it due at this very time has sent for it already: without this, every spare message would live on as long as something waits.
  else if (dueAt !== undefined && dueAt !== state.dueAt && dueAt - now <= PRECISE_MS) await ports.send(application, Math.max(0, dueAt - now) / 1000);
  if (died.length > 0) throw new GaveUp(`application ${application}: the worker died ${receive.count - 1} times; recorded as failed`);
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
  for (const callId of open)
    await settleCall(
      callId,
      { status: 'failed', reason: 'application-deleted', detail: `application "${application}" was deleted meanwhile`, endedAt: ports.now() },
      ports,
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
