/** What `deploy` does with a target, without the rest: read, apply, observe, until it is over or nothing answers any more. */

import type { BoundTarget, TargetIo, Wish } from '../../functions/targets/target.ts';
import type { World } from './contract.ts';
import { targetOf } from './kinds.ts';

export type Driven =
  | { readonly is: 'done' | 'unchanged' }
  | { readonly is: 'failed'; readonly detail: string; readonly evidence: string }
  /** `handle`: the rollout that is to be observed further, where it was begun. */
  | { readonly is: 'again'; readonly why: string; readonly handle?: string };

const MOST_LOOKS = 20;

export const readableOf = ({ definition }: World): Extract<BoundTarget, { sight: 'readable' }> => {
  const target = targetOf(definition);
  if (!target.ok) throw new Error(target.why);
  if (target.value.sight !== 'readable') throw new Error('cannot be read');
  return target.value;
};

/** `between`: what happens on the machine between two looks. */
export const drive = async (world: World, wish: Wish, io: TargetIo, between: () => void): Promise<Driven> => {
  const target = readableOf(world);
  const seen = await target.read(wish, io);
  if (seen.is === 'refused') return { is: 'failed', detail: seen.why.detail ?? seen.why.code, evidence: '' };
  if (seen.is === 'unavailable') return { is: 'again', why: seen.why.detail ?? '' };
  if (seen.running) return seen.settled ? { is: 'done' } : watch(world, seen.handle, wish, io, between);
  const outcome = await target.apply(wish, seen, io);
  if (outcome.is === 'unchanged') return { is: 'unchanged' };
  if (outcome.is === 'refused') return { is: 'failed', detail: outcome.why.detail ?? outcome.why.code, evidence: '' };
  if (outcome.is !== 'applied') return { is: 'again', why: 'why' in outcome ? (outcome.why.detail ?? '') : outcome.is };
  return watch(world, outcome.handle, wish, io, between);
};

export const watch = async (world: World, handle: string, wish: Wish, io: TargetIo, between: () => void): Promise<Driven> => {
  const target = readableOf(world);
  for (let n = 0; n < MOST_LOOKS; n += 1) {
    between();
    const rollout = await target.observe(handle, io);
    if (rollout.is === 'healthy') return { is: 'done' };
    if (rollout.is === 'failed') return { is: 'failed', detail: rollout.why.detail ?? '', evidence: rollout.evidence };
    if (rollout.is === 'unavailable') return { is: 'again', why: rollout.why.detail ?? '', handle };
    if (rollout.is === 'replaced') {
      const seen = await target.read(wish, io);
      if (seen.is !== 'seen') return { is: 'again', why: seen.why.detail ?? '', handle };
      if (!seen.running) return { is: 'failed', detail: rollout.detail, evidence: rollout.evidence };
      if (seen.settled) return { is: 'done' };
    }
  }
  throw new Error(`not over after ${MOST_LOOKS} looks`);
};
