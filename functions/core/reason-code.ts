/**
 * Codes of why a call is as it is, each with the status that it stands with: a closed table. What they mean in words stands
 * in `reason.ts`, which weighs ten times as much, and which nothing on the way of a push loads.
 */
import type { CallStatus } from './call.ts';

export const REASON_STATUS = {
  // The rule decided that the push does not fire.
  'rule-not-matched': 'untriggered',
  'not-a-version': 'untriggered',
  'pre-release': 'untriggered',
  excluded: 'untriggered',
  'trigger-disabled': 'untriggered',
  'other-hook': 'untriggered',
  // Decided that something else runs instead.
  superseded: 'skipped',
  coalesced: 'skipped',
  duplicate: 'skipped',
  'already-running': 'skipped',
  rejected: 'skipped',
  expired: 'skipped',
  'rolled-back': 'skipped',
  'lower-version': 'skipped',
  'git-source': 'skipped',
  'application-disabled': 'skipped',
  // Waiting; each ends by itself or by a person.
  hold: 'held',
  freeze: 'held',
  window: 'held',
  approval: 'held',
  quiet: 'held',
  rate: 'held',
  retry: 'held',
  // Ended well.
  'rolled-out': 'succeeded',
  'confirmed-by-reading': 'succeeded',
  'answered-2xx': 'delivered',
  // Ended badly.
  'no-container': 'failed',
  'image-not-found': 'failed',
  'application-deleted': 'failed',
  'access-denied': 'failed',
  'target-not-found': 'failed',
  'target-refused': 'failed',
  'target-misconfigured': 'failed',
  'address-forbidden': 'failed',
  'secret-unreadable': 'failed',
  unavailable: 'failed',
  'worker-died': 'failed',
  'rollout-failed': 'failed',
  'rollout-deadline': 'failed',
  // Nobody can know.
  'no-answer': 'unknown',
} as const satisfies Record<string, CallStatus>;

export type ReasonCode = keyof typeof REASON_STATUS;
export const isReasonCode = (text: string): text is ReasonCode => Object.hasOwn(REASON_STATUS, text);
