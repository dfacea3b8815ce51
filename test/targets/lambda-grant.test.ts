/** The role that `application grant` prints: enough for a deployment, and for nothing else. */
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { ACCOUNT } from './fake-sts.ts';
import { handleIn, type LambdaWorld, lambdaTarget, lambdaWorld, tell } from './lambda-world.ts';

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:web';
const Statement = z.object({ Action: z.union([z.string(), z.array(z.string())]), Resource: z.unknown() });
const Template = z.object({
  Parameters: z.object({ RepositoryArn: z.object({ Type: z.literal('String'), AllowedPattern: z.string() }) }),
  Resources: z.object({
    Role: z.object({
      Properties: z.object({
        RoleName: z.string(),
        AssumeRolePolicyDocument: z.unknown(),
        Policies: z.array(z.object({ PolicyDocument: z.object({ Statement: z.array(Statement) }) })),
      }),
    }),
  }),
});

const granted = (given: object) =>
  Template.parse(lambdaTarget(given).grant?.({ deployRoleArn: 'arn:aws:iam::210987654321:role/deploy', externalId: 'external', application: 'web' }));
const statements = (given: object) => granted(given).Resources.Role.Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
const actions = (given: object): readonly string[] => statements(given).flatMap(({ Action }) => Action);

it('is the role that the application names, trusted by the deploying role alone', () => {
  const { RoleName, AssumeRolePolicyDocument } = granted({}).Resources.Role.Properties;
  expect(RoleName).toBe('image-triggers-target-web');
  expect(AssumeRolePolicyDocument).toMatchObject({
    Statement: [{ Principal: { AWS: 'arn:aws:iam::210987654321:role/deploy' }, Condition: { StringEquals: { 'sts:ExternalId': 'external' } } }],
  });
});

const deploy = async (world: LambdaWorld) => {
  const handle = handleIn(await tell(world));
  world.finish?.('healthy');
  expect(await world.target.observe(handle, world.io())).toEqual({ is: 'healthy' });
  await tell(world);
};

it.each([{}, { publish: true }, { alias: 'live' }, { alias: 'live', publish: true }])('allows exactly what a deployment with %j asks for', async (given) => {
  const world = await lambdaWorld(given);
  await deploy(world);
  const asked = new Set(world.fake.asked.filter((action) => action !== 'AssumeRole').map((action) => `lambda:${action}`));
  // Asked for by Lambda when an image is named, not by a call of ours.
  const implied = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
  expect([...actions(given)].sort()).toEqual([...asked, ...implied].sort());
});

it('is for the function, its alias and the repository alone', () => {
  expect(statements({}).map(({ Resource }) => Resource)).toEqual([FUNCTION, FUNCTION, { Ref: 'RepositoryArn' }]);
  expect(statements({ alias: 'live' }).map(({ Resource }) => Resource)).toEqual([
    [FUNCTION, `${FUNCTION}:*`],
    FUNCTION,
    { Ref: 'RepositoryArn' },
    FUNCTION,
    [FUNCTION, `${FUNCTION}:live`],
  ]);
});

it('takes the ARN of a repository and nothing wider', () => {
  const pattern = new RegExp(`^(?:${granted({}).Parameters.RepositoryArn.AllowedPattern})$`);
  expect(`arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/shop/web`).toMatch(pattern);
  for (const wide of ['*', `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/*`, `arn:aws:ecr:eu-west-1:${ACCOUNT}:*`]) expect(wide).not.toMatch(pattern);
});
