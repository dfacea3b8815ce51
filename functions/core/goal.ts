/**
 * What should run, decided from facts alone: a pure function of the definition, the state, the gates' inputs and the time.
 *
 * Per repository the newest open call that may run wins (see `winner.ts`); a call supersedes another only within the same
 * application and repository. A duplicate does nothing, an old push never overwrites a newer one, a burst ends in the
 * newest image, what a person set is undone by no push, and every call gets its own outcome and reason.
 */
import {
  type ApplicationState,
  type Desired,
  type Facts,
  isLookAsked,
  isPending,
  isUnanswered,
  type OpenCall,
  type Run,
  WHOLE,
  WHOLE_TEMPLATE,
} from './application.ts';
import type { Settlement } from './call.ts';
import type { ApplicationDefinition } from './definitions.ts';
import { applicationWait, type GateInput, refusal, stopWait } from './gate.ts';
import { isOther } from './history.ts';
import { holdCall, isFull, newDraft, type Plan, type PlanDraft } from './plan.ts';
import type { ReasonCode } from './reason-code.ts';
import { chooseWinner, type Floor, takenOverBy } from './winner.ts';

export type { Plan } from './plan.ts';

export const goal = (definition: ApplicationDefinition, state: ApplicationState, facts: Facts, now: number): Plan => {
  const input: GateInput = { definition, state, facts, now };
  const draft = newDraft();
  const repositories = new Set([...Object.keys(state.runs), ...Object.values(state.open).map((call) => call.repository)]);
  // What concerns the application as a whole comes first: it decides over the repositories.
  const whole = [WHOLE_TEMPLATE, WHOLE].filter((key) => repositories.delete(key));
  for (const repository of [...whole, ...[...repositories].sort()]) {
    if (isFull(draft)) draft.more = true;
    else decideRepository(repository, input, draft);
  }
  // What ends unsent makes room for what had to wait for it.
  if (draft.finish.length > 0 && draft.hold.some(({ held }) => held.reason === 'rate')) draft.more = true;
  const { due, ...plan } = draft;
  const asked = isLookAsked(state);
  const busy = plan.work.length > 0;
  return { ...plan, look: asked && !busy, more: plan.more || (asked && busy), ...(due.length === 0 ? {} : { dueAt: Math.min(...due) }) };
};

const decideRepository = (repository: string, input: GateInput, draft: PlanDraft): void => {
  const run: Run = input.state.runs[repository] ?? {};
  const open = Object.values(input.state.open).filter((call) => call.repository === repository && call.callId !== run.desired?.callId);
  const own = run.desired === undefined ? undefined : input.state.open[run.desired.callId];
  if (own !== undefined && !isPending(run)) draft.forget.push(own.callId);

  const floor = repository === WHOLE || repository === WHOLE_TEMPLATE ? undefined : floorOf(input.state, draft);
  const { winner, desired } = chooseWinner(open, run, floor, input, draft);
  if (desired !== undefined && desired !== run.desired) draft.again.push({ repository, desired });
  const wait = winner === undefined || winner.manual === true ? undefined : applicationWait(winner, input, begunBeside(repository, input.state, draft));
  if (winner !== undefined && wait !== undefined) holdCall(winner, wait, draft);
  if (winner !== undefined && wait === undefined) {
    draft.promote.push(winner);
    draft.work.push({ repository, act: 'apply' });
    if (isPending(run)) draft.settle.push({ callId: run.desired.callId, settlement: toldAs(takenOverBy(run.desired, winner), run, input) });
  } else if (isPending(run) && desired !== undefined) continueDesired(run, desired, own, floor, input, draft);
  else if (run.desired !== undefined) takeBack(run, run.desired, floor, input, draft);
};

/** How many deployments of other repositories are wanted and not yet sent. */
const begunBeside = (repository: string, { runs }: ApplicationState, { promote, finish }: PlanDraft): number => {
  const others = Object.entries(runs).filter(
    ([key, run]) =>
      key !== repository &&
      isPending(run) &&
      run.running?.rev !== run.desired.rev &&
      !(run.attempt?.rev === run.desired.rev && run.attempt.sent === true) &&
      ![...promote, ...finish].some((one) => one.repository === key),
  );
  return others.length + promote.length;
};

