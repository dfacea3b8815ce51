/** What people asked for, and what the policy took back, is undone by nobody: judged from what the targets were told and by workers that had seen what. */
import { BY_POLICY, type Call, manualTrigger } from '../../functions/core/call.ts';
import { lower } from '../../functions/core/lower.ts';
import type { Report } from './checker.ts';
import type { Change } from './targets.ts';
import type { Outcome } from './world.ts';

export const isManual = ({ trigger, application }: Pick<Call, 'trigger' | 'application'>): boolean => trigger === manualTrigger(application);

export const checkWishes = (outcome: Outcome, calls: readonly Call[], report: Report): void => {
  const byId = new Map(calls.map((call) => [call.id, call]));
  for (const { log } of outcome.targets.values()) checkChanges(log.changes, outcome, byId, report);
  checkRollBacks(outcome, byId, report);
};

/** `above`: the place of the last wish of each repository; `gone`: the digests that the policy took back. */
const checkChanges = (changes: readonly Change[], outcome: Outcome, byId: ReadonlyMap<string, Call>, report: Report): void => {
  const above = new Map<string, { readonly order: string; readonly key: string }>();
  const gone = new Set<string>();
  const highest = new Map<string, string>();
  for (const { key, repository, image, held, rejected } of changes) {
    const desired = outcome.wanted.get(key);
    const call = byId.get(desired?.callId ?? '');
    if (desired === undefined || call === undefined) continue;
    const { application } = call;
    const person = desired.manual === true && desired.automatic !== true;
    const wrong = (what: string): void => report('stale', application, `${key} set ${image.tag} of ${repository}, ${what}`);
    if (held && desired.manual !== true) wrong('although its worker had seen a hold');
    if (rejected && !person) wrong('although its worker had seen that the digest is rejected');
    const wish = above.get(repository);
    if (wish !== undefined && call.order < wish.order && desired.order < wish.order) wrong(`which is older than the wish behind ${wish.key}`);
    if (desired.manual === true) above.set(repository, { order: call.order, key });
    if (!person && image.digest !== undefined && gone.has(image.digest)) wrong('which the policy had taken back');
    if (desired.automatic === true && desired.from?.digest !== undefined) gone.add(desired.from.digest);
    const { policy } = outcome.topology.applications.find(({ name }) => name === application) ?? {};
    if (policy?.neverDown === true && desired.manual !== true) {
      if (lower(image.tag, highest.get(repository)) !== 'no') wrong(`after ${highest.get(repository)}, in an application that never goes down`);
      // What went wrong is no floor.
      if (call.status === 'succeeded' || call.status === 'delivered') highest.set(repository, image.tag);
    }
  }
};

/** Each has its call, one failed rollout has one, and the roll back itself has none. */
const checkRollBacks = ({ wanted, memory }: Outcome, byId: ReadonlyMap<string, Call>, report: Report): void => {
  const seen = new Map<string, string>();
  for (const [key, { after, callId }] of wanted) {
    if (after === undefined) continue;
    const application = key.slice(0, key.lastIndexOf('.'));
    const failed = byId.get(after.failed);
    const before = seen.get(after.failed);
    if (before !== undefined && before !== key) report('duplicated', application, `${after.failed} was rolled back by ${before} and by ${key}`);
    seen.set(after.failed, key);
    if (failed?.actor === BY_POLICY) report('duplicated', application, `the roll back ${after.failed} was rolled back by ${key}`);
    if (failed !== undefined && failed.status !== 'failed') report('stale', application, `${key} rolled back ${after.failed}, which is ${failed.status}`);
    if (!byId.has(callId) && memory.applications.has(application)) report('lost', application, `the roll back ${key} has no call ${callId}`);
    const { digest } = failed ?? {};
    if (digest !== undefined && memory.applications.has(application) && !memory.application(application).facts.rejects.has(digest))
      report('lost', application, `${after.failed} was rolled back and its digest is not rejected`);
  }
};
