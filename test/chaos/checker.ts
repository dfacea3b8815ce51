/**
 * What must hold when a world has come to rest, judged from what was promised (202), what was recorded (calls, states)
 * and what the targets saw, never from how the code went about it.
 */

import { WHOLE } from '../../functions/core/application.ts';
import type { Call } from '../../functions/core/call.ts';
import { isOpen } from '../../functions/core/call.ts';
import { decide } from '../../functions/core/decide.ts';
import { makeExpressionEngine } from '../../functions/core/expression.ts';
import { repositoryMatches } from '../../functions/core/repository-pattern.ts';
import { MAX_ATTEMPTS } from '../../functions/core/retry.ts';
import { checkConverged, standsFor } from './converged.ts';
import { type Put, type Revision, sameImage, type TargetLog } from './targets.ts';
import { checkWishes, isManual } from './wish-checker.ts';
import type { Outcome } from './world.ts';

export const NUMBERS = ['lost', 'duplicated', 'stale', 'notConverged'] as const;
export type NumberName = (typeof NUMBERS)[number];

export interface Violation {
  readonly number: NumberName;
  readonly application: string;
  readonly what: string;
}

/** What `deploy` gives a rollout, and how far two machines' clocks may be apart. */
const DEADLINE_MS = 600_000;
const CLOCKS_MS = 1_000;

export const check = (outcome: Outcome): readonly Violation[] => {
  const violations: Violation[] = [];
  const calls = outcome.memory.all.calls();
  const report = (number: NumberName, application: string, what: string): void => void violations.push({ number, application, what });
  checkLost(outcome, calls, report);
  checkEnds(outcome, calls, report);
  checkDuplicated(outcome, calls, report);
  checkStale(outcome, report);
  checkConverged(outcome, calls, report);
  checkWishes(outcome, calls, report);
  return violations;
};

export type Report = (number: NumberName, application: string, what: string) => void;

/** Every accepted event has its call at every trigger that concerns it, and none is left open. */
const checkLost = ({ topology, accepted, people, memory }: Outcome, calls: readonly Call[], report: Report): void => {
  const engines = { expression: makeExpressionEngine() };
  const known = new Map(calls.map((call) => [`${call.actor} ${call.trigger}`, call]));
  for (const event of accepted.values())
    for (const trigger of topology.triggers) {
      if (trigger.hook !== event.hook || !repositoryMatches(trigger.repository, event.repository)) continue;
      const call = known.get(`${event.serial} ${trigger.name}`);
      const { fires } = decide(trigger, event, engines);
      if (call === undefined) report('lost', trigger.application, `event ${event.serial} ${event.tag} has no call of ${trigger.name}`);
      else if (fires === (call.status === 'untriggered')) report('lost', trigger.application, `call ${call.id} is ${call.status}, decided ${fires}`);
    }
  // (A late duplicate may have put the entry of an ended call back into the state: the next reconcile forgets it.)
  for (const call of calls)
    if (isOpen(call.status) && !people.orphans.has(call.id) && !isHeld(call, memory.states.get(call.application)?.hold !== undefined))
      report('lost', call.application, `call ${call.id} ${call.tag} is ${call.status} for ever`);
};

/** What waits until a person says otherwise; a wish waits for nobody. */
const isHeld = (call: Call, onHold: boolean): boolean =>
  onHold && call.status === 'held' && call.reason === 'hold' && (!isManual(call) || call.redeliveryOf !== undefined);

const logsOf = ({ targets }: Outcome, application: string): readonly TargetLog[] =>
  [`${application}-target`, `${application}-other`].flatMap((id) => targets.get(id)?.log ?? []);

