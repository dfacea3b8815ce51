/** What a target answered, in words that `deploy` can act on without knowing the target. */
import type { ReasonCode } from './reason-code.ts';

export interface Why {
  readonly code: ReasonCode;
  /** What was wrong this time: names, values, the target's own words. Never a secret. */
  readonly detail?: string;
}

/** One request to a target and what came back; headers are already redacted, bodies already cut. */
export interface Exchange {
  readonly request: { readonly method: string; readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body?: CutBody };
  readonly response?: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: CutBody };
  /** Why there is no response. */
  readonly error?: string;
  readonly ms: number;
}

/** A body as kept: its text cut, with the length (bytes read) and sha256 (hex) of what was read. `complete: false` when the sender had more than we read. */
export interface CutBody {
  readonly text: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly complete: boolean;
}

export type Outcome =
  /** Accepted; the rollout is now to be observed with `handle` (JSON, the target's own), the first time after `lookAgainIn` milliseconds. */
  | { readonly is: 'applied'; readonly handle: string; readonly lookAgainIn?: number; readonly exchange?: Exchange }
  /** The target already runs it; nothing was changed. */
  | { readonly is: 'unchanged'; readonly exchange?: Exchange }
  /** Somebody changed the target between read and write: read again. */
  | { readonly is: 'moved'; readonly exchange?: Exchange }
  /** A blind target answered 2xx. */
  | { readonly is: 'delivered'; readonly exchange: Exchange }
  /** It will never work like this: no retry. */
  | { readonly is: 'refused'; readonly why: Why; readonly exchange?: Exchange }
  /** It may work later. `retryAfter` in milliseconds, as the target asked. `answered: false` when it is unknown whether the target acted. */
  | { readonly is: 'unavailable'; readonly why: Why; readonly retryAfter?: number; readonly answered: boolean; readonly exchange?: Exchange };

/** What the image says of its source, by its labels `org.opencontainers.image.revision` and `source`. */
export interface Commit {
  readonly revision?: string;
  readonly source?: string;
}

export type Rollout =
  | { readonly is: 'progressing'; readonly lookAgainIn: number; readonly detail?: string }
  | { readonly is: 'healthy'; readonly commit?: Commit }
  /** Another change took this one's place before it ended. Whether that one brings the same image is for a new reading to say; `evidence` is for when it does not. */
  | { readonly is: 'replaced'; readonly detail: string; readonly evidence: string }
  | { readonly is: 'failed'; readonly why: Why; readonly evidence: string };

/** What is kept of one attempt: an item of its own beside the call. */
export interface AttemptRecord {
  readonly n: number;
  readonly at: number;
  readonly outcome: string;
  readonly idempotencyKey: string;
  readonly detail?: string;
  readonly exchange?: Exchange;
}
