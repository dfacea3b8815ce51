import { TARGET_KINDS, type TargetKind } from '../../functions/targets/index.ts';
import { appCenterWorld } from './app-center-world.ts';
import { readableContract, targetContract, type World } from './contract.ts';
import { dockerWorld } from './docker-world.ts';
import { kubernetesWorld } from './kubernetes-world.ts';
import { BUSY, lambdaWorld } from './lambda-world.ts';
import { ecsWorld, httpWorld } from './worlds.ts';

/** A kind without a world does not compile. */
const WORLDS = {
  http: httpWorld,
  ecs: () => ecsWorld(),
  docker: () => dockerWorld(),
  lambda: () => lambdaWorld(),
  'app-center': () => appCenterWorld(),
  kubernetes: () => kubernetesWorld(),
} as const satisfies Record<TargetKind, () => Promise<World>>;

for (const kind of TARGET_KINDS) targetContract(kind, WORLDS[kind]);
readableContract('ecs', WORLDS.ecs);
readableContract('docker', WORLDS.docker);
readableContract('lambda', WORLDS.lambda, BUSY);
readableContract('kubernetes', WORLDS.kubernetes);