/** The record of a call does not contradict what its target saw. */
const checkEnds = (outcome: Outcome, calls: readonly Call[], report: Report): void => {
  const byId = new Map(calls.map((call) => [call.id, call]));
  const keysOf = Map.groupBy(outcome.wanted, ([, { callId }]) => callId);
  for (const call of calls) {
    const wrong = (what: string): void => report('lost', call.application, `call ${call.id} ${call.tag} is ${call.status} ${call.reason ?? ''}, but ${what}`);
    const keys = (keysOf.get(call.id) ?? []).map(([key]) => key);
    if (keys.length > 1) report('duplicated', call.application, `call ${call.id} ${call.tag} was wanted ${keys.length} times: ${keys.slice(0, 3).join(', ')}`);
    const logs = logsOf(outcome, call.application);
    const image = imageOf(call);
    const ran = logs.flatMap(({ revisions }) =>
      call.repository === WHOLE ? restartedBy(keys, revisions) : revisions.filter(({ images }) => sameImage(images[call.repository], image)),
    );
    switch (call.reason) {
      case 'rolled-out':
        if (!ran.some((revision) => revision.fate === 'healthy' && revision.settlesAt <= (call.endedAt ?? 0) + CLOCKS_MS))
          wrong('no revision with it was healthy');
        break;
      case 'confirmed-by-reading':
      case 'already-running':
        if (!ran.some((revision) => revision.from <= (call.endedAt ?? 0) + CLOCKS_MS)) wrong('the target never ran it');
        break;
      case 'answered-2xx':
        if (!keys.some((key) => logs.some((log) => log.accepted.has(key)))) wrong('no answer said so');
        break;
      case 'rollout-failed':
        if (!ran.some((revision) => revision.fate === 'failed')) wrong('no revision with it failed');
        break;
      case 'rollout-deadline':
        if (!ran.some((revision) => revision.from + DEADLINE_MS <= (call.endedAt ?? 0) + CLOCKS_MS)) wrong('it had not rolled for that long');
        break;
      case 'target-refused':
        if (!keys.some((key) => logs.some((log) => log.refused.has(key)))) wrong('the target did not refuse it');
        break;
      case 'unavailable':
        if ((call.attempts ?? 0) < MAX_ATTEMPTS) wrong(`it was tried ${call.attempts} times`);
        break;
      case 'application-deleted':
        if (!outcome.people.deleted.has(call.application)) wrong('the application exists');
        break;
      case 'no-answer':
        if (outcome.topology.applications.find(({ name }) => name === call.application)?.policy.atMostOnce !== true)
          wrong('it did not ask for at most one call');
        break;
      case 'superseded':
      case 'coalesced':
      case 'duplicate': {
        const by = call.by === undefined ? undefined : byId.get(call.by);
        // The same image pushed again is a duplicate of what was wanted before it; redelivered, it takes the place over.
        const sameImage = call.digest !== undefined && by?.digest === call.digest && by.tag === call.tag;
        const repeats = sameImage && (call.reason === 'duplicate' || by.redeliveryOf !== undefined);
        if (by === undefined || by.application !== call.application || by.repository !== call.repository || (by.order < call.order && !repeats))
          wrong(`${call.by ?? 'nothing'} is not what replaced it`);
        else if (standsFor(call, byId) === undefined) wrong('the calls it names stand for one another in a circle');
        break;
      }
      case 'rolled-back': {
        const by = call.by === undefined ? undefined : byId.get(call.by);
        const places = [by?.order ?? '', ...[...outcome.wanted.values()].flatMap(({ callId, order }) => (callId === by?.id ? [order] : []))];
        // Late news of what had been taken back is newer than the wish.
        const late =
          call.digest !== undefined &&
          calls.some(({ digest, application, id }) => digest === call.digest && application === call.application && id !== call.id);
        if (by === undefined || by.application !== call.application || by.repository !== call.repository || !isManual(by))
          wrong(`${call.by ?? 'nothing'} is no wish`);
        else if (!late && !places.some((order) => order >= call.order)) wrong(`the wish ${by.id} is older`);
        break;
      }
      case 'rejected':
        if (call.digest === undefined || !outcome.memory.rejects.list(call.application, Number.POSITIVE_INFINITY).some(({ digest }) => digest === call.digest))
          if (outcome.memory.applications.has(call.application)) wrong('the digest is not rejected');
        break;
      case 'lower-version':
        if (outcome.topology.applications.find(({ name }) => name === call.application)?.policy.neverDown !== true) wrong('the application may go down');
        break;
      case 'worker-died':
        break;
      default:
        if (call.status !== 'untriggered' && !isOpen(call.status)) wrong('nothing here ends so');
    }
  }
};

