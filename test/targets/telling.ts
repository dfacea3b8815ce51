/** A deployment as `deploy` does it: look, then change. */

import type { WantedImage } from '../../functions/targets/target.ts';
import type { World } from './contract.ts';
import { GREEN, wanted } from './io.ts';
import { type BoundTarget, targetOf } from './kinds.ts';
import { ECS_DEFINITION } from './worlds.ts';

type Readable = Extract<BoundTarget, { sight: 'readable' }>;

export const targetWith = (given: object = {}): Readable => {
  const target = targetOf({ ...ECS_DEFINITION, ...given });
  if (!target.ok || target.value.sight !== 'readable') throw new Error('no readable target');
  return target.value;
};

export const ecs = targetWith();
export const green = [wanted('v2', GREEN)];

export const tell = async (world: Pick<World, 'io'>, images: readonly WantedImage[] = green, target = ecs) => {
  const io = world.io();
  const seen = await target.read({ set: images }, io);
  return seen.is === 'seen' ? target.apply({ set: images }, seen, io) : seen;
};
