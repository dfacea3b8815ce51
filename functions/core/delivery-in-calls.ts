/**
 * A delivery of one push that made calls, as these say it: then nothing else is kept of it. `match` notes all others, and
 * what it would have noted here is what this makes of the calls.
 */
import { type Call, manualTrigger } from './call.ts';
import { type DeliveryRecord, deliveryRecord } from './delivery-record.ts';
import { ECR_HOOK } from './ecr-hook.ts';
import type { PushesMessage } from './message.ts';
import { pushText } from './push.ts';

/** Whether the calls say all of it; the sender was answered as ever, where `answered` says nothing else. */
export const isInCalls = ({ deliveryId, answered, pushes }: PushesMessage, verdict: DeliveryRecord['verdict']): boolean =>
  pushes.length === 1 && pushes[0]?.id === deliveryId && answered === undefined && (verdict === 'fired' || verdict === 'untriggered');

/** What a sender is answered whose push was queued; nobody waits for an answer to events of ECR, sweeps and tests. */
export const statusOf = (hook: string, source: Call['source'], throughUrl: boolean): Pick<DeliveryRecord, 'status'> =>
  hook === ECR_HOOK.name || source !== undefined ? {} : { status: throughUrl ? 200 : 202 };

/** `calls`: all of that push. */
export const deliveryInCalls = (id: string, calls: readonly Call[]): DeliveryRecord | undefined => {
  const [first] = calls;
  if (first === undefined) return undefined;
  const { hook, receivedAt: at, source, trigger, application, repository, tag, digest, action } = first;
  const fired = calls.filter(({ status }) => status !== 'untriggered');
  const image = { repository, tag, ...(digest === undefined ? {} : { digest }), ...(action === 'redeploy' ? { restart: true } : {}) };
  return deliveryRecord({
    ...{ id, hook, at },
    verdict: fired.length > 0 ? 'fired' : 'untriggered',
    ...statusOf(hook, source, trigger === manualTrigger(application)),
    ...(fired.length > 0 ? {} : { why: calls.map((call) => `${call.trigger}: ${call.detail ?? ''}`).join('; ') }),
    references: [pushText(image)],
    calls: (fired.length > 0 ? fired : calls).map((call) => call.id),
    ...(source === undefined ? {} : { source }),
  });
};
