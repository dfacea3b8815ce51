/** What `goal` answers, and the draft in which it grows. */
import type { Desired, Good, Held, OpenCall } from './application.ts';
import type { Settlement } from './call.ts';

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
  /** Rollouts that failed and are taken back by the policy: the digest is rejected, and what went well before is wanted again. */
  readonly rollBack: readonly RollBack[];
  /** Repositories with something to do now. */
  readonly work: readonly { readonly repository: string; readonly act: 'apply' | 'observe' }[];
  /** Somebody asks what the target really runs, and there is nothing else to do. */
  readonly look: boolean;
  /** There is more to settle or to promote than one write takes: look again at once. */
  readonly more: boolean;
  /** When to look again if nothing else happens. */
  readonly dueAt?: number;
}

export interface RollBack {
  readonly repository: string;
  readonly failed: Desired;
  readonly to: Good;
}

export interface PlanDraft {
  settle: { callId: string; settlement: Settlement }[];
  forget: string[];
  hold: { callId: string; held: Held }[];
  again: { repository: string; desired: Desired }[];
  finish: { repository: string; desired: Desired }[];
  promote: OpenCall[];
  rollBack: RollBack[];
  work: { repository: string; act: 'apply' | 'observe' }[];
  due: number[];
  more: boolean;
}

export const newDraft = (): PlanDraft => ({
  settle: [],
  forget: [],
  hold: [],
  again: [],
  finish: [],
  promote: [],
  rollBack: [],
  work: [],
  due: [],
  more: false,
});

/** So many entries change in one plan at most: an update expression of DynamoDB is at most 4 kB. */
const MOST_CHANGES = 50;

export const isFull = ({ settle, forget, hold, promote, rollBack }: PlanDraft): boolean =>
  settle.length + forget.length + hold.length + promote.length + rollBack.length >= MOST_CHANGES;

export const holdCall = (call: OpenCall, held: Held, draft: PlanDraft): void => {
  if (held.until !== undefined) draft.due.push(held.until);
  if (call.held?.reason !== held.reason || call.held.until !== held.until || call.held.since !== held.since) draft.hold.push({ callId: call.callId, held });
};
