/** The role that `application grant` prints: enough for a deployment, and for nothing else. */
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { wanted } from './io.ts';
import { targetOf } from './kinds.ts';
import { ECS_DEFINITION, ecsWorld } from './worlds.ts';

const REVISIONS = `arn:aws:ecs:eu-west-1:123456789012:task-definition/\${TaskDefinitionFamily}:*`;

const Strings = z.union([z.string(), z.array(z.string())]);
const Statement = z.object({ Action: Strings, Resource: z.unknown(), Condition: z.optional(z.unknown()) });
const Policy = z.object({ Statement: z.array(z.union([Statement, z.object({ 'Fn::If': z.tuple([z.string(), Statement, z.unknown()]) })])) });
const Template = z.object({
  Parameters: z.record(z.string(), z.object({ Type: z.literal('String'), Default: z.optional(z.string()) })),
  Resources: z.object({
    Role: z.object({
      Type: z.literal('AWS::IAM::Role'),
      Properties: z.object({ RoleName: z.string(), AssumeRolePolicyDocument: z.unknown(), Policies: z.array(z.object({ PolicyDocument: Policy })) }),
    }),
  }),
});

const granted = () => {
  const target = targetOf(ECS_DEFINITION);
  if (!target.ok) throw new Error(target.why);
  return Template.parse(target.value.grant?.({ deployRoleArn: 'arn:aws:iam::210987654321:role/deploy', externalId: 'external', application: 'web' }));
};
const statements = () =>
  granted()
    .Resources.Role.Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .map((statement) => ('Fn::If' in statement ? statement['Fn::If'][1] : statement));
const actionsOf = ({ Action }: { Action: string | string[] }): readonly string[] => [Action].flat();

it('is the role that the application names, trusted by the deploying role alone', () => {
  const { RoleName, AssumeRolePolicyDocument } = granted().Resources.Role.Properties;
  expect(RoleName).toBe('image-triggers-target-web');
  expect(AssumeRolePolicyDocument).toMatchObject({
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::210987654321:role/deploy' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': 'external' } },
      },
    ],
  });
});

it('allows exactly what a deployment asks for', async () => {
  const world = await ecsWorld();
  const target = targetOf(ECS_DEFINITION);
  if (!target.ok || target.value.sight !== 'readable') throw new Error('no readable target');
  const io = world.io();
  const seen = await target.value.read({ set: [wanted('v2')] }, io);
  if (seen.is !== 'seen') throw new Error(JSON.stringify(seen));
  const outcome = await target.value.apply({ set: [wanted('v2')] }, seen, io);
  world.fake.stoppedTasks.push({ stoppedReason: 'x' });
  world.finish?.('failed');
  await target.value.observe(outcome.is === 'applied' ? outcome.handle : '', io);
  const asked = new Set(world.fake.asked.filter((action) => action !== 'AssumeRole').map((action) => `ecs:${action}`));
  // Asked for by AWS when a revision is registered, not by a call of ours.
  const implied = ['ecs:TagResource', 'iam:PassRole'];
  expect([...new Set(statements().flatMap(actionsOf))].sort()).toEqual([...asked, ...implied].sort());
});

it('knows no wildcard but where AWS knows no resource', () => {
  const open = statements().filter(({ Resource }) => Resource === '*');
  expect(open.map(actionsOf)).toEqual([['ecs:DescribeTaskDefinition'], ['ecs:ListTasks']]);
  expect(open[1]?.Condition).toEqual({ ArnEquals: { 'ecs:cluster': 'arn:aws:ecs:eu-west-1:123456789012:cluster/shop' } });
});

it.each([
  ['ecs:UpdateService', 'arn:aws:ecs:eu-west-1:123456789012:service/shop/web', undefined],
  ['ecs:RegisterTaskDefinition', { 'Fn::Sub': REVISIONS }, undefined],
  ['ecs:TagResource', { 'Fn::Sub': REVISIONS }, { StringEquals: { 'ecs:CreateAction': 'RegisterTaskDefinition' } }],
  ['ecs:DescribeTasks', 'arn:aws:ecs:eu-west-1:123456789012:task/shop/*', undefined],
])('%s is for %j', (action, resource, condition) => {
  const found = statements().find((statement) => actionsOf(statement).includes(action));
  expect(found?.Resource).toEqual(resource);
  expect(found?.Condition).toEqual(condition);
});

it('hands on only the two roles that are given, and only to tasks', () => {
  const pass = statements().find((statement) => actionsOf(statement).includes('iam:PassRole'));
  expect(pass?.Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } });
  expect(JSON.stringify(pass?.Resource)).toBe(
    '[{"Fn::If":["HasTaskRole",{"Ref":"TaskRoleArn"},{"Ref":"AWS::NoValue"}]},{"Fn::If":["HasExecutionRole",{"Ref":"ExecutionRoleArn"},{"Ref":"AWS::NoValue"}]}]',
  );
  expect(granted().Parameters).toMatchObject({ TaskRoleArn: { Default: '' }, ExecutionRoleArn: { Default: '' } });
  expect(granted().Parameters.TaskDefinitionFamily?.Default).toBeUndefined();
});
