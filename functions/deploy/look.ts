/** Looks at the target for somebody who asks what really runs there; changes nothing. */
import { type ApplicationState, type Desired, type SeenThere, WHOLE, WHOLE_TEMPLATE } from '../core/application.ts';
import { deployedVersion, partsOf } from '../core/history.ts';
import { idempotencyKey } from '../core/message.ts';
import type { Why } from '../core/outcome.ts';
import type { ReasonCode } from '../core/reason-code.ts';
import type { Wish } from '../targets/target.ts';
import type { Session } from './ports.ts';
import { filled, wantedImages } from './wish.ts';

const MOST_CONTAINERS = 20;
const MOST_WHY = 500;

export const lookAtTarget = async (session: Session): Promise<SeenThere> => {
  const { ports, definition, application, state } = session;
  const at = seenAt(session);
  const unreadable = ({ code, detail }: Why): SeenThere => ({ at, code, why: (detail ?? code).slice(0, MOST_WHY) });
  const target = await ports.target(definition.target);
  if (!target.ok) return unreadable({ code: 'target-misconfigured', detail: target.why });
  const wanted = wantedNow(state);
  const version = target.value.sight === 'readable' && target.value.takesTemplates ? deployedVersion(state) : undefined;
  const [newest] = wanted.length > 0 || version === undefined ? wanted : desiredNow(state);
  const io = { ...ports.io(idempotencyKey(application, newest?.rev ?? 0)), attempted: true };
  if (target.value.sight === 'blind') {
    const obstacle = await target.value.obstacle?.(io);
    return obstacle === undefined ? { at, why: `a target of kind "${definition.target.kind}" cannot be asked what runs` } : unreadable(obstacle.why);
  }
  if (target.value.takesTemplates && version === undefined)
    return { at, why: 'no version of the template was deployed yet, so there is nothing to compare with' };
  if (newest === undefined) {
    // Whether it may be read at all is worth to know before the first push needs it.
    const seen = await target.value.read({ set: [] }, io);
    return seen.is === 'seen' || !OBSTACLES.has(seen.why.code)
      ? { at, why: 'nothing was deployed yet, so there is nothing to compare with' }
      : unreadable(seen.why);
  }
  const prepared = version === undefined ? undefined : await filled({ since: newest.since }, version, session);
  if (prepared?.is === 'refused') return unreadable(prepared.why);
  const wish: Wish = prepared?.wish ?? { set: wanted.flatMap(wantedImages) };
  // Attempted: an image without a digest counts as running where it was put there by us.
  const seen = await target.value.read(wish, io);
  if (seen.is !== 'seen') return unreadable(seen.why);
  const containers = seen.containers.slice(0, MOST_CONTAINERS);
  return { at, synced: seen.running, settled: seen.settled, containers };
};

/** What keeps any image from being deployed there; others say that this wish does not fit, and here it names no image. */
const OBSTACLES: ReadonlySet<ReasonCode> = new Set(['access-denied', 'secret-unreadable', 'target-not-found', 'address-forbidden', 'unavailable']);

/** The answer where everybody who looked died: else all that come later would look, and die, first. */
export const unseen = (session: Session): SeenThere => ({
  at: seenAt(session),
  code: 'worker-died',
  why: 'the worker died each time that it looked: ask again, and see the log',
});

/** Never before it was asked for, however the clocks of two processes differ: else it would be asked for still. */
const seenAt = ({ ports, state }: Session): number => Math.max(ports.now(), state.refresh ?? 0);

/** What is wanted, the newest first. */
const desiredNow = ({ runs }: ApplicationState): readonly Desired[] =>
  partsOf(runs)
    .flatMap(({ desired }) => desired ?? [])
    .sort((a, b) => b.since - a.since);

const wantedNow = (state: ApplicationState): readonly Desired[] =>
  desiredNow(state)
    .filter(({ repository }) => repository !== WHOLE && repository !== WHOLE_TEMPLATE)
    .slice(0, MOST_CONTAINERS);
