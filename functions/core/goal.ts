/**
 * What should run, decided from facts alone: a pure function of the definition, the state, the gates' inputs and the time.
 *
 * Per repository the newest open call that may run wins; a call supersedes another only within the same application and
 * repository. A duplicate does nothing, an old push never overwrites a newer one, a burst ends in the newest image,
 * what a person set is undone by no push, and every call gets its own outcome and reason.
 *
 * A push of the very tag and digest that is wanted already is a repeat: it deploys nothing, but takes the wanted image to
 * its own place in the order. Judged here and not by who came first, because messages overtake each other: of A, B, A the
 * last A must win whichever of them arrives last.
 */
import { type ApplicationState, type Desired, type Facts, type Held, isPending, isUnanswered, type OpenCall, type Run } from './application.ts';
import type { Settlement } from './call.ts';
import type { ApplicationDefinition } from './definitions.ts';
import { applicationWait, type GateInput, ownWait, refusal, stopWait } from './gate.ts';

export interface Plan {
  /** Calls that end now. */
  readonly settle: readonly { readonly callId: string; readonly settlement: Settlement }[];
  /** Open entries whose call ended long ago (a message came twice): only to be forgotten. */
  readonly forget: readonly string[];
  /** Calls that wait, with what is not yet written to them. */
  readonly hold: readonly { readonly callId: string; readonly held: Held }[];
  /** Wanted images that were pushed again, with the place of the last push of it. */
  readonly again: readonly { readonly repository: string; readonly desired: Desired }[];
  /** Wanted things that will not be done after all. */
  readonly finish: readonly { readonly repository: string; readonly desired: Desired }[];
  /** New wanted images. `rev` is given by `deploy`. */
  readonly promote: readonly OpenCall[];
  /** Repositories with something to do now. */
  readonly work: readonly { readonly repository: string; readonly act: 'apply' | 'observe' }[];
  /** There is more to settle or to promote than one write takes: look again at once. */
  readonly more: boolean;
  /** When to look again if nothing else happens. */
  readonly dueAt?: number;
}

interface Draft {
  settle: { callId: string; settlement: Settlement }[];
  forget: string[];
  hold: { callId: string; held: Held }[];
  again: { repository: string; desired: Desired }[];
  finish: { repository: string; desired: Desired }[];
  promote: OpenCall[];
  work: { repository: string; act: 'apply' | 'observe' }[];
  due: number[];
  more: boolean;
}

/** So many entries change in one plan at most: an update expression of DynamoDB is at most 4 kB. */
const MOST_CHANGES = 50;

const isFull = ({ settle, forget, hold, promote }: Draft): boolean => settle.length + forget.length + hold.length + promote.length >= MOST_CHANGES;

export const goal = (definition: ApplicationDefinition, state: ApplicationState, facts: Facts, now: number): Plan => {
  const input: GateInput = { definition, state, facts, now };
  const draft: Draft = { settle: [], forget: [], hold: [], again: [], finish: [], promote: [], work: [], due: [], more: false };
  const repositories = new Set([...Object.keys(state.runs), ...Object.values(state.open).map((call) => call.repository)]);
  for (const repository of [...repositories].sort()) {
    if (isFull(draft)) draft.more = true;
    else decideRepository(repository, input, draft);
  }
  const { due, ...plan } = draft;
  return due.length === 0 ? plan : { ...plan, dueAt: Math.min(...due) };
};

const decideRepository = (repository: string, input: GateInput, draft: Draft): void => {
  const run: Run = input.state.runs[repository] ?? {};
  const open = Object.values(input.state.open)
    .filter((call) => call.repository === repository && call.callId !== run.desired?.callId)
    .sort(newestFirst);
  const own = run.desired === undefined ? undefined : input.state.open[run.desired.callId];
  if (own !== undefined && !isPending(run)) draft.forget.push(own.callId);

  const { winner, desired } = chooseWinner(open, run, input, draft);
  if (desired !== undefined && desired !== run.desired) draft.again.push({ repository, desired });
  const wait = winner === undefined ? undefined : applicationWait(winner, input);
  if (winner !== undefined && wait !== undefined) holdCall(winner, wait, draft);
  if (winner !== undefined && wait === undefined) {
    draft.promote.push(winner);
    draft.work.push({ repository, act: 'apply' });
    if (isPending(run)) draft.settle.push({ callId: run.desired.callId, settlement: endOfWanted(run, run.desired, winner, input) });
  } else if (isPending(run) && desired !== undefined) continueDesired(run, desired, own, input, draft);
};

/** A newer image takes the place of one that is still wanted. If its last attempt was sent and nobody recorded the answer, the record says so: the target may have run it. */
const endOfWanted = (run: Run, desired: Desired, winner: OpenCall, { definition }: GateInput): Settlement => {
  const replaced = replacedBy(desired, winner);
  const { attempt } = run;
  if (attempt === undefined || !isUnanswered(run)) return replaced;
  const told = { attempts: attempt.count, detail: `attempt ${attempt.count} was sent and nobody recorded its answer: the target may have run this image` };
  return definition.policy.atMostOnce === true ? { status: 'unknown', reason: 'no-answer', ...told } : { ...replaced, ...told };
};

/** Newest first; of one push the trigger that sorts first stands for all, a redelivery stands above what it repeats. */
const newestFirst = (a: OpenCall, b: OpenCall): number => {
  if (a.order !== b.order) return a.order < b.order ? 1 : -1;
  if (a.redelivery !== b.redelivery) return a.redelivery === true ? -1 : 1;
  return a.callId < b.callId ? -1 : 1;
};

