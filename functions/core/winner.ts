/**
 * Which of the open calls of one repository is to run, and what becomes of the others.
 *
 * The newest push that may run wins. What a person asked for wins over every push, whenever it was made: older pushes end
 * as `rolled-back`, newer ones are looked at afterwards (and wait, where the wish came with a hold).
 *
 * A push of the very tag and digest that is wanted already is a repeat: it deploys nothing, but takes the wanted image to
 * its own place in the order. Judged here and not by who came first, because messages overtake each other: of A, B, A the
 * last A must win whichever of them arrives last.
 */
import { type Desired, isPending, type OpenCall, type Run } from './application.ts';
import type { Settlement } from './call.ts';
import { type GateInput, ownWait, refusal } from './gate.ts';
import { holdCall, isFull, type PlanDraft } from './plan.ts';

interface Chosen {
  readonly winner?: OpenCall;
  /** What is wanted, at the place that a repeat may have given it. */
  readonly desired?: Desired;
}

/** A place in the order that a person set for the application as a whole: what was pushed before it is taken back. */
export type Floor = Pick<Desired, 'order' | 'callId'>;

/** `open`: all open calls of the repository but the one that is wanted. */
export const chooseWinner = (open: readonly OpenCall[], run: Run, floor: Floor | undefined, input: GateInput, draft: PlanDraft): Chosen => {
  const sorted = [...open].sort(newestFirst);
  const wish = sorted.find((call) => call.manual === true && isAbove(call, run.desired, floor, input));
  return wish === undefined ? chooseNewest(sorted, run, floor, input, draft) : chooseWish(wish, sorted, run, input, draft);
};

/** Newest first; of one push the trigger that sorts first stands for all, a redelivery stands above what it repeats. */
const newestFirst = (a: OpenCall, b: OpenCall): number => {
  if (a.order !== b.order) return a.order < b.order ? 1 : -1;
  if (a.redelivery !== b.redelivery) return a.redelivery === true ? -1 : 1;
  return a.callId < b.callId ? -1 : 1;
};

/** A push may have been promoted between a person's look and their wish: the hold that came with the wish says which was later. */
const isAbove = (wish: OpenCall, desired: Desired | undefined, floor: Floor | undefined, { state }: GateInput): boolean => {
  if (floor !== undefined && wish.order < floor.order) return false;
  return desired === undefined || wish.order > (desired.asked ?? desired.order) || (desired.manual !== true && state.hold?.callId === wish.callId);
};

const chooseWish = (wish: OpenCall, open: readonly OpenCall[], run: Run, input: GateInput, draft: PlanDraft): Chosen => {
  const { desired } = run;
  const reason = refusal(wish, input);
  for (const call of open) {
    if (isFull(draft)) {
      draft.more = true;
      break;
    }
    // Newer than the wish: judged as soon as that is what is wanted.
    if (call.order > wish.order) draft.more = true;
    else if (call !== wish) draft.settle.push({ callId: call.callId, settlement: replacedBy(call, wish, input) });
    else if (reason !== undefined) {
      draft.settle.push({ callId: wish.callId, settlement: { status: 'skipped', reason } });
      draft.more = true;
      return desired === undefined ? {} : { desired };
    }
  }
  return { winner: wish, ...(desired === undefined ? {} : { desired }) };
};

const chooseNewest = (open: readonly OpenCall[], run: Run, floor: Floor | undefined, input: GateInput, draft: PlanDraft): Chosen => {
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
    const settle = (settlement: Settlement, { callId } = call): void => void draft.settle.push({ callId, settlement });
    const gone = takenBackBy(call, desired, floor, input);
    if (gone !== undefined) {
      settle(gone);
      continue;
    }
    if (winner !== undefined && !isLower(winner, call, input)) {
      settle(replacedBy(call, winner, input));
      continue;
    }
    const end = endOf(call, { ...run, ...(desired === undefined ? {} : { desired }) }, floor, crossed, input);
    const wait = ownWait(call, input);
    if (end !== undefined) {
      settle(winner === undefined ? end : replacedBy(call, winner, input));
      if (end.reason === 'duplicate' && desired !== undefined && call.order > desired.order) desired = again(desired, call);
    } else if (wait === undefined) {
      // Of versions that wait together the highest runs, whichever was pushed last: else it would hang on who is looked at first.
      if (winner !== undefined) settle({ status: 'skipped', reason: 'lower-version', by: call.callId }, winner);
      winner = call;
    } else if (winner !== undefined || waiting !== undefined) settle(replacedBy(call, winner ?? waiting ?? call, input));
    else {
      waiting = call;
      holdCall(call, wait, draft);
    }
  }
  return { ...(winner === undefined ? {} : { winner }), ...(desired === undefined ? {} : { desired }) };
};

const isLower = ({ tag }: OpenCall, { tag: than }: OpenCall, { facts }: GateInput): boolean => facts.lower?.(tag, than) === 'lower';

/** At the place of a push that repeats it. */
const again = (desired: Desired, { order, callId }: OpenCall): Desired => ({
  ...desired,
  order,
  again: callId,
  ...(desired.manual === true ? { asked: desired.asked ?? desired.order } : {}),
});

/** A redelivery of the very image that is wanted runs, wherever a repeated push has taken its place. */
const isBelow = (call: OpenCall, desired: Desired): boolean => call.order < desired.order && !(call.redelivery === true && isSameImage(call, desired));

