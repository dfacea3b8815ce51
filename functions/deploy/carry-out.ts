/**
 * Carries out a plan under the lease: settles, acts on at most one thing, gives the lease back.
 */
import { isUnanswered, type OpenCall, runsToDrop } from '../core/application.ts';
import type { Ending } from '../core/call.ts';
import type { Plan } from '../core/goal.ts';
import { applyWanted, finish, type Step } from './apply.ts';
import { type Draft, settlePlan, takeChange } from './change.ts';
import { lookAtTarget, unseen } from './look.ts';
import { observeRollout } from './observe.ts';
import type { Session } from './ports.ts';
import { beginRollBacks, putRollBacks } from './roll-back.ts';

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

/** `lease`: to be taken by the first write. `lost`: somebody else has the lease, or it ran out, and nothing was written since. */
export const carryOut = async (plan: Plan, given: Session, receive: Receive, lease?: Draft['lease']): Promise<'done' | 'lost'> => {
  const { application, state, ports } = given;
  // The one decision that is stored before a call ends for it: were only that call ended, what was pushed in between could
  // make the repeat a winner after all, and two calls would each say that the other one ran.
  const again = Object.fromEntries(plan.again.map(({ repository, desired }) => [repository, { ...state.runs[repository], desired }]));
  const runs = { ...again, ...(await beginRollBacks(plan.rollBack, given)) };
  const bump = plan.rollBack.length;
  if (Object.keys(runs).length > 0 && (await ports.states.write(application, state.fence, { runs, bump })) === 'lost') return 'lost';
  const planned: Session = { ...given, state: { ...state, rev: state.rev + bump, runs: { ...state.runs, ...runs } } };
  await putRollBacks(planned.state, planned);
  const draft: Draft = { ...(await settlePlan(plan, planned)), ...(lease === undefined ? {} : { lease }) };
  const expected = planned.state.rev + draft.bump;
  const session = plan.promote.some(isWish) ? await writeFirst(draft, planned) : planned;
  if (session === 'lost') return 'lost';

  // What is only now promoted did not make any worker die: on the last receive it is left to a message of its own.
  const died = receive.last ? plan.work.filter(({ repository }) => ![...plan.promote, ...plan.rollBack].some((fresh) => fresh.repository === repository)) : [];
  const step = receive.last ? await failWork(died, receive, session, draft) : await act(plan, session, draft);
  if (receive.last && plan.look) draft.seen = unseen(session);
  if (step.is === 'lost') return 'lost';

  const now = ports.now();
  const more = plan.more || plan.work.length > (receive.last ? died.length : 1);
  const dueAt = earliest(plan.dueAt, step.dueAt, more ? now : undefined);
  const change = takeChange(draft);
  const drop = runsToDrop({ ...session.state.runs, ...change.runs }).filter((repository) => change.runs?.[repository] === undefined);
  const released = await ports.states.write(application, state.fence, { ...change, drop, release: dueAt === undefined ? {} : { dueAt } });
  if (released === 'lost') return 'lost';
  if (released.rev !== expected) await ports.send(application, 0);
  else if (dueAt !== undefined && dueAt <= now) await ports.send(application, 0);
  // Whoever made it due at this very time has sent for it already: without this, every spare message would live on as long as something waits.
  if (dueAt !== undefined && dueAt > now && dueAt !== state.dueAt && dueAt - now <= PRECISE_MS) await ports.send(application, (dueAt - now) / 1000);
  if (died.length > 0) throw new GaveUp(`application ${application}: the worker died ${receive.count - 1} times; recorded as failed`);
  return 'done';
};

export const isWish = ({ manual, redelivery }: OpenCall): boolean => manual === true || redelivery === true;

/**
 * What a person asked for is in the state before its own call can end. Were a worker to die between these two, the call
 * would have ended (see `planWithoutEnded`) and nothing would want it: what it took back would win again.
 */
const writeFirst = async (draft: Draft, session: Session): Promise<Session | 'lost'> => {
  const { application, state, fence, ports } = session;
  const change = takeChange(draft);
  if ((await ports.states.write(application, fence, change)) === 'lost') return 'lost';
  return { ...session, state: { ...state, runs: { ...state.runs, ...change.runs } } };
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

const earliest = (...times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};
