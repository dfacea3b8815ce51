/** Turns a plan into what is written: calls first, then one change of the state. */
import type { Desired, Held, Run, StateChange } from '../core/application.ts';
import type { FinalStatus, Settlement } from '../core/call.ts';
import type { Plan } from '../core/goal.ts';
import type { Session } from './ports.ts';

/** What the next write of the state will hold. Mutable: it grows while one reconcile goes on. */
export interface Draft {
  runs: Record<string, Run>;
  close: string[];
  held: Record<string, Held>;
  deployedAt?: readonly number[];
  bump: number;
}

/** Promotes, settles the losers, holds who waits. Only calls are written here; the state follows with the next write. */
export const settlePlan = async (plan: Plan, { state, ports }: Session): Promise<Draft> => {
  const now = ports.now();
  const draft: Draft = { runs: {}, close: [...plan.forget], held: {}, bump: 0 };
  for (const { repository, desired } of plan.again) draft.runs[repository] = { ...state.runs[repository], desired };
  for (const { repository, desired } of plan.finish) draft.runs[repository] = done(state.runs[repository] ?? {}, desired, 'skipped', now);
  for (const call of plan.promote) {
    draft.bump += 1;
    const { callId, repository, tag, digest, hosts } = call;
    const { desired: former, done: last } = draft.runs[repository] ?? state.runs[repository] ?? {};
    // A redelivery of what was wanted last keeps the place that this image has by now.
    const place = former !== undefined && former.order > call.order ? { order: former.order, again: former.again ?? former.callId } : { order: call.order };
    const desired: Desired = { rev: state.rev + draft.bump, ...place, callId, repository, tag, ...(digest === undefined ? {} : { digest }), hosts, since: now };
    draft.runs[repository] = { desired, ...(last === undefined ? {} : { done: last }) };
  }
  for (const { callId, settlement } of plan.settle) {
    await settleCall(callId, { ...settlement, endedAt: now }, ports);
    draft.close.push(callId);
  }
  for (const { callId, held } of plan.hold) {
    await settleCall(callId, { status: 'held', ...held }, ports);
    draft.held[callId] = held;
  }
  return draft;
};

/** A call that had ended before keeps its end: that is no error. */
export const settleCall = async (callId: string, settlement: Settlement, ports: Session['ports']): Promise<void> => {
  const changed = await ports.calls.settle(callId, settlement);
  if (changed) ports.log('call.settled', { call: callId, status: settlement.status, reason: settlement.reason, by: settlement.by });
};

export const done = (run: Run, desired: Desired, status: FinalStatus, at: number): Run => ({
  desired,
  done: { rev: desired.rev, status, at },
  ...(run.attempt === undefined ? {} : { attempt: run.attempt }),
});

/** The draft as one change; what was written is not written again. */
export const takeChange = (draft: Draft): StateChange => {
  const { bump, ...rest } = draft;
  const change: StateChange = { ...rest, runs: { ...draft.runs }, close: [...draft.close], held: { ...draft.held }, ...(bump === 0 ? {} : { bump }) };
  draft.runs = {};
  draft.close = [];
  draft.held = {};
  draft.bump = 0;
  delete draft.deployedAt;
  return change;
};
