/**
 * What applications run on. A readable target rolls a change out over a while and may fail, get stuck or be replaced; it
 * has no compare-and-set, and a change is made from what was read, so an outdated reader undoes what others did.
 * A blind one takes POSTs. Both are slow, unavailable or silent at times, with or without having acted.
 * Each keeps the log that the checker judges.
 */
import { WHOLE } from '../../functions/core/application.ts';
import type { Why } from '../../functions/core/outcome.ts';
import type { BoundTarget, WantedImage, Wish } from '../../functions/targets/target.ts';
import type { Clock } from './clock.ts';
import type { Faults, Invocation, Note } from './faults.ts';
import type { Random } from './random.ts';

export interface Put {
  readonly tag: string;
  readonly digest?: string;
  /** Place in the order, as the deployment that put it here has it; '' for what was here from the beginning. */
  readonly order: string;
}
export type Images = Readonly<Record<string, Put>>;

/** One change that reached a target. */
export interface Change {
  readonly at: number;
  readonly key: string;
  readonly repository: string;
  readonly image: Put;
  /** What the worker that made it had seen at its lease. */
  readonly held: boolean;
  readonly rejected: boolean;
  /** How often the target itself had gone back to former images by then. */
  readonly rollbacks: number;
}

export type Fate = 'healthy' | 'failed';
export interface Revision {
  readonly n: number;
  /** The deployment that made it; absent when the target itself went back to what was healthy. */
  readonly key?: string;
  readonly images: Images;
  /** It set nothing, what ran was restarted. */
  readonly restart?: boolean;
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

export const OUTBOUND_MS = 10_000;
export const exchange = (status?: number) => ({
  request: { method: 'POST', url: 'https://target.example/deploy', headers: {} },
  ...(status === undefined
    ? { error: 'no answer' }
    : { response: { status, headers: {}, body: { text: `answer ${status}`, bytes: 10, sha256: '', complete: true } } }),
  ms: 5,
});
export const NO_ANSWER: Why = { code: 'unavailable', detail: 'no answer' };
export const BUSY: Why = { code: 'unavailable', detail: 'busy' };

export const newLog = (id: string, sight: TargetLog['sight']): TargetLog => ({
  id,
  sight,
  changes: [],
  accepted: new Set(),
  refused: new Set(),
  answered: new Map(),
  againAfterSilence: new Set(),
  revisions: [],
});

export const putOf = ({ image: { tag, digest } }: WantedImage, order = ''): Put => ({ tag: tag ?? '', ...(digest === undefined ? {} : { digest }), order });
/** What is recorded of a change, by the worker that made it. */
export const changeOf = (invocation: Invocation, key: string, wish: Wish, order: string): Omit<Change, 'at' | 'rollbacks'> => {
  const { held, rejects } = invocation.saw;
  if (!('set' in wish)) return { key, repository: WHOLE, image: { tag: 'restart', order }, held, rejected: false };
  const wanted = oneOf(wish.set);
  const { digest } = wanted.image;
  return { key, repository: wanted.image.repository, image: putOf(wanted, order), held, rejected: digest !== undefined && rejects.has(digest) };
};
export const oneOf = (images: readonly WantedImage[]): WantedImage => {
  const [first] = images;
  if (first === undefined || images.length !== 1) throw new Error(`a wish of one image was expected, not of ${images.length}`);
  return first;
};
export const sameImage = (a: Put | undefined, b: Put): boolean => a !== undefined && (b.digest === undefined ? a.tag === b.tag : a.digest === b.digest);

/** Unavailable now and then for minutes on end. */
export const makeOutages = (world: World) => {
  let until = 0;
  return (): boolean => {
    if (!world.troubled()) return false;
    const now = world.clock.now();
    if (until <= now && world.random.chance(0.008)) until = now + world.random.between(5_000, 240_000);
    return until > now;
  };
};

export const retryAfter = (random: Random): { readonly retryAfter?: number } =>
  random.chance(0.4) ? { retryAfter: random.chance(0.25) ? random.between(900_000, 1_500_000) : random.between(1_000, 90_000) } : {};
