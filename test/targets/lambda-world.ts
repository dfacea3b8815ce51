/** A `lambda` target with the fake of its peer on loopback, which runs BLUE as `v1`. */
import type { WantedImage } from '../../functions/targets/target.ts';
import type { ReadableWorld, Skips } from './contract.ts';
import { type FakeLambda, startFakeLambda } from './fake-lambda.ts';
import { ACCOUNT, REGION, ROLE } from './fake-sts.ts';
import { BLUE, GREEN, makeIo, wanted } from './io.ts';
import { type BoundTarget, targetOf } from './kinds.ts';

export const LAMBDA_DEFINITION = { kind: 'lambda', region: REGION, function: 'web', roleArn: ROLE } as const;

/** The repository of the contract; Lambda itself takes only those of ECR, which the fake does not mind. */
const REPOSITORY = 'registry.example.com/shop/web';
export const ECR = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/shop/web`;

/** Of the contract for readable targets. */
export const BUSY: Skips = {
  'a tag alone runs once it was told to, and for nobody else': 'Lambda takes no second update before the first has ended: done step by step in lambda.test.ts',
};

export interface LambdaWorld extends ReadableWorld {
  readonly fake: FakeLambda;
  readonly target: Extract<BoundTarget, { sight: 'readable' }>;
}

/** `given`: of the configuration. */
export const lambdaWorld = async (given: object = {}, repository = REPOSITORY): Promise<LambdaWorld> => {
  const fake = await startFakeLambda(repository, BLUE);
  fake.tags.set('v2', GREEN);
  const definition = { ...LAMBDA_DEFINITION, ...given };
  return {
    fake,
    definition,
    target: lambdaTarget(definition),
    io: (options) => makeIo(options),
    changes: async () => fake.updates,
    refuse: () => {
      const message = `User: arn:aws:sts::${ACCOUNT}:assumed-role/image-triggers-target-web/x is not authorized to perform: lambda:UpdateFunctionCode on resource: arn:aws:lambda:${REGION}:${ACCOUNT}:function:web`;
      fake.refuse.set('UpdateFunctionCode', { times: Number.POSITIVE_INFINITY, with: { status: 403, type: 'AccessDeniedException', message } });
    },
    busy: () =>
      void fake.refuse.set('GetFunction', {
        times: Number.POSITIVE_INFINITY,
        with: { status: 429, type: 'TooManyRequestsException', message: 'Rate exceeded' },
      }),
    silent: () => void fake.refuse.set('GetFunction', { times: Number.POSITIVE_INFINITY, with: 'silence' }),
    // The SDK tries twice.
    crashInside: () =>
      void fake.refuse.set('UpdateFunctionCode', { times: 2, with: { status: 500, type: 'ServiceException', message: 'Service Unavailable' } }),
    overtake: async () => {
      fake.put(`${repository}:theirs`, Date.UTC(2026, 0, 1, 0, 0, 5));
      fake.finish('Successful');
    },
    finish: (how) => (how === 'healthy' ? fake.finish('Successful') : fake.finish('Failed', 'The image cannot be started: its entry point does not exist.')),
  };
};

export const lambdaTarget = (definition: object): LambdaWorld['target'] => {
  const target = targetOf({ ...LAMBDA_DEFINITION, ...definition });
  if (!target.ok || target.value.sight !== 'readable') throw new Error(target.ok ? 'no readable target' : target.why);
  return target.value;
};

export const green = [wanted('v2', GREEN)];

/** A deployment as `deploy` does it: look, then change. */
export const tell = async ({ target, ...world }: Pick<LambdaWorld, 'target' | 'io'>, images: readonly WantedImage[] = green) => {
  const io = world.io();
  const seen = await target.read({ set: images }, io);
  return seen.is === 'seen' ? target.apply({ set: images }, seen, io) : seen;
};

export const handleIn = (outcome: object): string => {
  if (!('handle' in outcome) || typeof outcome.handle !== 'string') throw new Error(JSON.stringify(outcome));
  return outcome.handle;
};
