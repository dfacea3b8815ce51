/**
 * Makes one wanted image so: read the target, compare, mark the attempt, apply, record.
 *
 * The mark (with rev and fence) is written before the outside call. A mark without a recorded end is an attempt that
 * somebody died in: a readable target is then asked, a blind one is called again under the same Idempotency-Key.
 */
import { type Desired, isUnanswered, type Run } from '../core/application.ts';
import { because, type Ending, type Settlement } from '../core/call.ts';
import { fingerprint } from '../core/fingerprint.ts';
import { recentDeployments } from '../core/gate.ts';
import { isFailedRollout } from '../core/goal.ts';
import { idempotencyKey } from '../core/message.ts';
import type { Commit, Exchange, Outcome, Why } from '../core/outcome.ts';
import { backoff, MAX_ATTEMPTS } from '../core/retry.ts';
import { done } from '../core/runs-after.ts';
import type { BoundTarget, Seen, TargetIo, Wish } from '../targets/target.ts';
import { type Attempted, type Draft, recordedEnd, settleCall, takeChange } from './change.ts';
import type { Session } from './ports.ts';
import { resolveImage } from './resolve.ts';
import { prepareWish } from './wish.ts';

/** What is to be written when the lease is given back. `lost`: somebody else has the lease, nothing may be written any more. */
export type Step = { readonly is: 'lost' } | { readonly is: 'on'; readonly dueAt?: number };

const DEFAULT_DEADLINE_SECONDS = 600;
export const FIRST_LOOK_MS = 5_000;

export const applyWanted = async (run: Run, wanted: Desired, session: Session, draft: Draft): Promise<Step> => {
  const { ports, definition, fence } = session;
  const before = run.attempt?.rev === wanted.rev ? run.attempt : undefined;
  const crashed = isUnanswered(run);
  const ended = crashed ? await recordedEnd(wanted.callId, ports) : undefined;
  if (ended !== undefined) return finish(run, wanted, ended, session, draft);

  const target = await ports.target(definition.target);
  if (!target.ok) return finish(run, wanted, { status: 'failed', reason: 'target-misconfigured', detail: target.why }, session, draft);
  const resolved = await resolveImage(wanted, session);
  if (ports.now() >= session.leaseUntil) return { is: 'lost' };
  if (resolved.is === 'over') return finish(run, resolved.desired, resolved.ending, session, draft);
  if (definition.templated === true && resolved.asked) {
    // A version of the template is made of this very image, also when somebody else goes on after a crash.
    draft.runs[wanted.repository] = { ...run, desired: resolved.desired };
    if ((await ports.states.write(session.application, fence, takeChange(draft))) === 'lost') return { is: 'lost' };
  }
  const prepared = await prepareWish(resolved.desired, target.value, session);
  if (ports.now() >= session.leaseUntil) return { is: 'lost' };
  if (prepared.is === 'refused') return finish(run, resolved.desired, { status: 'failed', ...because(prepared.why) }, session, draft);
  const { wish, desired } = prepared;
  const count = (before?.count ?? 0) + 1;
  const sent = before?.sent === true;
  const io = { ...ports.io(idempotencyKey(session.application, desired.rev)), attempted: sent, atMostOnce: definition.policy.atMostOnce === true };
  const attempt = { rev: desired.rev, fence, at: ports.now(), count };
  const looked: Run = { ...withoutRolling(run), desired, attempt: { ...attempt, ...(sent ? { sent } : {}) } };
  const tried: Run = { ...looked, attempt: { ...attempt, sent: true } };

  const look = await readFirst(target.value, wish, io);
  // A process may be paused for long at every wait. Beyond the lease another worker may be at it, and this one must not act any more.
  if (ports.now() >= session.leaseUntil) return { is: 'lost' };
  if (look.is === 'refused' || look.is === 'unavailable') {
    const outcome: Outcome = look.is === 'refused' ? look : { ...look, answered: true };
    return record(looked, desired, outcome, { count }, io, session, draft);
  }
  if (look.is === 'seen' && look.running) {
    if (!look.settled) return roll(looked, desired, look, {}, session, draft);
    const settlement: Ending = sent ? { status: 'succeeded', reason: 'confirmed-by-reading' } : { status: 'skipped', reason: 'already-running' };
    return finish(run, desired, { ...settlement, ...(before === undefined ? {} : { attempts: before.count }) }, session, draft);
  }
  if (look.is === 'blind' && crashed && definition.policy.atMostOnce === true)
    return finish(run, desired, { status: 'unknown', reason: 'no-answer', attempts: count - 1 }, session, draft);
  if (count > MAX_ATTEMPTS)
    return finish(run, desired, { status: 'failed', reason: 'unavailable', detail: `tried ${count - 1} times`, attempts: count - 1 }, session, draft);

  draft.runs[desired.repository] = tried;
  // Only where it is asked for: every write of the state costs by its size.
  if (!sent && definition.policy.maxPerHour !== undefined) draft.deployedAt = recentDeployments(session.state.deployedAt, ports.now());
  if ((await ports.states.write(session.application, fence, takeChange(draft))) === 'lost') return { is: 'lost' };
  if (ports.now() >= session.leaseUntil) return { is: 'lost' };
  const outcome = await applyNow(target.value, look, wish, io);
  // Asked meanwhile, so that nothing waited for it.
  const commit = await resolved.commit;
  // What happened is for the next worker to find out.
  if (ports.now() >= session.leaseUntil) return { is: 'lost' };
  // Whether a readable target acted is found by reading it; only at a blind one does nobody know.
  const known = outcome.is === 'unavailable' && look.is !== 'blind' ? { ...outcome, answered: true } : outcome;
  return record(tried, desired, known, { count, ...(commit === undefined ? {} : { commit }) }, io, session, draft);
};

