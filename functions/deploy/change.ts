/** Turns a plan into what is written: calls first, then one change of the state. */
import type { Desired, Held, OpenCall, Run, SeenThere, StateChange } from '../core/application.ts';
import { type Ending, isOpen, type Settlement, timeOfCall } from '../core/call.ts';
import type { Plan } from '../core/goal.ts';
import { goodBefore, isOther, wasBefore } from '../core/history.ts';
import type { Session } from './ports.ts';

/** What the next write of the state will hold. Mutable: it grows while one reconcile goes on. */
export interface Draft {
  runs: Record<string, Run>;
  close: string[];
  held: Record<string, Held>;
  deployedAt?: readonly number[];
  seen?: SeenThere;
  bump: number;
}

/** Promotes, settles the losers, holds who waits. Only calls are written here; the state follows with the next write. */
export const settlePlan = async (plan: Plan, session: Session): Promise<Draft> => {
  const { state, ports } = session;
  const now = ports.now();
  const draft: Draft = { runs: {}, close: [...plan.forget], held: {}, bump: 0 };
  for (const { repository, desired } of plan.again) draft.runs[repository] = { ...state.runs[repository], desired };
  for (const { repository, desired } of plan.finish) draft.runs[repository] = done(state.runs[repository] ?? {}, desired, { status: 'skipped' }, now);
  for (const call of plan.promote) {
    draft.bump += 1;
    const { repository } = call;
    const run = draft.runs[repository] ?? state.runs[repository] ?? {};
    draft.runs[repository] = wanting(run, desiredOf(call, run.desired, state.rev + draft.bump, now));
  }
  for (const { callId, settlement } of plan.settle) {
    await settleCall(callId, { ...settlement, endedAt: now }, session);
    draft.close.push(callId);
  }
  for (const { callId, held } of plan.hold) {
    await settleCall(callId, { status: 'held', ...held }, session);
    draft.held[callId] = held;
  }
  return draft;
};

/** What is new is wanted; of what was, only its end and what went well before it are kept. */
export const wanting = (run: Run, desired: Desired): Run => {
  const good = goodBefore(run, desired);
  const was = wasBefore(run, desired);
  return {
    desired: was === undefined ? desired : { ...desired, was },
    ...(run.done === undefined ? {} : { done: run.done }),
    ...(good.length === 0 ? {} : { good }),
  };
};

const desiredOf = (call: OpenCall, former: Desired | undefined, rev: number, now: number): Desired => {
  const { callId, repository, tag, digest, hosts, access, manual, restart, version, from, back } = call;
  const later = former !== undefined && former.order > call.order ? former : undefined;
  // What is taken back is what is wanted by now: the person may have looked before that was.
  const left = former === undefined || manual !== true || restart === true ? from : isOther(former, call) ? imageOf(former) : (former.from ?? from);
  return {
    rev,
    order: later?.order ?? call.order,
    // A redelivery of what was wanted last keeps the place that this image has by now; a person's wish stands above what was pushed meanwhile.
    ...(later === undefined || manual === true ? {} : { again: later.again ?? later.callId }),
    callId,
    repository,
    tag,
    ...(digest === undefined ? {} : { digest }),
    hosts,
    ...(access === undefined ? {} : { access }),
    since: now,
    ...(manual === undefined ? {} : { manual }),
    ...(restart === undefined ? {} : { restart }),
    ...(version === undefined ? {} : { version }),
    ...(left === undefined ? {} : { from: left }),
    ...(back === undefined ? {} : { back }),
  };
};

const imageOf = ({ tag, digest }: Desired): NonNullable<Desired['from']> => ({ tag, ...(digest === undefined ? {} : { digest }) });

/** A call that had ended before keeps its end: that is no error. That it rolls out is said by the line of its attempt. */
export const settleCall = async (callId: string, settlement: Settlement, { application, ports }: Pick<Session, 'application' | 'ports'>): Promise<boolean> => {
  const changed = await ports.calls.settle(callId, settlement);
  const { status, reason, by, endedAt } = settlement;
  if (changed && status !== 'running')
    ports.log('call.settled', {
      call: callId,
      application,
      status,
      reason,
      by,
      ms: endedAt === undefined ? undefined : Math.max(0, endedAt - timeOfCall(callId)),
    });
  return changed;
};

/** How a call ended, as it says itself: undefined while it is open, or when it is not there any more. */
export const recordedEnd = async (callId: string, ports: Session['ports']): Promise<Ending | undefined> => {
  const call = await ports.calls.get(callId, ports.now());
  if (call === undefined || isOpen(call.status) || call.status === 'untriggered') return undefined;
  const { status, reason, commit } = call;
  return { status, ...(reason === undefined ? {} : { reason }), ...(commit === undefined ? {} : { commit }) };
};

export const done = ({ good }: Run, desired: Desired, { status, reason, commit }: Pick<Ending, 'status' | 'reason' | 'commit'>, at: number): Run => ({
  desired,
  done: { rev: desired.rev, status, at, ...(status === 'failed' || status === 'skipped' ? whyOf(reason) : {}), ...(commit === undefined ? {} : { commit }) },
  ...(good === undefined ? {} : { good }),
});

/** Only where `goal` asks for it: every write of the state costs by its size. */
const whyOf = (reason: Ending['reason']): Pick<Ending, 'reason'> => (reason === undefined ? {} : { reason });

/** The draft as one change; what was written is not written again. */
export const takeChange = (draft: Draft): StateChange => {
  const { bump, ...rest } = draft;
  const change: StateChange = { ...rest, runs: { ...draft.runs }, close: [...draft.close], held: { ...draft.held }, ...(bump === 0 ? {} : { bump }) };
  draft.runs = {};
  draft.close = [];
  draft.held = {};
  draft.bump = 0;
  delete draft.deployedAt;
  delete draft.seen;
  return change;
};
