/** What a function says of an update of its image: values in, verdict out. */

import { withImageText } from '../core/image-text.ts';
import type { Rollout } from '../core/outcome.ts';
import type { LambdaFunction, LambdaState } from './lambda-function.ts';

export interface Handle {
  /** As it was asked for. */
  readonly image: string;
  /** Hash of what runs once the update is through. */
  readonly codeSha256?: string;
  /** When AWS took the change, by its clock, in milliseconds. */
  readonly modifiedAt?: number;
  /** When it was asked for, by ours; absent for an update that was only found. */
  readonly at?: number;
}

export const writeHandle = (handle: Handle): string => JSON.stringify(handle);

export const handleOf = (image: string, { codeSha256, modifiedAt }: LambdaState, at?: number): Handle => ({
  image,
  ...(codeSha256 === undefined ? {} : { codeSha256 }),
  ...(modifiedAt === undefined ? {} : { modifiedAt }),
  ...(at === undefined ? {} : { at }),
});

export const readHandle = (text: string): Handle => {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('image' in value) || typeof value.image !== 'string')
    throw new Error('the handle of a rollout names no image: it was not written by this target');
  return {
    image: value.image,
    ...('codeSha256' in value && typeof value.codeSha256 === 'string' ? { codeSha256: value.codeSha256 } : {}),
    ...('modifiedAt' in value && typeof value.modifiedAt === 'number' ? { modifiedAt: value.modifiedAt } : {}),
    ...('at' in value && typeof value.at === 'number' ? { at: value.at } : {}),
  };
};

/** `updated`: `$LATEST` runs it; a version and an alias are another matter. */
type Verdict = { readonly is: 'updated' } | Exclude<Rollout, { is: 'healthy' }>;

const OFTEN_MS = 3_000;
const SELDOM_MS = 15_000;
/** Most updates are over by then. */
const OFTEN_FOR_MS = 60_000;
/** For so long an answer from before the change is taken for one that has not heard of it. */
const OUTDATED_FOR_MS = 60_000;

/** Whether the last change was made at `time` or later. Compared by seconds, because AWS gives no more. */
export const isSince = ({ modifiedAt }: LambdaState, time: number | undefined): boolean =>
  time === undefined || (modifiedAt !== undefined && modifiedAt >= Math.floor(time / 1000) * 1000);

/** `now` in milliseconds. */
export const judge = (present: LambdaFunction, handle: Handle, now: number): Verdict => {
  const lookAgainIn = now - (handle.at ?? handle.modifiedAt ?? now) > OFTEN_FOR_MS ? SELDOM_MS : OFTEN_MS;
  const progressing = (detail: string): Verdict => ({ is: 'progressing', lookAgainIn, detail });
  const { at, modifiedAt = 0 } = handle;
  if (at !== undefined && now - at < OUTDATED_FOR_MS && (present.modifiedAt ?? 0) < modifiedAt) return progressing('Lambda does not show the update yet');
  // Which image is shown before an update ends, and after it failed, is not documented: the moment of the change tells whose it is.
  const ours = present.update !== 'Successful' && present.modifiedAt === modifiedAt;
  const same = handle.codeSha256 === undefined ? present.container.text === handle.image : present.codeSha256 === handle.codeSha256;
  if (!same && !ours) {
    const detail = `replaced before it was healthy: the function runs ${shownImage(present)} and not ${handle.image}`;
    return { is: 'replaced', detail, evidence: evidenceOf(present) };
  }
  if (present.update === 'Failed' || present.state === 'Failed') {
    const detail = present.updateReason || present.stateReason || 'Lambda gave no reason';
    return { is: 'failed', why: { code: 'rollout-failed', detail }, evidence: evidenceOf(present) };
  }
  if (present.update === 'InProgress') return progressing(`Lambda prepares the image${after(present.updateReason)}`);
  if (present.state === 'Pending') return progressing(`the function is pending${after(present.stateReason)}`);
  return { is: 'updated' };
};

const after = (reason: string): string => (reason === '' ? '' : `: ${reason}`);

const evidenceOf = ({ state = 'Active', stateReason }: LambdaFunction): string => (state === 'Active' ? '' : `the function is ${state}${after(stateReason)}`);

/** With the digest that its tag was resolved to. */
export const shownImage = ({ container: { text, image }, digest }: LambdaFunction): string =>
  image === undefined ? text : withImageText(text, { ...(image.tag === undefined ? {} : { tag: image.tag }), ...(digest === undefined ? {} : { digest }) });
