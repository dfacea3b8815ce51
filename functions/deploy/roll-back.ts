/**
 * An automatic roll back: the digest that failed is rejected, and what went well before is wanted again, by a call of its own.
 *
 * Every write can be done twice with the same result, because a worker may die after each of them: the call's id follows
 * from that of the failed call. It keeps the failed image's place in the order, so that a mended image pushed since wins.
 */
import type { Desired } from '../core/application.ts';
import { BY_POLICY, type Call, callId, manualTrigger, splitCallId } from '../core/call.ts';
import type { RollBack } from '../core/plan.ts';
import type { Session } from './ports.ts';

/** `rev` and `since` of the new wish are given by the caller. */
export const rollBack = async ({ repository, failed, to }: RollBack, rev: number, now: number, { application, ports }: Session): Promise<Desired> => {
  const why = `its rollout failed (call ${failed.callId})`;
  if (failed.digest !== undefined) await ports.reject(application, { digest: failed.digest, at: now, by: BY_POLICY, why });
  const { tag, digest, version } = to;
  const image = { tag, ...(digest === undefined ? {} : { digest }) };
  const call: Call = {
    id: callIdAfter(failed.callId, application),
    trigger: manualTrigger(application),
    application,
    hook: '',
    repository,
    ...image,
    actor: BY_POLICY,
    order: failed.order,
    action: 'rollback',
    status: 'queued',
    why: `back to what the call ${to.callId} deployed, because the rollout of ${failed.callId} failed`,
    receivedAt: now,
    decidedAt: now,
  };
  await ports.calls.put(call);
  ports.log('rollback.begun', { application, call: call.id, failed: failed.callId, to: to.callId });
  const from = { tag: failed.tag, ...(failed.digest === undefined ? {} : { digest: failed.digest }) };
  return {
    rev,
    order: failed.order,
    callId: call.id,
    repository,
    ...image,
    hosts: failed.hosts,
    since: now,
    manual: true,
    automatic: true,
    back: true,
    from,
    ...(version === undefined ? {} : { version }),
  };
};

const TIME_CHARACTERS = 10;

/** Another ulid of the same time, the same each time: the random part backwards. */
const callIdAfter = (failed: string, application: string): string => {
  const ulid = splitCallId(failed)?.ulid ?? '';
  const random = [...ulid.slice(TIME_CHARACTERS)].reverse().join('');
  return callId(`${ulid.slice(0, TIME_CHARACTERS)}${random}`, manualTrigger(application));
};
