/**
 * An automatic roll back: the digest that failed is rejected, and what went well before is wanted again, by a call of its own.
 *
 * The state is written before the call, other than everywhere else: no sender comes back for this call, so were it put first
 * and something newer wanted before the state is, nobody would ever end it. Until its first attempt is marked the call is put
 * again each time, under the same id. It keeps the failed image's place in the order, so that a mended image pushed since wins.
 */
import { type ApplicationState, type Desired, isPending, type Run, WHOLE_TEMPLATE } from '../core/application.ts';
import { BY_POLICY, type Call, callId, manualTrigger, splitCallId } from '../core/call.ts';
import type { RollBack } from '../core/plan.ts';
import { wanting } from '../core/runs-after.ts';
import type { Session } from './ports.ts';

/** Rejects what failed; the runs to be written, with `rev + 1` and so on for each. */
export const beginRollBacks = async (backs: readonly RollBack[], { application, state, ports }: Session): Promise<Readonly<Record<string, Run>>> => {
  const now = ports.now();
  const runs: Record<string, Run> = {};
  for (const [i, back] of backs.entries()) {
    const { repository, failed } = back;
    const why = `its rollout failed (call ${failed.callId})`;
    if (failed.digest !== undefined) await ports.reject(application, { digest: failed.digest, at: now, by: BY_POLICY, why });
    runs[repository] = wanting(state.runs[repository] ?? {}, wantedAgain(back, application, state.rev + i + 1, now));
  }
  return runs;
};

const wantedAgain = ({ repository, failed, to }: RollBack, application: string, rev: number, now: number): Desired => ({
  rev,
  order: failed.order,
  callId: callIdAfter(failed.callId, application),
  repository,
  tag: to.tag,
  ...(to.digest === undefined ? {} : { digest: to.digest }),
  hosts: failed.hosts,
  since: now,
  manual: true,
  automatic: true,
  after: { failed: failed.callId, to: to.callId },
  back: true,
  from: { tag: failed.tag, ...(failed.digest === undefined ? {} : { digest: failed.digest }) },
  // An image is set in the newest template: an old version of it would take the images of other repositories back too.
  ...(to.version === undefined || repository !== WHOLE_TEMPLATE ? {} : { version: to.version }),
});

/** The calls of roll backs that nobody has tried yet: putting one twice is putting it once. */
export const putRollBacks = async ({ runs }: Pick<ApplicationState, 'runs'>, { application, ports }: Session): Promise<void> => {
  for (const run of Object.values(runs)) {
    if (!isPending(run) || run.desired.after === undefined || run.attempt?.rev === run.desired.rev) continue;
    const call = callOf(run.desired, run.desired.after, application);
    if ((await ports.calls.put(call)) === 'put') ports.log('rollback.begun', { application, call: call.id, ...run.desired.after });
  }
};

const callOf = ({ callId: id, repository, tag, digest, order, since }: Desired, { failed, to }: NonNullable<Desired['after']>, application: string): Call => ({
  id,
  trigger: manualTrigger(application),
  application,
  hook: '',
  repository,
  tag,
  ...(digest === undefined ? {} : { digest }),
  actor: BY_POLICY,
  order,
  action: 'rollback',
  status: 'queued',
  why: `back to what the call ${to} deployed, because the rollout of ${failed} failed`,
  receivedAt: since,
  decidedAt: since,
});

const TIME_CHARACTERS = 10;

/** Another ulid of the same time, the same each time: the random part backwards. */
const callIdAfter = (failed: string, application: string): string => {
  const ulid = splitCallId(failed)?.ulid ?? '';
  const random = [...ulid.slice(TIME_CHARACTERS)].reverse().join('');
  return callId(`${ulid.slice(0, TIME_CHARACTERS)}${random}`, manualTrigger(application));
};