/** The version of the template that a person went back to: everything that was pushed before it is taken back with it. */
const floorOf = ({ runs }: ApplicationState, { promote }: PlanDraft): Floor | undefined => {
  const promoted = promote.find(({ repository }) => repository === WHOLE_TEMPLATE);
  return promoted ?? runs[WHOLE_TEMPLATE]?.desired;
};

/** Something else takes the place of what is still wanted. If its last attempt was sent and nobody recorded the answer, the record says so: the target may have run it. */
const toldAs = (end: Settlement, run: Run, { definition }: GateInput): Settlement => {
  const { attempt } = run;
  if (attempt === undefined || !isUnanswered(run)) return end;
  const told = { attempts: attempt.count, detail: `attempt ${attempt.count} was sent and nobody recorded its answer: the target may have run this image` };
  return definition.policy.atMostOnce === true ? { status: 'unknown', reason: 'no-answer', ...told } : { ...end, ...told };
};

/** A roll back by the policy has no open entry; nothing but these can stop it. */
const refusalOfWanted = ({ automatic, digest }: Desired, own: OpenCall | undefined, input: GateInput): ReasonCode | undefined => {
  // The registry may have said what the tag names, which the push did not.
  if (own !== undefined) return refusal({ ...own, ...(digest === undefined ? {} : { digest }), held: { reason: 'retry' } }, input);
  if (automatic !== true) return undefined;
  if (!input.definition.enabled) return 'application-disabled';
  return digest !== undefined && input.facts.rejects.has(digest) ? 'rejected' : undefined;
};

/** Something is wanted and nothing newer may replace it: watch it, try it again, or wait. */
const continueDesired = (run: Run, desired: Desired, own: OpenCall | undefined, floor: Floor | undefined, input: GateInput, draft: PlanDraft): void => {
  const { repository } = desired;
  const end = (settlement: Settlement): void => {
    draft.settle.push({ callId: desired.callId, settlement: toldAs(settlement, run, input) });
    draft.finish.push({ repository, desired });
  };
  if (floor !== undefined && desired.order < floor.order) {
    end({ status: 'skipped', reason: desired.manual === true ? 'superseded' : 'rolled-back', by: floor.callId });
    return;
  }
  if (run.running?.rev === desired.rev) {
    if (run.running.lookAt <= input.now) draft.work.push({ repository, act: 'observe' });
    else draft.due.push(run.running.lookAt);
    return;
  }
  const reason = refusalOfWanted(desired, own, input);
  if (reason !== undefined) {
    end({ status: 'skipped', reason });
    return;
  }
  const stop = desired.manual === true ? undefined : stopWait(desired, input);
  if (stop !== undefined) {
    // Whoever died in its attempt may have written something else to the call.
    if (own !== undefined && isUnanswered(run)) draft.hold.push({ callId: own.callId, held: stop });
    else if (own !== undefined) holdCall(own, stop, draft);
    return;
  }
  const retryAt = run.attempt?.rev === desired.rev ? run.attempt.retryAt : undefined;
  if (retryAt !== undefined && retryAt > input.now) draft.due.push(retryAt);
  else draft.work.push({ repository, act: 'apply' });
};

export const isFailedRollout = (reason: ReasonCode | undefined): boolean => reason === 'rollout-failed' || reason === 'rollout-deadline';

/** A rollout that failed is taken back once, where the policy asks for it and something went well before. Not after the application was changed, perhaps to mend it, or a version of its template took everything back. */
const takeBack = (run: Run, failed: Desired, floor: Floor | undefined, { definition, facts }: GateInput, draft: PlanDraft): void => {
  const { policy, enabled, updatedAt } = definition;
  const { repository, automatic, restart } = failed;
  const { done } = run;
  if (!enabled || policy.autoRollback !== true || automatic === true || restart === true) return;
  if (done?.rev !== failed.rev || done.status !== 'failed' || !isFailedRollout(done.reason) || updatedAt > done.at) return;
  if (floor !== undefined && failed.order < floor.order) return;
  const to = run.good?.find((one) => isOther(one, failed) && (one.digest === undefined || !facts.rejects.has(one.digest)));
  if (to === undefined) return;
  draft.rollBack.push({ repository, failed, to });
  draft.work.push({ repository, act: 'apply' });
};