type Look = { readonly is: 'blind' } | Awaited<ReturnType<Extract<BoundTarget, { sight: 'readable' }>['read']>>;

const readFirst = async (target: BoundTarget, wish: Wish, io: TargetIo): Promise<Look> => (target.sight === 'blind' ? { is: 'blind' } : target.read(wish, io));

const applyNow = async (target: BoundTarget, look: Look, wish: Wish, io: TargetIo): Promise<Outcome> => {
  if (target.sight === 'blind') return target.apply(wish, io);
  if (look.is !== 'seen') throw new Error('a readable target is applied only after it was read');
  return target.apply(wish, look satisfies Seen, io);
};

/** What an attempt shows in its call, and in the log. */
interface Made {
  readonly shown: Pick<Settlement, 'commit' | 'responseStatus' | 'responseBody'> & { readonly attempts: number };
  readonly attempted: Attempted;
}

/** Writes the attempt and what it means for the call; the state follows with the release. */
const record = async (
  run: Run,
  desired: Desired,
  outcome: Outcome,
  { count, commit }: { readonly count: number; readonly commit?: Commit },
  io: TargetIo,
  session: Session,
  draft: Draft,
): Promise<Step> => {
  const { ports, definition } = session;
  const why = 'why' in outcome ? outcome.why : undefined;
  await ports.calls.attempt(desired.callId, {
    n: count,
    at: ports.now(),
    outcome: outcome.is,
    idempotencyKey: io.idempotencyKey,
    ...(why?.detail === undefined ? {} : { detail: why.detail }),
    ...('exchange' in outcome && outcome.exchange !== undefined ? { exchange: outcome.exchange } : {}),
  });
  const shown = { attempts: count, ...(commit === undefined ? {} : { commit }), ...('exchange' in outcome ? answerOf(outcome.exchange) : {}) };
  const attempted = { outcome: outcome.is, ...(why === undefined ? {} : { why: why.code }) };
  const made: Made = { shown, attempted };
  const end = (ending: Ending): Promise<Step> => finish(run, desired, { ...ending, ...shown }, session, draft, attempted);
  switch (outcome.is) {
    case 'applied':
      return roll(run, desired, outcome, made, session, draft);
    case 'unchanged':
      return end({ status: 'skipped', reason: 'already-running' });
    case 'delivered':
      return end({ status: 'delivered', reason: 'answered-2xx' });
    case 'refused':
      return end({ status: 'failed', ...because(outcome.why) });
    case 'moved':
      return retry(run, desired, { why: { code: 'unavailable', detail: 'somebody else changed the target at the same time' } }, made, session, draft);
    case 'unavailable':
      if (!outcome.answered && definition.policy.atMostOnce === true)
        return end({ status: 'unknown', reason: 'no-answer', ...(outcome.why.detail === undefined ? {} : { detail: outcome.why.detail }) });
      return retry(run, desired, outcome, made, session, draft);
  }
};

