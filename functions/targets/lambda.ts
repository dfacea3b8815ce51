/**
 * A function of AWS Lambda that is made of a container image: a readable target. A deployment is an update of its code, by
 * digest and only if nobody changed the function since it was read; then, where asked for, a version of it and an alias moved to that.
 */
import { type LambdaConfig, lambdaConfig } from './lambda-config.ts';
import { grantLambda } from './lambda-grant.ts';
import type { Readable } from './target.ts';

const deployment = () => import('./lambda-deployment.ts');

export const lambda: Readable<LambdaConfig> = {
  sight: 'readable',
  config: lambdaConfig,
  read: async (config, wish, io) => (await deployment()).readLambda(config, wish, io),
  apply: async (config, wish, seen, io) => (await deployment()).applyLambda(config, wish, seen, io),
  observe: async (config, handle, io) => (await deployment()).observeLambda(config, handle, io),
  grant: grantLambda,
};
