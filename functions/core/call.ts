/** A call: one push (or one person's wish) × one trigger; the record of what was decided, tried and reached. Under 2 kB. */
import type { Commit, Why } from './outcome.ts';
import { REASON_STATUS, type ReasonCode } from './reason-code.ts';

export const OPEN = ['queued', 'held', 'running'] as const;
export const FINAL = ['untriggered', 'skipped', 'delivered', 'succeeded', 'failed', 'unknown'] as const;
type OpenStatus = (typeof OPEN)[number];
export type FinalStatus = (typeof FINAL)[number];
export type CallStatus = OpenStatus | FinalStatus;

export interface Call {
  /** `<ulid>.<trigger>`; the ulid is the push's id, or a new one for a redelivery. */
  readonly id: string;
  readonly trigger: string;
  readonly application: string;
  readonly hook: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
  readonly actor?: string;
  /** Place of the push in the order of its repository: see `order.ts`. */
  readonly order: string;
  /** Whose push no sender told of: see `push.ts`. */
  readonly source?: 'sweep' | 'test';
  /** The delivery that it came with, where that was of several pushes and its own was not the first. */
  readonly delivery?: string;
  /** What a person, a trigger URL or the policy asked for; absent for a push. */
  readonly action?: 'deploy' | 'rollback' | 'redeploy';
  /** What they gave as the reason. */
  readonly why?: string;
  readonly status: CallStatus;
  readonly reason?: ReasonCode;
  readonly detail?: string;
  /** The call that replaced or included this one. */
  readonly by?: string;
  /** Held: when it is looked at again, if that is known. */
  readonly until?: number;
  /** Set on a redelivery: the call it repeats. */
  readonly redeliveryOf?: string;
  /** Ids of later deliveries of the same event (at most 20 are kept). */
  readonly repeats?: readonly string[];
  /** Version of the application's template that it asked for, and once it is deployed, the one that was made of it. */
  readonly version?: number;
  /** What the image says of its source. */
  readonly commit?: Commit;
  /** What the registry said of the tag, where it was not what the push said, or why it could not be asked. */
  readonly registry?: string;
  /** How many attempts there were; each is an item of its own. */
  readonly attempts?: number;
  /** The last answer of the target in short: what the origin shows as Response Body. */
  readonly responseStatus?: number;
  readonly responseBody?: string;
  readonly receivedAt: number;
  readonly decidedAt: number;
  readonly endedAt?: number;
}

type Settled = 'reason' | 'detail' | 'by' | 'until' | 'digest' | 'version' | 'commit' | 'registry' | 'attempts' | 'responseStatus' | 'responseBody' | 'endedAt';

/** What an update of a call changes; `digest`: what the tag was found to name. */
export interface Settlement extends Pick<Call, Settled> {
  readonly status: Exclude<CallStatus, 'untriggered' | 'queued'>;
}

/** A settlement that ends the call. */
export type Ending = Settlement & { readonly status: Exclude<FinalStatus, 'untriggered'> };

export const isOpen = (status: CallStatus): status is OpenStatus => (OPEN as readonly string[]).includes(status);

/** Whether a reason may stand with a status: the table says so. */
export const fits = (status: CallStatus, reason: ReasonCode): boolean => REASON_STATUS[reason] === status;

/** Who is named in calls that an application's policy made. */
export const BY_POLICY = 'policy autoRollback';

/** The name that stands for a trigger in calls which no trigger made: those of people, of trigger URLs and of the policy. */
export const manualTrigger = (application: string): string => `!${application}`;

/** Milliseconds, as the first ten of its 26 characters say it: when its push was received, or what a person asked for. */
export const timeOfCall = (id: string): number => [...id.slice(0, 10)].reduce((time, character) => time * 32 + ULID_DIGITS.indexOf(character), 0);

/** The least and the greatest id that a push of these milliseconds can have, both included: keys of calls are bounded by them. */
export const ulidsBetween = (first: number, last: number): readonly [least: string, greatest: string] => [
  `${ulidTime(first)}${'0'.repeat(16)}`,
  `${ulidTime(last)}${'Z'.repeat(16)}`,
];

/** Ten characters hold 48 bits of milliseconds. */
export const LAST_TIME = 2 ** 48 - 1;
const ulidTime = (time: number): string =>
  [...Array(10).keys()].map((i) => ULID_DIGITS[Math.floor(Math.min(Math.max(time, 0), LAST_TIME) / 32 ** (9 - i)) % 32]).join('');

/** Crockford's: without I, L, O and U. */
const ULID_DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export const callId = (ulid: string, trigger: string): string => `${ulid}.${trigger}`;

/** An id of a push, a delivery or a session. */
export const isUlid = (text: string): boolean => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(text);

/** Both parts of a call id; undefined when the text is none. */
export const splitCallId = (id: string): { readonly ulid: string; readonly trigger: string } | undefined => {
  const [, ulid = '', trigger] = /^([^.]*)\.(.+)$/.exec(id) ?? [];
  return trigger !== undefined && isUlid(ulid) ? { ulid, trigger } : undefined;
};

export const because = (why: Why): { readonly reason: ReasonCode; readonly detail?: string } =>
  why.detail === undefined ? { reason: why.code } : { reason: why.code, detail: why.detail };
