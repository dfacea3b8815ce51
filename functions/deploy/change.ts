/** Turns a plan into what is written: calls first, then one change of the state. */
import type { Held, OpenCall, Run, SeenThere, StateChange } from '../core/application.ts';
import { type Ending, isOpen, type Settlement, timeOfCall } from '../core/call.ts';
import type { Plan } from '../core/goal.ts';
import type { Outcome } from '../core/outcome.ts';
import type { ReasonCode } from '../core/reason-code.ts';
import { runsAfter } from '../core/runs-after.ts';
import type { Session } from './ports.ts';

/** What the next write of the state will hold. Mutable: it grows while one reconcile goes on. */
export interface Draft {
  runs: Record<string, Run>;
  close: string[];
  promoted: readonly OpenCall[];
  held: Record<string, Held>;
  deployedAt?: readonly number[];
  seen?: SeenThere;
  bump: number;
  /** Taken by the first write, where none was needed before it: see `straight.ts`. */
  lease?: StateChange['lease'];
}

/** Promotes, settles the losers, holds who waits. Only calls are written here; the state follows with the next write. */
export const settlePlan = async (plan: Plan, session: Session): Promise<Draft> => {
  const { state, ports } = session;
  const now = ports.now();
  const { runs, bump } = runsAfter(plan, state, now);
  const draft: Draft = { runs: { ...runs }, close: [...plan.forget], promoted: plan.promote, held: {}, bump };
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

/** What an attempt came to, where it is an attempt that changes the call. */
export interface Attempted {
  readonly outcome: Outcome['is'];
  readonly why?: ReasonCode;
}

/** A call that had ended before keeps its end: that is no error. One line says what was tried and what became of the call. */
export const settleCall = async (
  callId: string,
  settlement: Settlement,
  { application, ports }: Pick<Session, 'application' | 'ports'>,
  attempted?: Attempted,
): Promise<boolean> => {
  const changed = await ports.calls.settle(callId, settlement);
  // That it rolls out is what "applied" says.
  const said = changed && settlement.status !== 'running' ? saidOf(callId, settlement) : undefined;
  if (attempted !== undefined) ports.log('deploy.attempted', { call: callId, application, ...triedOf(attempted, settlement, said), ...said });
  else if (said !== undefined) ports.log('call.settled', { call: callId, application, ...said });
  return changed;
};

/** Logs are paid for by their bytes: "delivered" has one reason alone. */
const saidOf = (callId: string, { status, reason, by, endedAt }: Settlement) => ({
  status,
  reason: status === 'delivered' ? undefined : reason,
  by,
  ms: endedAt === undefined ? undefined : Math.max(0, endedAt - timeOfCall(callId)),
});

/** What is as ever, or follows from what became of the call, is not said. */
const triedOf = ({ outcome, why }: Attempted, { attempts, responseStatus }: Settlement, said: Pick<Settlement, 'status' | 'reason'> | undefined) => ({
  attempt: attempts === 1 ? undefined : attempts,
  outcome: outcome === said?.status ? undefined : outcome,
  why: why === said?.reason ? undefined : why,
  answer: outcome === 'delivered' ? undefined : responseStatus,
});

/** How a call ended, as it says itself: undefined while it is open, or when it is not there any more. */
export const recordedEnd = async (callId: string, ports: Session['ports']): Promise<Ending | undefined> => {
  const call = await ports.calls.get(callId, ports.now());
  if (call === undefined || isOpen(call.status) || call.status === 'untriggered') return undefined;
  const { status, reason, commit } = call;
  return { status, ...(reason === undefined ? {} : { reason }), ...(commit === undefined ? {} : { commit }) };
};

/** The draft as one change; what was written is not written again. */
export const takeChange = (draft: Draft): StateChange => {
  const { bump, ...rest } = draft;
  const change: StateChange = { ...rest, runs: { ...draft.runs }, close: [...draft.close], held: { ...draft.held }, ...(bump === 0 ? {} : { bump }) };
  draft.runs = {};
  draft.close = [];
  draft.promoted = [];
  draft.held = {};
  draft.bump = 0;
  delete draft.deployedAt;
  delete draft.seen;
  delete draft.lease;
  return change;
};
