/**
 * What went well on one repository of an application: what runs there, and where a roll back leads.
 *
 * What is wanted and went well is not stored twice: it becomes an entry of `good` only when something else is wanted.
 */
import { type ApplicationState, type Desired, type Good, isPending, type Run, WHOLE } from './application.ts';

type Done = NonNullable<Run['done']>;
type Which = Pick<Desired, 'tag' | 'digest' | 'version'>;

/** Each costs bytes in every write of the state, and one more a write unit of each. Older images are still there to go back to, by their calls. */
const KEPT = 1;

/** Newest first: the first is what runs as far as we know. */
export const goodsOf = (run: Run): readonly Good[] => {
  const { desired, done, good = [] } = run;
  // A restart sets nothing, unless it brought a version of the template.
  if (desired === undefined || (desired.repository === WHOLE && desired.version === undefined)) return good;
  const { callId, tag, digest, version, was } = desired;
  // What ran still does while something else is under way, and when that went wrong.
  if (done === undefined || isPending(run) || !wentWell(done)) return was === undefined ? good : [was, ...good];
  const same = was === undefined || isOther(was, desired) ? undefined : was;
  const commit = done.commit ?? same?.commit;
  const present: Good = {
    callId,
    tag,
    ...(digest === undefined ? {} : { digest }),
    ...(version === undefined ? {} : { version }),
    at: same?.at ?? done.at,
    ...(done.status === 'delivered' ? { blind: true } : {}),
    ...(commit === undefined ? {} : { commit }),
  };
  return [present, ...good];
};

export const wentWell = ({ status, reason }: Pick<Done, 'status' | 'reason'>): boolean =>
  status === 'succeeded' || status === 'delivered' || reason === 'already-running';

/** What is kept when something else becomes wanted. What a roll back leaves behind is no place to go back to any more. */
export const goodBefore = (run: Run, next: Desired): readonly Good[] =>
  goodsOf(run)
    .filter((one) => isPlace(one, next))
    .slice(0, KEPT);

/** What runs, where it is not among those. */
export const wasBefore = (run: Run, next: Desired): Good | undefined => {
  const [present] = goodsOf(run);
  return present === undefined || isPlace(present, next) ? undefined : present;
};

const isPlace = (good: Good, next: Desired): boolean => isOther(good, next) && (next.back !== true || next.from === undefined || isOther(good, next.from));

/** What a version of the template that was deployed after a run has in its place; `back` where that version was gone back to, and took the run back with it. */
interface Later {
  readonly tag: string;
  readonly digest?: string;
  readonly back: boolean;
}

/** Where a roll back leads: what is under way or went wrong is left for what runs; what runs, for what ran before it. */
export const wayBack = (run: Run, later?: Later): Which | undefined => {
  const { desired, done } = run;
  if (desired === undefined) return goodsOf(run)[0];
  if (later !== undefined) return goodsOf(run).find((one) => !isWritten(one, later) && (!later.back || isOther(one, desired)));
  // A roll back that is under way, or went wrong, is not left for what it was to leave: it is asked for again.
  if (desired.back === true && (done === undefined || isPending(run) || !wentWell(done))) return desired;
  return goodsOf(run).find((one) => isOther(one, desired));
};

/** A template may name an image by its tag alone. */
const isWritten = (good: Which, { tag, digest }: Later): boolean => (digest === undefined ? good.tag === tag : good.digest === digest);

/** Whether going back to it would be a change. */
export const isOther = (good: Which, { tag, digest, version }: Which): boolean =>
  good.digest !== undefined || digest !== undefined ? good.digest !== digest : good.tag !== tag || good.version !== version;

/** What the application runs, or is to run. An image for which it has no place, or which does not exist, is no part of it: unless there is nothing else. */
export const partsOf = (runs: ApplicationState['runs']): readonly Run[] => {
  const all = Object.values(runs);
  const parts = all.filter(
    (run) => isPending(run) || goodsOf(run).length > 0 || (run.done?.reason !== 'no-container' && run.done?.reason !== 'image-not-found'),
  );
  return parts.length > 0 ? parts : all;
};

/** The version of the template that went well last. Its image may have been running for longer than this version. */
export const deployedVersion = ({ runs }: Pick<ApplicationState, 'runs'>): number | undefined =>
  Object.values(runs)
    .flatMap((run) => {
      const [good] = goodsOf(run);
      const { desired, done } = run;
      return good?.version === undefined ? [] : [{ version: good.version, at: good.callId === desired?.callId ? (done?.at ?? good.at) : good.at }];
    })
    .sort((a, b) => b.at - a.at)[0]?.version;