/** What a version of the template took back does not run any more, whatever its own record says. */
const isUnder = (desired: Desired, floor: Floor | undefined): floor is Floor => floor !== undefined && desired.order < floor.order;

/** The end of a call that a person's wish, or a roll back by the policy, took back: whatever else is open. */
const takenBackBy = (call: OpenCall, desired: Desired | undefined, floor: Floor | undefined, input: GateInput): Settlement | undefined => {
  if (floor !== undefined && call.order < floor.order)
    return { status: 'skipped', reason: call.manual === true ? 'superseded' : 'rolled-back', by: floor.callId };
  if (desired === undefined) return undefined;
  if (isUnder(desired, floor)) return isLate(call, desired, input) ? { status: 'skipped', reason: 'rolled-back', by: floor.callId } : undefined;
  if (isTakenBack(call, desired, input)) return { status: 'skipped', reason: 'rolled-back', by: desired.callId };
  return desired.manual === true && isBelow(call, desired) ? olderThan(call, desired) : undefined;
};

/** Why a call cannot run. */
const endOf = (call: OpenCall, run: Run, floor: Floor | undefined, crossed: boolean, input: GateInput): Settlement | undefined => {
  const { desired } = run;
  if (desired !== undefined && !isUnder(desired, floor)) {
    if (isBelow(call, desired)) return olderThan(call, desired);
    if (call.order === desired.order ? call.redelivery !== true : !crossed && isRepeat(call, run, desired, input))
      return { status: 'skipped', reason: 'duplicate', by: desired.callId };
  }
  const reason = refusal(call, input);
  return reason === undefined ? undefined : { status: 'skipped', reason };
};

const olderThan = (call: OpenCall, desired: Desired): Settlement =>
  desired.manual === true
    ? { status: 'skipped', reason: call.manual === true ? 'superseded' : 'rolled-back', by: desired.callId }
    : { status: 'skipped', reason: reasonOf(call, { ...desired, callId: desired.again ?? desired.callId }), by: desired.again ?? desired.callId };

/**
 * A late notification of the very image that a person took back, by a sender without event ids: not a newer image. And what
 * an automatic roll back took back is gone, through whichever trigger it comes. Once released, it is a push like any other.
 */
const isTakenBack = (call: OpenCall, { manual, automatic, order, digest, from }: Desired, input: GateInput): boolean => {
  if (manual !== true || call.manual === true) return false;
  if (automatic === true && call.order === order) return call.redelivery !== true;
  return from !== undefined && from.digest !== digest && isLate(call, from, input);
};

const isLate = (call: OpenCall, { digest }: Pick<Desired, 'digest'>, { state }: GateInput): boolean =>
  state.hold !== undefined && call.manual !== true && call.redelivery !== true && digest !== undefined && call.digest === digest;

/** For how long after its end the same image pushed again is a repeat, and not the wish to have it once more. */
const REPEAT_MS = 600_000;

/** Only a digest says so: a tag alone may have moved. */
const isSameImage = (call: OpenCall, desired: Desired): boolean => call.digest !== undefined && call.digest === desired.digest && call.tag === desired.tag;

/** The very image that is on its way, or that went well a short time ago on the application as it is now. After anything else a push is a new try. */
const isRepeat = (call: OpenCall, { done }: Run, desired: Desired, { definition }: GateInput): boolean => {
  // One that waits was crossed by something else when it was first looked at (see chooseNewest), and stays a winner.
  if (call.redelivery === true || call.held !== undefined || !isSameImage(call, desired)) return false;
  if (done?.rev !== desired.rev) return true;
  const wentWell = done.status === 'delivered' || done.status === 'succeeded';
  return wentWell && definition.updatedAt <= done.at && call.receivedAt - done.at <= REPEAT_MS;
};

type Place = Pick<OpenCall, 'order' | 'digest'>;
type Replacing = Place & { readonly callId: string; readonly redelivery?: boolean };

/** One push heard by two triggers is a duplicate, pushes of one image are one build, everything else is newer against older. */
const reasonOf = (loser: Place, winner: Replacing): 'superseded' | 'duplicate' | 'coalesced' => {
  if (winner.redelivery === true) return 'superseded';
  if (loser.order === winner.order) return 'duplicate';
  return loser.digest !== undefined && loser.digest === winner.digest ? 'coalesced' : 'superseded';
};

/** What ends an open call for another one. A wish of a person takes pushes back; within a quiet time all pushes are one build. */
const replacedBy = (loser: OpenCall, winner: OpenCall, { definition }: GateInput): Settlement => {
  const by = { status: 'skipped', by: winner.callId } as const;
  if (winner.manual === true) return { ...by, reason: loser.manual === true ? 'superseded' : 'rolled-back' };
  const reason = reasonOf(loser, winner);
  const gathered = (definition.policy.quietSeconds ?? 0) > 0 && (loser.held === undefined || loser.held.reason === 'quiet');
  return { ...by, reason: reason === 'superseded' && gathered && winner.redelivery !== true ? 'coalesced' : reason };
};

/** What ends a wanted image for a newer one. */
export const takenOverBy = (desired: Desired, winner: OpenCall): Settlement => ({
  status: 'skipped',
  reason: winner.manual === true && desired.manual !== true ? 'rolled-back' : reasonOf(desired, winner),
  by: winner.callId,
});
