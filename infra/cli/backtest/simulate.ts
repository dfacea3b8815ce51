/**
 * What would have become of the calls of one application: `goal` itself, asked at each push and whenever something is due,
 * on a state that begins empty, with deployments that go well at once.
 */
import { type ApplicationState, type Facts, NO_FACTS, type OpenCall } from '../../../functions/core/application.ts';
import type { ApplicationDefinition } from '../../../functions/core/definitions.ts';
import { recentDeployments } from '../../../functions/core/gate.ts';
import { goal } from '../../../functions/core/goal.ts';
import type { Plan } from '../../../functions/core/plan.ts';
import { openAfter, runsAfter } from '../../../functions/core/runs-after.ts';

export type Outcome = 'deployed' | `skipped: ${string}` | `held: ${string}`;

/** Each plan settles or promotes something, or what is due lies later: a run of the same is a mistake here. */
const MOST_PLANS = 1_000_000;

export const simulate = (definition: ApplicationDefinition, calls: readonly OpenCall[], until: number, lower: Facts['lower']): ReadonlyMap<string, Outcome> => {
  const facts = { ...NO_FACTS, ...(lower === undefined ? {} : { lower }) };
  const outcomes = new Map<string, Outcome>();
  let state: ApplicationState = { application: definition.name, rev: 0, fence: 0, open: {}, runs: {} };
  let dueAt: number | undefined;
  let plans = 0;
  const look = (now: number): void => {
    let plan: Plan;
    do {
      plans += 1;
      plan = goal(definition, state, facts, now);
      for (const { callId, settlement } of plan.settle) outcomes.set(callId, `skipped: ${settlement.reason ?? 'ended'}`);
      for (const { callId, held } of plan.hold) outcomes.set(callId, `held: ${held.reason}`);
      for (const { callId } of plan.promote) outcomes.set(callId, 'deployed');
      state = deployed(state, plan, now);
    } while (plan.more && plans < MOST_PLANS);
    ({ dueAt } = { dueAt: undefined, ...plan });
  };
  const wait = (now: number): void => {
    while (dueAt !== undefined && dueAt <= now && plans < MOST_PLANS) look(dueAt);
  };
  for (const arriving of byArrival(calls)) {
    const now = arriving[0]?.receivedAt ?? until;
    wait(now);
    state = { ...state, open: { ...state.open, ...Object.fromEntries(arriving.map((call) => [call.callId, call])) } };
    look(now);
  }
  wait(until);
  return outcomes;
};

/** All calls of one push are open before anybody looks. */
const byArrival = (calls: readonly OpenCall[]): readonly (readonly OpenCall[])[] => [
  ...calls.reduce((all, call) => all.set(call.order, [...(all.get(call.order) ?? []), call]), new Map<string, readonly OpenCall[]>()).values(),
];

/** As `deploy` leaves it when everything that was promoted has gone well. */
const deployed = (state: ApplicationState, plan: Plan, now: number): ApplicationState => {
  const { runs, bump } = runsAfter(plan, state, now);
  const well = Object.entries(runs).map(([repository, run]) => {
    const { desired } = run;
    const isNew = plan.promote.some((call) => call.repository === repository);
    return [repository, isNew && desired !== undefined ? { ...run, done: { rev: desired.rev, status: 'succeeded' as const, at: now } } : run] as const;
  });
  const open = openAfter({ ...plan, forget: [...plan.forget, ...plan.promote.map(({ callId }) => callId)] }, state);
  const deployedAt = plan.promote.reduce((times, _) => recentDeployments(times, now), state.deployedAt ?? []);
  return { ...state, rev: state.rev + bump, runs: { ...state.runs, ...Object.fromEntries(well) }, open, deployedAt };
};
