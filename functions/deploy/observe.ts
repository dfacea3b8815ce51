/** Looks at a rollout until it is healthy, failed or late. */
import type { Desired, Rolling, Run } from '../core/application.ts';
import { because } from '../core/call.ts';
import { idempotencyKey } from '../core/message.ts';
import { applyWanted, finish, type Step } from './apply.ts';
import type { Draft } from './change.ts';
import type { Session } from './ports.ts';

const SOONEST_LOOK_MS = 1_000;
const LATEST_LOOK_MS = 60_000;
const EVIDENCE = 600;

export const observeRollout = async (run: Run, desired: Desired, rolling: Rolling, session: Session, draft: Draft): Promise<Step> => {
  const { ports, definition, application } = session;
  const target = ports.target(definition.target);
  // The application was given another target meanwhile: the image is wanted there now.
  if (!target.ok || target.value.sight === 'blind' || rolling.kind !== definition.target.kind) return applyWanted(withoutAttempt(run), desired, session, draft);
  const rollout = await target.value.observe(rolling.handle, ports.io(idempotencyKey(application, desired.rev)));
  const now = ports.now();
  if (now >= session.leaseUntil) return { is: 'lost' };
  const seconds = Math.round((now - rolling.since) / 1000);
  ports.log('rollout.observed', { call: desired.callId, application, rollout: rollout.is, seconds });
  if (rollout.is === 'healthy')
    return finish(run, desired, { status: 'succeeded', reason: 'rolled-out', detail: `healthy after ${seconds} s` }, session, draft);
  if (rollout.is === 'failed') {
    const { reason, detail } = because(rollout.why);
    return finish(
      run,
      desired,
      {
        status: 'failed',
        reason,
        detail: [detail, rollout.evidence]
          .filter((part) => part !== undefined && part !== '')
          .join(': ')
          .slice(0, EVIDENCE),
      },
      session,
      draft,
    );
  }
  const said = rollout.is === 'unavailable' ? rollout.why.detail : rollout.detail;
  if (now >= rolling.deadline)
    return finish(
      run,
      desired,
      { status: 'failed', reason: 'rollout-deadline', detail: `not healthy after ${seconds} s${said === undefined ? '' : `: ${said}`}`.slice(0, EVIDENCE) },
      session,
      draft,
    );
  const asked = rollout.is === 'progressing' ? rollout.lookAgainIn : 30_000;
  const lookAt = Math.min(now + Math.max(SOONEST_LOOK_MS, Math.min(asked, LATEST_LOOK_MS)), Math.max(rolling.deadline, now + SOONEST_LOOK_MS));
  draft.runs[desired.repository] = { ...run, running: { ...rolling, lookAt } };
  return { is: 'on', dueAt: lookAt };
};

const withoutAttempt = ({ attempt: _, running: __, ...run }: Run): Run => run;
