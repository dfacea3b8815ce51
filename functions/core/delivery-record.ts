/**
 * What came of one delivery at a hook: the answer to "I pushed and nothing happened". Kept with the hook for a week, and
 * below 1 kB, so that it costs one write. Written where the delivery ended: by ingest, or by match once it was queued.
 */
import type { Push } from './push.ts';

/** Of a delivery with several pushes the first of these that one of them has. */
const OF_MATCH = ['unfinished', 'fired', 'untriggered', 'duplicate', 'unheard'] as const;
const OF_INGEST = ['ignored', 'other-format', 'unreadable', 'handshake', 'refused', 'not-taken'] as const;
export const VERDICTS = [...OF_MATCH, ...OF_INGEST] as const;
export type Verdict = (typeof VERDICTS)[number];
export type MatchVerdict = (typeof OF_MATCH)[number];

export interface DeliveryRecord {
  /** ULID. */
  readonly id: string;
  readonly hook: string;
  /** When it came, in milliseconds since the epoch. */
  readonly at: number;
  readonly verdict: Verdict;
  /** What its sender was answered; absent where nobody waits for an answer (events of ECR, sweeps, tests). */
  readonly status?: number;
  readonly why?: string;
  /** What it spoke of, for people: `host/path:tag`. */
  readonly references: readonly string[];
  /** How many more it spoke of. */
  readonly more?: number;
  /** Ids of the calls that it made, or was known by. */
  readonly calls?: readonly string[];
  readonly source?: NonNullable<Push['source']>;
}

const MOST = 5;
/** Bytes of texts; with keys and names the item stays below 1,024. */
const MOST_BYTES = 760;
const WHY_BYTES = 300;

/** The record within its bounds: calls first, then why, then the references that there is room for. */
export const deliveryRecord = ({ why, references, calls = [], ...rest }: Omit<DeliveryRecord, 'more'>): DeliveryRecord => {
  const kept = [...new Set(calls)].slice(0, MOST);
  const reason = why === undefined || why === '' ? undefined : cutTo(why, WHY_BYTES);
  let room = MOST_BYTES - kept.reduce((sum, id) => sum + bytesOf(id), 0) - bytesOf(reason ?? '');
  const distinct = [...new Set(references)];
  const named: string[] = [];
  for (const reference of distinct.slice(0, MOST)) {
    const text = cutTo(reference, named.length === 0 ? room : Number.POSITIVE_INFINITY);
    room -= bytesOf(text);
    if (room < 0) break;
    named.push(text);
  }
  const more = distinct.length - named.length;
  return {
    ...rest,
    ...(reason === undefined ? {} : { why: reason }),
    references: named,
    ...(more === 0 ? {} : { more }),
    ...(kept.length === 0 ? {} : { calls: kept }),
  };
};

/** Whether it says what came of the delivery. Of the others more may be known already: the queue took what it did not confirm, or a later try went well. */
export const isOutcome = (verdict: Verdict): boolean => verdict !== 'not-taken' && verdict !== 'unfinished';

export const isVerdict = (value: unknown): value is Verdict => VERDICTS.some((verdict) => verdict === value);

/** Of the verdicts on its pushes that on the whole delivery. */
export const verdictOf = (verdicts: readonly MatchVerdict[]): MatchVerdict => OF_MATCH.find((verdict) => verdicts.includes(verdict)) ?? 'unheard';

const CUT = '…';
/** Whether a text is whole. */
export const isWhole = (text: string): boolean => !text.endsWith(CUT);

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Whole characters only: half a one, as a sender may write it, need not be taken by the table. */
const cutTo = (written: string, most: number): string => {
  const text = written.toWellFormed();
  if (bytesOf(text) <= most) return text;
  const chars = [...text];
  const kept: string[] = [];
  let bytes = bytesOf(CUT);
  for (const char of chars) {
    bytes += bytesOf(char);
    if (bytes > most) break;
    kept.push(char);
  }
  return `${kept.join('')}${CUT}`;
};
