/**
 * What applications run on. A readable target rolls a change out over a while and may fail, get stuck or be replaced; it
 * has no compare-and-set, and a change is made from what was read, so an outdated reader undoes what others did.
 * A blind one takes POSTs. Both are slow, unavailable or silent at times, with or without having acted.
 * Each keeps the log that the checker judges.
 */
import type { Outcome, Rollout, Why } from '../../functions/core/outcome.ts';
import type { BoundTarget, Running, Seen, WantedImage } from '../../functions/targets/target.ts';
import type { Clock } from './clock.ts';
import type { Faults, Invocation, Note } from './faults.ts';
import type { Random } from './random.ts';

export interface Put {
  readonly tag: string;
  readonly digest?: string;
  /** Place in the order, as the deployment that put it here has it; '' for what was here from the beginning. */
  readonly order: string;
}
type Images = Readonly<Record<string, Put>>;

/** One change that reached a target. */
export interface Change {
  readonly at: number;
  readonly key: string;
  readonly repository: string;
  readonly image: Put;
  /** How often the target itself had gone back to former images by then. */
  readonly rollbacks: number;
}

type Fate = 'healthy' | 'failed';
export interface Revision {
  readonly n: number;
  /** The deployment that made it; absent when the target itself went back to what was healthy. */
  readonly key?: string;
  readonly images: Images;
  readonly fate: Fate;
  readonly from: number;
  readonly settlesAt: number;
  replacedAt?: number;
}

export interface TargetLog {
  readonly id: string;
  readonly sight: 'blind' | 'readable';
  readonly changes: Change[];
  /** Keys that a blind target answered with 2xx, and that a target refused for ever. */
  readonly accepted: Set<string>;
  readonly refused: Set<string>;
  /** Whether the last try of a key was answered; keys that were tried again when it was not. */
  readonly answered: Map<string, boolean>;
  readonly againAfterSilence: Set<string>;
  readonly revisions: Revision[];
}

export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  readonly note: Note;
  /** The order of what a deployment wants, by its idempotency key. */
  orderOf(key: string): string;
  /** False after the healing: targets answer at once and well. */
  troubled(): boolean;
}

export interface SimulatedTarget {
  readonly log: TargetLog;
  bind(invocation: Invocation): BoundTarget;
}

const OUTBOUND_MS = 10_000;
const exchange = (status?: number) => ({
  request: { method: 'POST', url: 'https://target.example/deploy', headers: {} },
  ...(status === undefined
    ? { error: 'no answer' }
    : { response: { status, headers: {}, body: { text: `answer ${status}`, bytes: 10, sha256: '', complete: true } } }),
  ms: 5,
});
const NO_ANSWER: Why = { code: 'unavailable', detail: 'no answer' };
const BUSY: Why = { code: 'unavailable', detail: 'busy' };

const newLog = (id: string, sight: TargetLog['sight']): TargetLog => ({
  id,
  sight,
  changes: [],
  accepted: new Set(),
  refused: new Set(),
  answered: new Map(),
  againAfterSilence: new Set(),
  revisions: [],
});

const putOf = ({ image: { tag, digest } }: WantedImage, order = ''): Put => ({ tag: tag ?? '', ...(digest === undefined ? {} : { digest }), order });
const oneOf = (images: readonly WantedImage[]): WantedImage => {
  const [first] = images;
  if (first === undefined || images.length !== 1) throw new Error(`a wish of one image was expected, not of ${images.length}`);
  return first;
};
export const sameImage = (a: Put | undefined, b: Put): boolean => a !== undefined && (b.digest === undefined ? a.tag === b.tag : a.digest === b.digest);

/** Unavailable now and then for minutes on end. */
const makeOutages = (world: World) => {
  let until = 0;
  return (): boolean => {
    if (!world.troubled()) return false;
    const now = world.clock.now();
    if (until <= now && world.random.chance(0.008)) until = now + world.random.between(5_000, 240_000);
    return until > now;
  };
};

const retryAfter = (random: Random): { readonly retryAfter?: number } =>
  random.chance(0.4) ? { retryAfter: random.chance(0.25) ? random.between(900_000, 1_500_000) : random.between(1_000, 90_000) } : {};

