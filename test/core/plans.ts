/** Applications as `goal` sees them, for its tests: builders, and what a carried-out plan leaves behind. */
import type { ApplicationState, Desired, OpenCall, Run } from '../../functions/core/application.ts';
import { isPending } from '../../functions/core/application.ts';
import type { FinalStatus } from '../../functions/core/call.ts';
import type { ApplicationDefinition, Policy } from '../../functions/core/definitions.ts';
import type { Plan } from '../../functions/core/goal.ts';
import { goodBefore } from '../../functions/core/history.ts';

export const NOW = 1_782_820_800_000;
export const WEB = 'r.example/web';
export const API = 'r.example/api';

export const definition = (policy: Policy = {}, change: Partial<ApplicationDefinition> = {}): ApplicationDefinition => ({
  name: 'web',
  enabled: true,
  target: { kind: 'http' },
  policy,
  createdAt: 0,
  updatedAt: 0,
  ...change,
});

/** The push of `second` after NOW, heard by trigger `t`. */
export const open = (second: number, change: Partial<OpenCall> = {}): OpenCall => ({
  callId: `c${second}.t`,
  order: `${NOW + second * 1_000}#c${second}`,
  repository: WEB,
  tag: `v${second}`,
  digest: `sha256:${second}`,
  receivedAt: NOW + second * 1_000,
  hosts: [],
  ...change,
});

export const desiredOf = (call: OpenCall, rev = 1, change: Partial<Desired> = {}): Desired => {
  const { callId, order, repository, tag, digest, hosts } = call;
  return { callId, order, repository, tag, hosts, ...(digest === undefined ? {} : { digest }), rev, since: NOW, ...change };
};

export const done = (desired: Desired, status: FinalStatus = 'succeeded', at = NOW): Run => ({ desired, done: { rev: desired.rev, status, at } });

export const state = (calls: readonly OpenCall[], runs: Readonly<Record<string, Run>> = {}, change: Partial<ApplicationState> = {}): ApplicationState => ({
  application: 'web',
  rev: 10,
  fence: 1,
  open: Object.fromEntries(calls.map((call) => [call.callId, call])),
  runs,
  ...change,
});

/** As `deploy` writes it, short of acting on the target. */
export const carryOut = (plan: Plan, before: ApplicationState): ApplicationState => {
  const openCalls = { ...before.open };
  const runs = { ...before.runs };
  let { rev } = before;
  for (const { repository, desired } of plan.again) runs[repository] = { ...runs[repository], desired };
  for (const { repository, desired } of plan.finish) runs[repository] = done(desired, 'skipped');
  for (const call of plan.promote) {
    rev += 1;
    const run = runs[call.repository] ?? {};
    const { manual, restart, version, from, back } = call;
    const wish = Object.fromEntries(Object.entries({ manual, restart, version, from, back }).filter(([, value]) => value !== undefined));
    const order = run.desired !== undefined && run.desired.order > call.order ? run.desired.order : call.order;
    runs[call.repository] = wanting(run, desiredOf(call, rev, { ...wish, order }));
  }
  for (const { repository, failed, to } of plan.rollBack) {
    rev += 1;
    const { tag, digest } = failed;
    const next = desiredOf(open(0, { ...to, callId: `${failed.callId}!`, order: failed.order, repository }), rev, {
      manual: true,
      automatic: true,
      back: true,
      from: { tag, ...(digest === undefined ? {} : { digest }) },
    });
    runs[repository] = wanting(runs[repository] ?? {}, next);
  }
  for (const { callId, held } of plan.hold) {
    const call = openCalls[callId];
    if (call !== undefined) openCalls[callId] = { ...call, held };
  }
  for (const callId of [...plan.forget, ...plan.settle.map((one) => one.callId)]) delete openCalls[callId];
  return { ...before, rev, open: openCalls, runs };
};

const wanting = (run: Run, desired: Desired): Run => {
  const good = goodBefore(run, desired);
  return { desired, ...(run.done === undefined ? {} : { done: run.done }), ...(good.length === 0 ? {} : { good }) };
};

/** A person's wish at `second` after NOW: an image of its own, or one that is given. */
export const wish = (second: number, change: Partial<OpenCall> = {}): OpenCall => open(second, { callId: `w${second}.!web`, manual: true, ...change });

/** Everything wanted has gone well. */
export const allDone = (before: ApplicationState, at: number): ApplicationState => {
  const openCalls = { ...before.open };
  const runs = { ...before.runs };
  for (const [repository, run] of Object.entries(runs))
    if (isPending(run)) {
      delete openCalls[run.desired.callId];
      runs[repository] = { ...done(run.desired, 'delivered', at), ...(run.good === undefined ? {} : { good: run.good }) };
    }
  return { ...before, open: openCalls, runs };
};
