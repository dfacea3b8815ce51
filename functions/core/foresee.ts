/**
 * What would become of calls that nobody has made: the very plans that `deploy` would follow, on a copy of the state in
 * which these calls are open, until each of them has its fate. Nothing is written.
 */
import { type ApplicationState, type Desired, type Facts, type Held, isPending, type OpenCall } from './application.ts';
import type { Settlement } from './call.ts';
import type { ApplicationDefinition } from './definitions.ts';
import { recentDeployments } from './gate.ts';
import { goal, type Plan } from './goal.ts';
import { openAfter, runsAfter } from './runs-after.ts';

export type Fate =
  /** `instead`: what is on its way now, and would be left for it. */
  | { readonly is: 'deployed'; readonly instead?: Desired }
  | { readonly is: 'held'; readonly held: Held }
  | { readonly is: 'skipped'; readonly settlement: Settlement };

/** Each settles or promotes up to 50 calls; more of them do not wait at one application. */
const MOST_PLANS = 20;

/** By call id. One is missing where so much else waits that it was not come to. */
export const foresee = (
  definition: ApplicationDefinition,
  state: ApplicationState,
  facts: Facts,
  calls: readonly OpenCall[],
  now: number,
): ReadonlyMap<string, Fate> => {
  const fates = new Map<string, Fate>();
  let then: ApplicationState = { ...state, open: { ...state.open, ...Object.fromEntries(calls.map((call) => [call.callId, call])) } };
  for (let i = 0; i < MOST_PLANS; i += 1) {
    const plan = goal(definition, then, facts, now);
    for (const [callId, fate] of fatesIn(plan, then)) if (calls.some((call) => call.callId === callId)) fates.set(callId, fate);
    if (!plan.more) return fates;
    then = stateAfter(then, plan, now);
  }
  return fates;
};

const fatesIn = ({ settle, hold, promote }: Plan, { runs }: ApplicationState): readonly (readonly [string, Fate])[] => [
  ...settle.map(({ callId, settlement }) => [callId, { is: 'skipped', settlement }] as const),
  ...hold.map(({ callId, held }) => [callId, { is: 'held', held }] as const),
  ...promote.map(({ callId, repository }) => {
    const run = runs[repository] ?? {};
    return [callId, { is: 'deployed', ...(isPending(run) ? { instead: run.desired } : {}) }] as const;
  }),
];

/** As `deploy` leaves it: of what there is to do it does the first thing, which counts as a deployment that was sent. */
const stateAfter = (state: ApplicationState, plan: Plan, now: number): ApplicationState => {
  const { runs, bump } = runsAfter(plan, state, now);
  const next = { ...state, rev: state.rev + bump, runs: { ...state.runs, ...runs }, open: openAfter(plan, state) };
  const [first] = plan.work;
  const run = first === undefined ? undefined : next.runs[first.repository];
  if (first?.act !== 'apply' || run?.desired === undefined || run.attempt?.rev === run.desired.rev) return next;
  const attempt = { rev: run.desired.rev, fence: state.fence, at: now, count: 1, sent: true };
  return { ...next, deployedAt: recentDeployments(state.deployedAt, now), runs: { ...next.runs, [first.repository]: { ...run, attempt } } };
};