export const makeBlind = (id: string, world: World): SimulatedTarget => {
  const log = newLog(id, 'blind');
  const down = makeOutages(world);
  const { clock, random, faults, note } = world;
  return {
    log,
    bind: (invocation) => ({
      sight: 'blind',
      apply: (wish, io) => {
        if (!('set' in wish)) throw new Error('no restarts are simulated');
        const wanted = oneOf(wish.set);
        const key = io.idempotencyKey;
        if (log.answered.get(key) === false) log.againAfterSilence.add(key);
        log.answered.set(key, false);
        const effect = (): void => {
          log.changes.push({ at: clock.now(), key, repository: wanted.image.repository, image: putOf(wanted, world.orderOf(key)), rollbacks: 0 });
          note(invocation, `${id} ran ${wanted.image.tag} for ${key}`);
        };
        const course = (outcome: Outcome, answerAfter: number, effectAfter?: number) =>
          faults.outside<Outcome>(invocation, `POST ${key}`, {
            answerAfter,
            ...(effectAfter === undefined ? {} : { effectAfter }),
            effect,
            answer: () => {
              log.answered.set(key, outcome.is !== 'unavailable' || outcome.answered);
              if (outcome.is === 'delivered') log.accepted.add(key);
              if (outcome.is === 'refused') log.refused.add(key);
              return outcome;
            },
          });
        const took = invocation.slow ? random.between(4_000, 9_900) : random.between(5, random.chance(0.1) ? 6_000 : 80);
        if (down()) return course({ is: 'unavailable', why: BUSY, answered: true, exchange: exchange(503), ...retryAfter(random) }, took);
        const roll = world.troubled() ? random.next() : 1;
        if (roll < 0.02) return course({ is: 'unavailable', why: NO_ANSWER, answered: false, exchange: exchange() }, OUTBOUND_MS);
        if (roll < 0.04) return course({ is: 'unavailable', why: NO_ANSWER, answered: false, exchange: exchange() }, OUTBOUND_MS, random.next() * OUTBOUND_MS);
        if (roll < 0.05) return course({ is: 'unavailable', why: BUSY, answered: true, exchange: exchange(500) }, took, took / 2);
        if (roll < 0.055) return course({ is: 'refused', why: { code: 'target-refused' }, exchange: exchange(422) }, took);
        return course({ is: 'delivered', exchange: exchange(200) }, took, random.next() * took);
      },
    }),
  };
};

const status = (revision: Revision, now: number): 'progressing' | Fate | 'replaced' => {
  if (revision.replacedAt !== undefined && revision.replacedAt < revision.settlesAt) return 'replaced';
  return now < revision.settlesAt ? 'progressing' : revision.fate;
};

export const makeReadable = (id: string, repositories: readonly string[], world: World): SimulatedTarget => {
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

  const change = (images: Images, fate: Fate, takes: number, key?: string): Revision => {
    const now = clock.now();
    current.replacedAt = now;
    const revision: Revision = { n: log.revisions.length, images, fate, from: now, settlesAt: now + takes, ...(key === undefined ? {} : { key }) };
    log.revisions.push(revision);
    current = revision;
    clock.after(takes, () => {
      if (current !== revision) return;
      if (fate === 'healthy') healthy = revision;
      else {
        note({ id: 0, kind: 'deploy', skew: 0, slow: false, about: new Set([id]) }, `${id} rolls back from ${revision.n} to the images of ${healthy.n}`);
        rollbacks += 1;
        change(healthy.images, 'healthy', 3_000);
      }
    });
    return revision;
  };

  const bind = (invocation: Invocation): BoundTarget => ({
    sight: 'readable',
    read: (images) => {
      const wanted = oneOf(images);
      const { repository } = wanted.image;
      const answerAfter = invocation.slow ? random.between(2_000, 9_000) : random.between(5, 60);
      const isDown = down();
      return faults.outside<Running>(invocation, `read ${repository}`, {
        answerAfter,
        effect: () => undefined,
        answer: () => {
          if (isDown) return { is: 'unavailable', why: BUSY, ...retryAfter(random) };
          if (current.images[repository] === undefined)
            return { is: 'refused', why: { code: 'no-container', detail: `${repository} is none of ${Object.keys(current.images).join(', ')}` } };
          const now = status(current, clock.now());
          return {
            is: 'seen',
            running: now !== 'failed' && sameImage(current.images[repository], putOf(wanted)),
            settled: now === 'healthy',
            handle: String(current.n),
            state: current.images,
            containers: Object.keys(current.images),
          };
        },
      });
    },
    apply: (wish, seen, io) => {
      if (!('set' in wish)) throw new Error('no restarts are simulated');
      const wanted = oneOf(wish.set);
      const key = io.idempotencyKey;
      const base = imagesIn(seen);
      let made = 0;
      const effect = (): void => {
        const roll = world.troubled() ? random.next() : 1;
        const fate: Fate = roll < 0.03 ? 'failed' : 'healthy';
        // One in a hundred is stuck until long after every deadline.
        const takes = roll > 0.03 && roll < 0.04 ? random.between(900_000, 1_500_000) : random.between(2_000, random.chance(0.3) ? 150_000 : 20_000);
        const image = putOf(wanted, world.orderOf(key));
        made = change({ ...base, [wanted.image.repository]: image }, fate, takes, key).n;
        log.changes.push({ at: clock.now(), key, repository: wanted.image.repository, image, rollbacks });
        note(invocation, `${id} changed to revision ${made}: ${wanted.image.tag} for ${key}`);
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
