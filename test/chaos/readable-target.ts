/** A target that rolls a change out over a while, and goes back by itself when that fails. */
import { WHOLE } from '../../functions/core/application.ts';
import type { Outcome, Rollout, Why } from '../../functions/core/outcome.ts';
import type { BoundTarget, Running, Seen } from '../../functions/targets/target.ts';
import type { Invocation } from './faults.ts';
import {
  BUSY,
  changeOf,
  type Fate,
  type Images,
  makeOutages,
  NO_ANSWER,
  newLog,
  OUTBOUND_MS,
  oneOf,
  putOf,
  type Revision,
  retryAfter,
  type SimulatedTarget,
  sameImage,
  type World,
} from './targets.ts';

const status = (revision: Revision, now: number): 'progressing' | Fate | 'replaced' => {
  if (revision.replacedAt !== undefined && revision.replacedAt < revision.settlesAt) return 'replaced';
  return now < revision.settlesAt ? 'progressing' : revision.fate;
};

/** `frail`: which part of its rollouts fails, and of the others gets stuck. */
export const makeReadable = (id: string, repositories: readonly string[], world: World, frail = 0.03): SimulatedTarget => {
  const log = newLog(id, 'readable');
  const down = makeOutages(world);
  const { clock, random, faults, note } = world;
  const first: Revision = {
    n: 0,
    images: Object.fromEntries(repositories.map((repository) => [repository, { tag: 'initial', digest: `initial ${repository}`, order: '' }])),
    fate: 'healthy',
    from: clock.now(),
    settlesAt: clock.now(),
  };
  log.revisions.push(first);
  let current = first;
  let rollbacks = 0;
  let healthy = first;

  const change = (images: Images, fate: Fate, takes: number, key?: string, restart = false): Revision => {
    const now = clock.now();
    current.replacedAt = now;
    const revision: Revision = {
      n: log.revisions.length,
      images,
      fate,
      from: now,
      settlesAt: now + takes,
      ...(key === undefined ? {} : { key }),
      ...(restart ? { restart } : {}),
    };
    log.revisions.push(revision);
    current = revision;
    clock.after(takes, () => {
      if (current !== revision) return;
      if (fate === 'healthy') healthy = revision;
      else {
        note(
          { id: 0, kind: 'deploy', skew: 0, slow: false, about: new Set([id]), saw: { held: false, rejects: new Set() } },
          `${id} rolls back from ${revision.n} to the images of ${healthy.n}`,
        );
        rollbacks += 1;
        change(healthy.images, 'healthy', 3_000);
      }
    });
    return revision;
  };

  const bind = (invocation: Invocation): BoundTarget => ({
    sight: 'readable',
    takesTemplates: false,
    read: (wish, io) => {
      const wanted = 'set' in wish ? oneOf(wish.set) : undefined;
      const repository = wanted?.image.repository ?? WHOLE;
      const answerAfter = invocation.slow ? random.between(2_000, 9_000) : random.between(5, 60);
      const isDown = down();
      return faults.outside<Running>(invocation, `read ${repository}`, {
        answerAfter,
        effect: () => undefined,
        answer: () => {
          if (isDown) return { is: 'unavailable', why: BUSY, ...retryAfter(random) };
          if (wanted !== undefined && current.images[repository] === undefined)
            return { is: 'refused', why: { code: 'no-container', detail: `${repository} is none of ${Object.keys(current.images).join(', ')}` } };
          const now = status(current, clock.now());
          return {
            is: 'seen',
            running:
              now !== 'failed' &&
              (wanted === undefined ? log.revisions.some(({ key }) => key === io.idempotencyKey) : sameImage(current.images[repository], putOf(wanted))),
            settled: now === 'healthy',
            handle: String(current.n),
            state: current.images,
            containers: Object.keys(current.images),
          };
        },
      });
    },
    apply: (wish, seen, io) => {
      const key = io.idempotencyKey;
      const base = imagesIn(seen);
      let made = 0;
      const effect = (): void => {
        const roll = world.troubled() ? random.next() : 1;
        const fate: Fate = roll < frail ? 'failed' : 'healthy';
        // One in a hundred is stuck until long after every deadline.
        const takes = roll > frail && roll < frail * 1.3 ? random.between(900_000, 1_500_000) : random.between(2_000, random.chance(0.3) ? 150_000 : 20_000);
        const told = changeOf(invocation, key, wish, world.orderOf(key));
        const restart = told.repository === WHOLE;
        made = change(restart ? base : { ...base, [told.repository]: told.image }, fate, takes, key, restart).n;
        log.changes.push({ at: clock.now(), ...told, rollbacks });
        note(invocation, `${id} changed to revision ${made}: ${told.image.tag} for ${key}`);
      };
      const course = (answer: () => Outcome, answerAfter: number, effectAfter?: number) =>
        faults.outside<Outcome>(invocation, `apply ${key}`, { answerAfter, ...(effectAfter === undefined ? {} : { effectAfter }), effect, answer });
      const took = invocation.slow ? random.between(4_000, 9_900) : random.between(20, random.chance(0.1) ? 6_000 : 300);
      if (down()) return course(() => ({ is: 'unavailable', why: BUSY, answered: true, ...retryAfter(random) }), took);
      const roll = world.troubled() ? random.next() : 1;
      if (roll < 0.02) return course(() => ({ is: 'unavailable', why: NO_ANSWER, answered: false }), OUTBOUND_MS);
      if (roll < 0.04) return course(() => ({ is: 'unavailable', why: NO_ANSWER, answered: false }), OUTBOUND_MS, random.next() * OUTBOUND_MS);
      if (roll < 0.05) return course(() => ({ is: 'moved' }), took);
      if (roll < 0.055)
        return course(() => {
          log.refused.add(key);
          return { is: 'refused', why: { code: 'target-refused' } };
        }, took);
      return course(() => ({ is: 'applied', handle: String(made) }), took, random.next() * took);
    },
    observe: (handle) =>
      faults.outside<Rollout | { readonly is: 'unavailable'; readonly why: Why }>(invocation, `observe ${handle}`, {
        answerAfter: invocation.slow ? random.between(2_000, 9_000) : random.between(5, 60),
        effect: () => undefined,
        answer: () => {
          const revision = log.revisions[Number(handle)];
          if (world.troubled() && random.chance(0.03)) return { is: 'unavailable', why: BUSY };
          const now = revision === undefined ? 'replaced' : status(revision, clock.now());
          if (now === 'progressing') return { is: 'progressing', lookAgainIn: random.between(3_000, 30_000) };
          if (now === 'healthy') return { is: 'healthy' };
          if (now === 'replaced') return { is: 'replaced', detail: `revision ${handle} was replaced, now ${current.n}`, evidence: '' };
          return { is: 'failed', why: { code: 'rollout-failed', detail: now }, evidence: `revision ${handle}, now ${current.n}` };
        },
      }),
  });
  return { log, bind };
};

const imagesIn = ({ state }: Seen): Images => {
  if (typeof state !== 'object' || state === null) throw new Error('what was read is not what this target said');
  return Object.fromEntries(Object.entries(state));
};
