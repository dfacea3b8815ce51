/** Looks at the target for somebody who asks what really runs there; changes nothing. */
import { type ApplicationState, type Desired, type SeenThere, WHOLE, WHOLE_TEMPLATE } from '../core/application.ts';
import { deployedVersion, partsOf } from '../core/history.ts';
import { idempotencyKey } from '../core/message.ts';
import type { Wish } from '../targets/target.ts';
import type { Session } from './ports.ts';
import { filled, wantedImages } from './wish.ts';

const MOST_CONTAINERS = 20;
const MOST_WHY = 500;

export const lookAtTarget = async (session: Session): Promise<SeenThere> => {
  const { ports, definition, application, state } = session;
  const at = seenAt(session);
  const target = await ports.target(definition.target);
  if (!target.ok) return { at, why: target.why.slice(0, MOST_WHY) };
  if (target.value.sight === 'blind') return { at, why: `a target of kind "${definition.target.kind}" cannot be asked what runs` };
  const wanted = wantedNow(state);
  const version = target.value.takesTemplates ? deployedVersion(state) : undefined;
  const [newest] = wanted.length > 0 || version === undefined ? wanted : desiredNow(state);
  if (newest === undefined) return { at, why: 'nothing was deployed yet, so there is nothing to compare with' };
  if (target.value.takesTemplates && version === undefined)
    return { at, why: 'no version of the template was deployed yet, so there is nothing to compare with' };
  const prepared = version === undefined ? undefined : await filled({ since: newest.since }, version, session);
  if (prepared?.is === 'refused') return { at, why: (prepared.why.detail ?? prepared.why.code).slice(0, MOST_WHY) };
  const wish: Wish = prepared?.wish ?? { set: wanted.flatMap(wantedImages) };
  // Attempted: an image without a digest counts as running where it was put there by us.
  const seen = await target.value.read(wish, { ...ports.io(idempotencyKey(application, newest.rev)), attempted: true });
  if (seen.is !== 'seen') return { at, why: (seen.why.detail ?? seen.why.code).slice(0, MOST_WHY) };
  const containers = seen.containers.slice(0, MOST_CONTAINERS);
  return { at, synced: seen.running, settled: seen.settled, containers };
};

/** The answer where everybody who looked died: else all that come later would look, and die, first. */
export const unseen = (session: Session): SeenThere => ({ at: seenAt(session), why: 'the worker died each time that it looked: ask again, and see the log' });

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
