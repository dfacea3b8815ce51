/**
 * The smallest role for one application, as a CloudFormation template to be created in the account of its `roleArn`.
 * What each action can be narrowed to is taken from the Service Authorization Reference of Amazon ECS.
 */
import { partsOfRole } from './aws-config.ts';
import type { EcsConfig } from './ecs-config.ts';
import { grantRole } from './grant-role.ts';
import type { Trust } from './target.ts';

export const grantEcs = ({ region, cluster, service, roleArn }: EcsConfig, trust: Trust): object => {
  const { partition, account } = partsOfRole(roleArn);
  const arn = (resource: string): string => `arn:${partition}:ecs:${region}:${account}:${resource}`;
  const revisions = { 'Fn::Sub': arn(`task-definition/\${TaskDefinitionFamily}:*`) };
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Lets Image Triggers deploy the application ${trust.application} to the ECS service ${service} of the cluster ${cluster}, and nothing else.`,
    Parameters: {
      TaskDefinitionFamily: {
        Type: 'String',
        AllowedPattern: '[A-Za-z0-9_-]{1,255}',
        Description: `Family of the service's task definition: the part before ":" in what "aws ecs describe-services --region ${region} --cluster ${cluster} --services ${service} --query services[0].taskDefinition" prints behind "task-definition/".`,
      },
      TaskRoleArn: { Type: 'String', Default: '', Description: 'ARN of the task role that the task definition names; empty when it names none.' },
      ExecutionRoleArn: {
        Type: 'String',
        Default: '',
        Description: 'ARN of the task execution role that the task definition names; empty when it names none.',
      },
    },
    Conditions: {
      HasTaskRole: given('TaskRoleArn'),
      HasExecutionRole: given('ExecutionRoleArn'),
      HasRole: { 'Fn::Or': [{ Condition: 'HasTaskRole' }, { Condition: 'HasExecutionRole' }] },
    },
    Resources: {
      Role: grantRole(roleArn, trust, [
        { Sid: 'Service', Effect: 'Allow', Action: ['ecs:DescribeServices', 'ecs:UpdateService'], Resource: arn(`service/${cluster}/${service}`) },
        // The action knows no resources: a revision that is read cannot be narrowed down.
        { Sid: 'ReadRevisions', Effect: 'Allow', Action: 'ecs:DescribeTaskDefinition', Resource: '*' },
        { Sid: 'NewRevision', Effect: 'Allow', Action: 'ecs:RegisterTaskDefinition', Resource: revisions },
        // The tags of the revision before are kept, and only while a revision is made.
        {
          Sid: 'KeepTags',
          Effect: 'Allow',
          Action: 'ecs:TagResource',
          Resource: revisions,
          Condition: { StringEquals: { 'ecs:CreateAction': 'RegisterTaskDefinition' } },
        },
        // Why tasks stopped: ListTasks is narrowed by its cluster, since its only resource is a container instance and Fargate has none.
        {
          Sid: 'ListTasks',
          Effect: 'Allow',
          Action: 'ecs:ListTasks',
          Resource: '*',
          Condition: { ArnEquals: { 'ecs:cluster': arn(`cluster/${cluster}`) } },
        },
        { Sid: 'ReadTasks', Effect: 'Allow', Action: 'ecs:DescribeTasks', Resource: arn(`task/${cluster}/*`) },
        // A revision hands these roles to its tasks; registering it again asks for the right to do so.
        {
          'Fn::If': [
            'HasRole',
            {
              Sid: 'PassRoles',
              Effect: 'Allow',
              Action: 'iam:PassRole',
              Resource: [when('HasTaskRole', 'TaskRoleArn'), when('HasExecutionRole', 'ExecutionRoleArn')],
              Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
            },
            NO_VALUE,
          ],
        },
      ]),
    },
    Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  };
};

const NO_VALUE = { Ref: 'AWS::NoValue' };
const given = (parameter: string): object => ({ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: parameter }, ''] }] });
const when = (condition: string, parameter: string): object => ({ 'Fn::If': [condition, { Ref: parameter }, NO_VALUE] });
