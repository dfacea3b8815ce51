/** Looks at a rollout until it is healthy, failed or late. */
import type { Desired, Rolling, Run } from '../core/application.ts';
import { because } from '../core/call.ts';
import { fingerprint } from '../core/fingerprint.ts';
import { idempotencyKey } from '../core/message.ts';
import type { Commit, Rollout, Why } from '../core/outcome.ts';
import type { BoundTarget, Running, TargetIo } from '../targets/target.ts';
import { applyWanted, FIRST_LOOK_MS, finish, type Step } from './apply.ts';
import type { Draft } from './change.ts';
import type { Session } from './ports.ts';
import { prepareWish } from './wish.ts';

const SOONEST_LOOK_MS = 1_000;
const LATEST_LOOK_MS = 60_000;
const AFTER_NO_ANSWER_MS = 30_000;
const EVIDENCE = 600;

export const observeRollout = async (run: Run, desired: Desired, rolling: Rolling, session: Session, draft: Draft): Promise<Step> => {
  const { ports, definition, application } = session;
  const target = await ports.target(definition.target);
  // The application was given another target meanwhile: the image is wanted there now.
  if (!target.ok || target.value.sight === 'blind' || rolling.target !== fingerprint(definition.target))
    return applyWanted(withoutAttempt(run), desired, session, draft);
  const io = { ...ports.io(idempotencyKey(application, desired.rev)), attempted: true };
  const rollout = await target.value.observe(rolling.handle, io);
  // Of two repositories of one application the later change takes the earlier one's place and carries its image on,
  // unless the target had gone back by then: only a reading can tell.
  const seen: Seen = rollout.is === 'replaced' ? afterwards(rollout, await readAgain(desired, target.value, io, session)) : rollout;
  const now = ports.now();
  if (now >= session.leaseUntil) return { is: 'lost' };
  const seconds = Math.round((now - rolling.since) / 1000);
  ports.log('rollout.observed', { call: desired.callId, application, rollout: rollout.is, seconds });
  if (seen.is === 'healthy') {
    const commit = seen.commit === undefined ? {} : { commit: seen.commit };
    return finish(run, desired, { status: 'succeeded', reason: 'rolled-out', detail: `healthy after ${seconds} s`, ...commit }, session, draft);
  }
  if (seen.is === 'failed') {
    const { reason, detail } = because(seen.why);
    return finish(run, desired, { status: 'failed', reason, detail: short(detail, seen.evidence) }, session, draft);
  }
  if (now >= rolling.deadline) {
    const said = seen.is === 'unavailable' ? seen.why.detail : seen.detail;
    return finish(run, desired, { status: 'failed', reason: 'rollout-deadline', detail: short(`not healthy after ${seconds} s`, said) }, session, draft);
  }
  const asked = seen.is === 'progressing' ? seen.lookAgainIn : AFTER_NO_ANSWER_MS;
  const lookAt = Math.min(now + Math.max(SOONEST_LOOK_MS, Math.min(asked, LATEST_LOOK_MS)), Math.max(rolling.deadline, now + SOONEST_LOOK_MS));
  const handle = seen.is === 'progressing' && seen.handle !== undefined ? seen.handle : rolling.handle;
  draft.runs[desired.repository] = { ...run, running: { ...rolling, handle, lookAt } };
  return { is: 'on', dueAt: lookAt };
};

type Seen =
  | { readonly is: 'progressing'; readonly lookAgainIn: number; readonly handle?: string; readonly detail?: string }
  | { readonly is: 'healthy'; readonly commit?: Commit }
  | { readonly is: 'failed'; readonly why: Why; readonly evidence: string }
  | { readonly is: 'unavailable'; readonly why: Why };

const readAgain = async (desired: Desired, target: Extract<BoundTarget, { readonly sight: 'readable' }>, io: TargetIo, session: Session): Promise<Running> => {
  const prepared = await prepareWish(desired, target, session);
  return prepared.is === 'refused' ? prepared : target.read(prepared.wish, io);
};

/** What a rollout has come to whose place another one took. */
const afterwards = ({ detail, evidence }: Extract<Rollout, { is: 'replaced' }>, running: Running): Seen => {
  if (running.is === 'unavailable') return running;
  if (running.is === 'refused') return { is: 'failed', why: running.why, evidence: detail };
  if (!running.running) return { is: 'failed', why: { code: 'rollout-failed', detail }, evidence };
  return running.settled ? { is: 'healthy' } : { is: 'progressing', lookAgainIn: FIRST_LOOK_MS, handle: running.handle, detail };
};

const short = (...parts: readonly (string | undefined)[]): string =>
  parts
    .filter((part) => part !== undefined && part !== '')
    .join(': ')
    .slice(0, EVIDENCE);

const withoutAttempt = ({ attempt: _, running: __, ...run }: Run): Run => run;