const chooseWinner = (open: readonly OpenCall[], run: Run, input: GateInput, draft: Draft): { readonly winner?: OpenCall; readonly desired?: Desired } => {
  let { desired } = run;
  let winner: OpenCall | undefined;
  let waiting: OpenCall | undefined;
  const { desired: before } = run;
  // Something else was pushed in between. An earlier plan, whose writes got half-way, may have ended the wanted call for it
  // already: then a repeat must not lean on that call, and is a winner like any other.
  const crossed = before !== undefined && isPending(run) && open.some((call) => call.order > before.order && !isSameImage(call, before));
  for (const call of open) {
    if (isFull(draft)) {
      // Those that are left are older: they lose to what is chosen now, or are looked at once what is refused is out of the way.
      draft.more = true;
      break;
    }
    const settle = (settlement: Settlement): void => void draft.settle.push({ callId: call.callId, settlement });
    if (winner !== undefined) settle(replacedBy(call, winner));
    else if (desired !== undefined && call.order < desired.order && !(call.redelivery === true && isSameImage(call, desired))) settle(olderThan(call, desired));
    else if (desired !== undefined && (call.order === desired.order ? call.redelivery !== true : !crossed && isRepeat(call, run, desired, input))) {
      settle({ status: 'skipped', reason: 'duplicate', by: desired.callId });
      if (call.order > desired.order) desired = { ...desired, order: call.order, again: call.callId };
    } else {
      const reason = refusal(call, input);
      const wait = ownWait(call, input);
      if (reason !== undefined) settle({ status: 'skipped', reason });
      else if (wait === undefined) winner = call;
      else if (waiting !== undefined) settle(replacedBy(call, waiting));
      else {
        waiting = call;
        holdCall(call, wait, draft);
      }
    }
  }
  return { ...(winner === undefined ? {} : { winner }), ...(desired === undefined ? {} : { desired }) };
};

const olderThan = (call: OpenCall, desired: Desired): Settlement =>
  desired.manual === true
    ? { status: 'skipped', reason: 'rolled-back', by: desired.callId }
    : replacedBy(call, { ...desired, callId: desired.again ?? desired.callId });

/** For how long after its end the same image pushed again is a repeat, and not the wish to have it once more. */
const REPEAT_MS = 600_000;

/** Only a digest says so: a tag alone may have moved. */
const isSameImage = (call: OpenCall, desired: Desired): boolean => call.digest !== undefined && call.digest === desired.digest && call.tag === desired.tag;

/** The very image that is on its way, or that went well a short time ago on the application as it is now. After anything else a push is a new try. */
const isRepeat = (call: OpenCall, { done }: Run, desired: Desired, { definition }: GateInput): boolean => {
  // One that waits was crossed by something else when it was first looked at (see chooseWinner), and stays a winner.
  if (call.redelivery === true || call.held !== undefined || !isSameImage(call, desired)) return false;
  if (done?.rev !== desired.rev) return true;
  const wentWell = done.status === 'delivered' || done.status === 'succeeded';
  return wentWell && definition.updatedAt <= done.at && call.receivedAt - done.at <= REPEAT_MS;
};

/** Something is wanted and nothing newer may replace it: watch it, try it again, or wait. */
const continueDesired = (run: Run, desired: Desired, own: OpenCall | undefined, input: GateInput, draft: Draft): void => {
  const { repository } = desired;
  if (run.running?.rev === desired.rev) {
    if (run.running.lookAt <= input.now) draft.work.push({ repository, act: 'observe' });
    else draft.due.push(run.running.lookAt);
    return;
  }
  if (desired.manual !== true) {
    const reason = own === undefined ? undefined : refusal({ ...own, held: { reason: 'retry' } }, input);
    if (reason !== undefined) {
      draft.settle.push({ callId: desired.callId, settlement: { status: 'skipped', reason } });
      draft.finish.push({ repository, desired });
      return;
    }
    const stop = stopWait(desired, input);
    if (stop !== undefined) {
      if (own !== undefined) holdCall(own, stop, draft);
      return;
    }
  }
  const retryAt = run.attempt?.rev === desired.rev ? run.attempt.retryAt : undefined;
  if (retryAt !== undefined && retryAt > input.now) draft.due.push(retryAt);
  else draft.work.push({ repository, act: 'apply' });
};

const holdCall = (call: OpenCall, held: Held, draft: Draft): void => {
  if (held.until !== undefined) draft.due.push(held.until);
  if (call.held?.reason !== held.reason || call.held.until !== held.until) draft.hold.push({ callId: call.callId, held });
};

/** One push heard by two triggers is a duplicate, pushes of one image are one build, everything else is newer against older. */
const replacedBy = (
  loser: Pick<OpenCall, 'order' | 'digest'>,
  winner: Pick<OpenCall, 'order' | 'digest' | 'callId'> & { readonly redelivery?: boolean },
): Settlement => {
  const samePush = loser.order === winner.order;
  const sameImage = loser.digest !== undefined && loser.digest === winner.digest;
  const reason = winner.redelivery === true ? 'superseded' : samePush ? 'duplicate' : sameImage ? 'coalesced' : 'superseded';
  return { status: 'skipped', reason, by: winner.callId };
};
