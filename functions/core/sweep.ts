/**
 * What a look at the tags of a repository brings: what was pushed and not heard of. A pure comparison of what the registry
 * has with what it had at the last look, and with the calls that were made since.
 *
 * What is new is suspected first, and missed when nothing was heard of it for a while: its notification may be on its way.
 * The first look only remembers. A tag that moved to another image is as good as a new one.
 */
import type { Call } from './call.ts';

export interface SweepMemory {
  /** Name of the hook and of the rules: with others it begins anew, so that what they take in now is not taken for pushed now. */
  readonly of: string;
  /** When it was looked last. */
  readonly at: number;
  /** By tag, the digest it named; empty where it was not asked yet. */
  readonly tags: Readonly<Record<string, string>>;
  readonly suspects: Readonly<Record<string, Suspect>>;
}

interface Suspect {
  readonly digest: string;
  /** When it was first seen. */
  readonly since: number;
  /** When it had not been there yet. */
  readonly after: number;
}

export interface Missed {
  readonly tag: string;
  readonly digest: string;
  /** The earliest time at which it can have been pushed: so it overtakes nothing that was heard of since. */
  readonly after: number;
}

export interface Look {
  /** All tags that would fire. */
  readonly tags: readonly string[];
  /** Those that were asked. */
  readonly digests: ReadonlyMap<string, string>;
  /** The newest calls of the repository, and since when they are all there. */
  readonly calls: readonly Pick<Call, 'tag' | 'digest' | 'receivedAt'>[];
  readonly callsSince: number;
  /** There are more, of lower names. */
  readonly cut: boolean;
  readonly of: string;
  readonly now: number;
}

/** A notification takes seconds, and what is sent again comes within a minute: not quite one, or the tick after it would be too early by a hair. */
export const SUSPECTED_MS = 50_000;

export const compareTags = (before: SweepMemory | undefined, look: Look): { readonly memory: SweepMemory; readonly missed: readonly Missed[] } => {
  const known = before?.of === look.of ? before : undefined;
  // All gone at once is more often a registry without its storage than a repository that was emptied: what comes back is no push.
  if (known !== undefined && look.tags.length === 0 && Object.keys(known.tags).length > 0) return { memory: known, missed: [] };
  const lowest = look.cut && known !== undefined ? Object.keys(known.tags).sort(byName)[0] : undefined;
  const tags: Record<string, string> = {};
  const suspects: Record<string, Suspect> = {};
  const missed: Missed[] = [];
  for (const tag of look.tags) {
    const digest = look.digests.get(tag);
    const former = own(known?.tags, tag);
    const suspect = own(known?.suspects, tag);
    if (digest === undefined) {
      // Not asked: what was not known stays unknown, so that it is asked next time.
      if (former !== undefined || known === undefined) tags[tag] = former ?? '';
      if (suspect !== undefined) suspects[tag] = suspect;
    } else if (
      known === undefined ||
      former === '' ||
      former === digest ||
      (lowest !== undefined && byName(tag, lowest) < 0) ||
      isHeard(tag, digest, suspect?.after ?? known.at, look)
    )
      tags[tag] = digest;
    else if (suspect?.digest !== digest) {
      suspects[tag] = { digest, since: look.now, after: known.at };
      if (former !== undefined) tags[tag] = former;
    } else if (look.now - suspect.since < SUSPECTED_MS) {
      suspects[tag] = suspect;
      if (former !== undefined) tags[tag] = former;
    } else {
      missed.push({ tag, digest, after: Math.max(suspect.after, lastOf(tag, look)?.receivedAt ?? 0) });
      tags[tag] = digest;
    }
  }
  // The registry does not say in which order they came: of several the highest name counts as the last.
  missed.sort((a, b) => byName(a.tag, b.tag));
  return { memory: { of: look.of, at: look.now, tags, suspects }, missed };
};

/** Whether the last call of this tag is of this image; one that names no digest has to be of this time. Where not all calls are known, nothing is said to be missed. */
const isHeard = (tag: string, digest: string, since: number, look: Look): boolean => {
  const last = lastOf(tag, look);
  if (last === undefined) return look.callsSince > since;
  return last.digest === undefined ? last.receivedAt >= since : last.digest === digest;
};

const lastOf = (tag: string, { calls }: Look) =>
  calls
    .filter((call) => call.tag === tag)
    .reduce<Look['calls'][number] | undefined>((last, call) => (last === undefined || call.receivedAt > last.receivedAt ? call : last), undefined);

export const own = <T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;

/** Made once: `localeCompare` makes one for each comparison, which for ten thousand tags takes two seconds. */
const COLLATOR = new Intl.Collator('en', { numeric: true });
/** As people count: v9 before v10. */
export const byName = (a: string, b: string): number => COLLATOR.compare(a, b) || (a < b ? -1 : 1);

/** `most` of them, others each time (`turn`), so that in the end all had theirs. */
export const inTurn = <T>(all: readonly T[], most: number, turn: number): readonly T[] => {
  if (all.length <= most) return all;
  const from = (turn * most) % all.length;
  return [...all.slice(from), ...all.slice(0, from)].slice(0, most);
};