/** The revision that restarted it, and those that took its place: they bring new processes too. */
const restartedBy = (keys: readonly string[], revisions: readonly Revision[]): readonly Revision[] => {
  const first = revisions.findIndex(({ key }) => keys.includes(key ?? ''));
  return first < 0 ? [] : revisions.slice(first);
};

export const imageOf = (call: Pick<Call, 'tag' | 'digest'>): Put => ({
  tag: call.tag,
  ...(call.digest === undefined ? {} : { digest: call.digest }),
  order: '',
});

/** No push changes a target twice, and no call is made under two keys. What a target took back itself may be asked of it again. */
const checkDuplicated = (outcome: Outcome, calls: readonly Call[], report: Report): void => {
  const byId = new Map(calls.map((call) => [call.id, call]));
  for (const clash of outcome.clashes) report('duplicated', applicationOf(clash), clash);
  for (const { log } of outcome.targets.values()) {
    const seen = new Map<string, { readonly key: string; readonly rollbacks: number }>();
    for (const { key, repository, rollbacks } of log.changes) {
      const call = byId.get(outcome.wanted.get(key)?.callId ?? '');
      if (call === undefined) {
        report('duplicated', applicationOf(key), `${log.id} was changed under ${key}, which no call asked for`);
        continue;
      }
      // A redelivery is one more deployment, asked for by a person. Events without an id may be told apart by nothing but their delivery.
      const push = call.redeliveryOf !== undefined || !outcome.accepted.get(call.actor ?? '')?.eventId ? call.id : call.actor;
      const before = seen.get(`${repository} ${push}`);
      if (before !== undefined && (before.key !== key || (log.sight === 'readable' && before.rollbacks === rollbacks)))
        report('duplicated', applicationOf(key), `${log.id} was changed under ${before.key} and ${key} for ${call.id}`);
      seen.set(`${repository} ${push}`, { key, rollbacks });
    }
    for (const key of log.againAfterSilence) {
      const { policy } = outcome.topology.applications.find(({ name }) => name === applicationOf(key)) ?? {};
      if (policy?.atMostOnce === true && log.sight === 'blind')
        report('duplicated', applicationOf(key), `${key} was called again after a call without an answer`);
    }
  }
};

/** Of an idempotency key, or of a text that begins with one. */
const applicationOf = (key: string): string => key.replace(/\.\d+( .*)?$/, '');

/** A target was never set to something older than what it was set to before. */
const checkStale = ({ targets }: Outcome, report: Report): void => {
  for (const { log } of targets.values()) {
    const newest = new Map<string, { order: string; key: string }>();
    for (const { key, repository, image } of log.changes) {
      const before = newest.get(repository);
      if (before !== undefined && image.order < before.order)
        report('stale', key.slice(0, key.lastIndexOf('.')), `${log.id}: ${key} set ${image.tag} after ${before.key} had set something newer`);
      else newest.set(repository, { order: image.order, key });
    }
    for (const [i, revision] of log.revisions.entries()) {
      const former = log.revisions[i - 1];
      if (former === undefined || revision.key === undefined) continue;
      for (const [repository, image] of Object.entries(revision.images)) {
        const was = former.images[repository];
        if (was !== undefined && image.order < was.order)
          report(
            'stale',
            revision.key.slice(0, revision.key.lastIndexOf('.')),
            `${log.id}: revision ${revision.n} took ${repository} back from ${was.tag} to ${image.tag}`,
          );
      }
    }
  }
};
