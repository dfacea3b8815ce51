/** Whether each application runs in the end what it should, by the record of its calls. */
import { WHOLE } from '../../functions/core/application.ts';
import { type Call, isOpen } from '../../functions/core/call.ts';
import { lower } from '../../functions/core/lower.ts';
import { imageOf, type Report } from './checker.ts';
import { sameImage } from './targets.ts';
import type { Outcome } from './world.ts';

/** The call that was deployed for this one; undefined when they stand for one another in a circle, so that none was. */
export const standsFor = (call: Call, byId: ReadonlyMap<string, Call>, seen: ReadonlySet<string> = new Set()): Call | undefined => {
  if (seen.has(call.id)) return undefined;
  const by = call.by === undefined || (call.reason !== 'duplicate' && call.reason !== 'coalesced') ? undefined : byId.get(call.by);
  return by === undefined ? call : standsFor(by, byId, new Set([...seen, call.id]));
};

/** Its end says why the target need not run it. */
const excuses = (call: Call | undefined): boolean => call !== undefined && (call.status === 'failed' || call.status === 'unknown' || isOpen(call.status));

/** It must not run, or stands behind one that must not; that nobody ran it is for other checks to say. */
const mustNotRun = (call: Call, byId: ReadonlyMap<string, Call>, seen: ReadonlySet<string> = new Set()): boolean => {
  if (['rolled-back', 'rejected', 'lower-version', 'hold'].includes(call.reason ?? '')) return true;
  const by = call.by === undefined || seen.has(call.id) ? undefined : byId.get(call.by);
  return by !== undefined && mustNotRun(by, byId, new Set([...seen, call.id]));
};

/** In the end each application runs the newest fired push of each repository, unless the record says why not. */
export const checkConverged = (outcome: Outcome, calls: readonly Call[], report: Report): void => {
  const fired = calls.filter(
    ({ status, application, id, repository }) =>
      status !== 'untriggered' && outcome.memory.applications.has(application) && !outcome.people.orphans.has(id) && repository !== WHOLE,
  );
  const byId = new Map(calls.map((call) => [call.id, call]));
  const able = fired.filter((call) => !mustNotRun(call, byId));
  for (const group of Map.groupBy(able, ({ application, repository }) => `${application} ${repository}`).values()) {
    const last = group
      .map(({ order }) => order)
      .sort()
      .at(-1);
    const newest = group.filter(({ order }) => order === last);
    const [call] = newest;
    if (call === undefined || newest.some((one) => excuses(standsFor(one, byId)))) continue;
    const moved = outcome.people.moved.get(call.application);
    if (moved !== undefined && newest.some(({ decidedAt }) => decidedAt < moved + 60_000)) continue;
    const log = outcome.targets.get(String(outcome.memory.applications.get(call.application)?.target.id))?.log;
    const runs =
      log?.sight === 'readable'
        ? log.revisions.at(-1)?.images[call.repository]
        : log?.changes.findLast(({ repository }) => repository === call.repository)?.image;
    // Found running by a worker that died before it gave that a place in the order: of what came meanwhile the higher version goes on.
    const policy = outcome.topology.applications.find(({ name }) => name === call.application)?.policy;
    const above = (one: Call): boolean =>
      policy?.neverDown === true && newest.every(({ tag, reason }) => reason === 'already-running' && lower(tag, one.tag) === 'lower');
    // A hold may come when the worker has died that sent it.
    const sent = fired.some(
      (one) =>
        (one.reason === 'hold' || above(one)) && one.application === call.application && one.repository === call.repository && sameImage(runs, imageOf(one)),
    );
    if (!sent && !sameImage(runs, imageOf(call)))
      report(
        'notConverged',
        call.application,
        `${call.repository} runs ${runs?.tag ?? 'nothing'}, the newest push is ${call.tag}: ${newest.map(({ id, status, reason }) => `${id} ${status} ${reason ?? ''}`).join(', ')}`,
      );
  }
};