const SHOWN_BODY = 500;
const answerOf = (exchange: Exchange | undefined): Pick<Settlement, 'responseStatus' | 'responseBody'> =>
  exchange?.response === undefined ? {} : { responseStatus: exchange.response.status, responseBody: exchange.response.body.text.slice(0, SHOWN_BODY) };

const retry = async (
  run: Run,
  desired: Desired,
  { why, retryAfter }: { readonly why: Why; readonly retryAfter?: number },
  { shown, attempted }: Made,
  session: Session,
  draft: Draft,
): Promise<Step> => {
  const { ports } = session;
  const count = shown.attempts;
  if (count >= MAX_ATTEMPTS)
    return finish(run, desired, { status: 'failed', ...because({ ...why, code: 'unavailable' }), ...shown }, session, draft, attempted);
  const retryAt = ports.now() + backoff(count, retryAfter, ports.random());
  const held = { reason: 'retry', until: retryAt } as const;
  await settleCall(desired.callId, { status: 'held', ...held, ...(why.detail === undefined ? {} : { detail: why.detail }), ...shown }, session, attempted);
  draft.runs[desired.repository] = { ...run, ...(run.attempt === undefined ? {} : { attempt: { ...run.attempt, retryAt } }) };
  if (session.state.open[desired.callId] !== undefined) draft.held[desired.callId] = held;
  return { is: 'on', dueAt: retryAt };
};

type Begun = { readonly handle: string; readonly lookAgainIn?: number };

/** Accepted, not yet healthy. */
const roll = async (
  run: Run,
  desired: Desired,
  { handle, lookAgainIn = FIRST_LOOK_MS }: Begun,
  made: Partial<Made>,
  session: Session,
  draft: Draft,
): Promise<Step> => {
  const { ports, definition } = session;
  const now = ports.now();
  const rolling = {
    rev: desired.rev,
    handle,
    since: now,
    deadline: now + (definition.policy.deadlineSeconds ?? DEFAULT_DEADLINE_SECONDS) * 1000,
    lookAt: now + lookAgainIn,
    target: fingerprint(definition.target),
  };
  await settleCall(desired.callId, { status: 'running', ...deployedOf(desired), ...made.shown }, session, made.attempted);
  draft.runs[desired.repository] = { ...run, desired, running: rolling };
  return { is: 'on', dueAt: rolling.lookAt };
};

/** The end of a wanted image: its call says how, the state that it is done. A call that had ended before, by a worker that died then, keeps its end, and the state follows it. */
export const finish = async (run: Run, desired: Desired, settlement: Ending, session: Session, draft: Draft, attempted?: Attempted): Promise<Step> => {
  const { ports } = session;
  const now = ports.now();
  const settled = await settleCall(desired.callId, { ...settlement, ...deployedOf(desired), endedAt: now }, session, attempted);
  const end = (settled ? undefined : await recordedEnd(desired.callId, ports)) ?? settlement;
  // Of a blind target only the call keeps the commit: every write of the state costs by its size.
  const { commit: _, ...kept } = end;
  draft.runs[desired.repository] = done(run, desired, end.status === 'delivered' ? kept : end, now);
  draft.close.push(desired.callId);
  // Whether it is taken back is for `goal` to say, as soon as this end is written.
  const again = session.definition.policy.autoRollback === true && isFailedRollout(end.reason);
  return again ? { is: 'on', dueAt: now } : { is: 'on' };
};

/** What was made of the wish on the way to the target. */
const deployedOf = ({ version, digest, registry }: Desired): Pick<Settlement, 'version' | 'digest' | 'registry'> => ({
  ...(version === undefined ? {} : { version }),
  ...(digest === undefined ? {} : { digest }),
  ...(registry === undefined ? {} : { registry }),
});

const withoutRolling = ({ running: _, ...run }: Run): Run => run;
