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
  const { callId, tag, digest, version, ranBy } = desired;
  // What ran already when it became wanted again still does while that is under way, and when it went wrong.
  if (done === undefined || isPending(run) || !wentWell(done)) return ranBy === undefined ? good : [ranBy, ...good];
  const commit = done.commit ?? ranBy?.commit;
  const present: Good = {
    callId,
    tag,
    ...(digest === undefined ? {} : { digest }),
    ...(version === undefined ? {} : { version }),
    at: ranBy?.at ?? done.at,
    ...(done.status === 'delivered' ? { blind: true } : {}),
    ...(commit === undefined ? {} : { commit }),
  };
  return [present, ...good];
};

export const wentWell = ({ status, reason }: Pick<Done, 'status' | 'reason'>): boolean =>
  status === 'succeeded' || status === 'delivered' || reason === 'already-running';

/** What is kept when something else becomes wanted. What a roll back leaves behind is no place to go back to any more. */
export const goodBefore = (run: Run, next: Desired): readonly Good[] => {
  const left = next.back === true ? next.from : undefined;
  return goodsOf(run)
    .filter((one) => isOther(one, next) && (left === undefined || isOther(one, left)))
    .slice(0, KEPT);
};

/** The deployment by which the image that becomes wanted runs already. */
export const ranBefore = (run: Run, next: Which): Good | undefined => {
  const [present] = goodsOf(run);
  return present === undefined || isOther(present, next) ? undefined : present;
};

/** Where a roll back leads: what is under way or went wrong is left for what runs; what runs, for what ran before it. */
export const wayBack = (run: Run): Good | undefined => {
  const { desired, done } = run;
  const goods = goodsOf(run);
  const other = desired === undefined ? goods[0] : goods.find((one) => isOther(one, desired));
  // What went wrong may be the way back itself: then it is still the way back.
  return other ?? (done !== undefined && !isPending(run) && wentWell(done) ? undefined : goods[0]);
};

/** Whether going back to it would be a change. */
export const isOther = (good: Which, { tag, digest, version }: Which): boolean =>
  good.digest !== undefined || digest !== undefined ? good.digest !== digest : good.tag !== tag || good.version !== version;

/** The version of the template that went well last. Its image may have been running for longer than this version. */
export const deployedVersion = ({ runs }: Pick<ApplicationState, 'runs'>): number | undefined =>
  Object.values(runs)
    .flatMap((run) => {
      const [good] = goodsOf(run);
      const { desired, done } = run;
      return good?.version === undefined ? [] : [{ version: good.version, at: good.callId === desired?.callId ? (done?.at ?? good.at) : good.at }];
    })
    .sort((a, b) => b.at - a.at)[0]?.version;
