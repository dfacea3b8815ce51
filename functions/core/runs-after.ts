/** What a plan makes of the state of an application: what is wanted then, what has ended without being done, and which calls are open still. */
import type { ApplicationState, Desired, OpenCall, Run } from './application.ts';
import type { Ending } from './call.ts';
import { goodBefore, isOther, wasBefore } from './history.ts';
import type { Plan } from './plan.ts';

interface RunsAfter {
  /** Only those that change. */
  readonly runs: Readonly<Record<string, Run>>;
  /** How many numbers of deployments were given: what `rev` grows by. */
  readonly bump: number;
}

export const runsAfter = ({ again, finish, promote }: Pick<Plan, 'again' | 'finish' | 'promote'>, state: ApplicationState, now: number): RunsAfter => {
  const runs: Record<string, Run> = {};
  for (const { repository, desired } of again) runs[repository] = { ...state.runs[repository], desired };
  for (const { repository, desired } of finish) runs[repository] = done(state.runs[repository] ?? {}, desired, { status: 'skipped' }, now);
  for (const [i, call] of promote.entries()) {
    const { repository } = call;
    const run = runs[repository] ?? state.runs[repository] ?? {};
    runs[repository] = wanting(run, desiredOf(call, run.desired, state.rev + i + 1, now));
  }
  return { runs, bump: promote.length };
};

/** The calls that are open then, for who has no store to ask: what waits says why. What is promoted stays until it has ended. */
export const openAfter = ({ settle, forget, hold }: Pick<Plan, 'settle' | 'forget' | 'hold'>, { open }: ApplicationState): ApplicationState['open'] => {
  const closed = new Set([...settle.map(({ callId }) => callId), ...forget]);
  const held = new Map(hold.map((one) => [one.callId, one.held]));
  const left = Object.values(open).filter(({ callId }) => !closed.has(callId));
  return Object.fromEntries(
    left.map((call) => {
      const waits = held.get(call.callId) ?? call.held;
      return [call.callId, waits === undefined ? call : { ...call, held: waits }];
    }),
  );
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
    ...(later === undefined ? {} : manual === true ? { asked: call.order } : { again: later.again ?? later.callId }),
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

export const done = ({ good }: Run, desired: Desired, { status, reason, commit }: Pick<Ending, 'status' | 'reason' | 'commit'>, at: number): Run => ({
  desired,
  done: { rev: desired.rev, status, at, ...(status === 'failed' || status === 'skipped' ? whyOf(reason) : {}), ...(commit === undefined ? {} : { commit }) },
  ...(good === undefined ? {} : { good }),
});

/** Only where `goal` asks for it: every write of the state costs by its size. */
const whyOf = (reason: Ending['reason']): Pick<Ending, 'reason'> => (reason === undefined ? {} : { reason });
