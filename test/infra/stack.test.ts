/** What the template has to say whatever the constructs look like. */
import { describe, expect, it } from 'vitest';
import { ENV } from '../../functions/env.ts';
import { dotted, functionNames, functionOf, named, ofType, property, templateOf, templatesOf, within } from './stack-template.ts';

const template = templateOf();

describe('the template', () => {
  it('uses the resource types that the local engine knows, and no other', () => {
    expect([...new Set(Object.values(template.Resources).map(({ Type }) => Type))].sort()).toEqual([
      'AWS::ApiGatewayV2::Api',
      'AWS::ApiGatewayV2::Integration',
      'AWS::ApiGatewayV2::Route',
      'AWS::ApiGatewayV2::Stage',
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Dashboard',
      'AWS::DynamoDB::Table',
      'AWS::Events::Rule',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::EventSourceMapping',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Logs::LogGroup',
      'AWS::Logs::MetricFilter',
      'AWS::Logs::QueryDefinition',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
      'AWS::SecretsManager::Secret',
    ]);
    expect(Object.keys(template).sort()).toEqual(['Description', 'Outputs', 'Resources']);
  });

  it('uses only intrinsics that the local engine evaluates', () => {
    const intrinsics = new Set(
      [...within([template.Resources, template.Outputs])].map(([key]) => key).filter((key) => key.startsWith('Fn::') || key === 'Ref' || key === 'Condition'),
    );
    const policies = ofType(template, 'AWS::IAM::Policy').concat(ofType(template, 'AWS::SQS::QueuePolicy'));
    // In a policy document `Condition` is a word of IAM.
    expect(
      [...within(Object.values(template.Resources).filter((resource) => !policies.some(([, policy]) => policy === resource)))].map(([key]) => key),
    ).not.toContain('Condition');
    intrinsics.delete('Condition');
    expect([...intrinsics].sort()).toEqual(['Fn::GetAtt', 'Fn::Join', 'Fn::Select', 'Fn::Split', 'Fn::Sub', 'Ref']);
  });

  it('gives nothing a fixed name, so that two stacks of one app share none', () => {
    const fixed = ['TableName', 'QueueName', 'FunctionName', 'RoleName', 'LogGroupName', 'AlarmName', 'Name', 'ManagedPolicyName', 'IndexName'];
    const stacks = templatesOf(['Blue', 'Green']);
    expect(stacks).toHaveLength(2);
    for (const stack of stacks) {
      const named = Object.entries(stack.Resources).flatMap(([id, { Properties }]) =>
        fixed.filter((name) => typeof Properties[name] === 'string').map((name) => `${id}.${name}`),
      );
      expect(named).toEqual([]);
    }
    // The API is the one thing named at all, and after its stack.
    expect(property(named(template, 'AWS::ApiGatewayV2::Api', 'Http')[1], 'Name')).toEqual({ Ref: 'AWS::StackName' });
  });

  it('has the outputs that people need', () => {
    const [api] = named(template, 'AWS::ApiGatewayV2::Api', 'Http');
    expect(Object.fromEntries(Object.entries(template.Outputs).map(([name, { Value }]) => [name, Value]))).toEqual({
      WebhookBaseUrl: dotted(api, 'ApiEndpoint'),
      ApiUrl: dotted(api, 'ApiEndpoint'),
      Version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      ExternalId: { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] },
    });
  });
});

describe('the functions', () => {
  it('run on nodejs24.x, arm64, with their own memory and time', () => {
    const shapes = functionNames.map((name) => {
      const [, { Properties }] = functionOf(template, name);
      return [name, Properties.Runtime, Properties.Architectures, Properties.Handler, Properties.MemorySize, Properties.Timeout];
    });
    expect(shapes).toEqual([
      ['ingest', 'nodejs24.x', ['arm64'], 'index.handler', 1024, 10],
      ['match', 'nodejs24.x', ['arm64'], 'index.handler', 512, 60],
      ['deploy', 'nodejs24.x', ['arm64'], 'index.handler', 512, 60],
      ['api', 'nodejs24.x', ['arm64'], 'index.handler', 512, 29],
    ]);
    expect(ofType(template, 'AWS::Lambda::Function')).toHaveLength(functionNames.length);
  });

  it('log JSON, without a platform line per call, to a log group of their own', () => {
    const groups = functionNames.map((name) => {
      const [, lambda] = functionOf(template, name);
      expect(property(lambda, 'LoggingConfig')).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN', ApplicationLogLevel: 'INFO' });
      return JSON.stringify(property(lambda, 'LoggingConfig', 'LogGroup'));
    });
    expect(new Set(groups).size).toBe(functionNames.length);
    for (const [id, group] of ofType(template, 'AWS::Logs::LogGroup')) expect(property(group, 'RetentionInDays'), id).toBe(30);
  });

  it('are told exactly the variables that they read', () => {
    const told = Object.fromEntries(
      functionNames.map((name) => [name, Object.keys(property(functionOf(template, name)[1], 'Environment', 'Variables') as object).sort()]),
    );
    expect(told).toEqual({
      ingest: [ENV.definitionsTable, ENV.callsTable, ENV.pushesQueueUrl, ENV.stackSecretArn].sort(),
      match: [ENV.definitionsTable, ENV.callsTable, ENV.deploymentsQueueUrl, ENV.retentionDays].sort(),
      deploy: [ENV.definitionsTable, ENV.callsTable, ENV.pushesQueueUrl, ENV.deploymentsQueueUrl, ENV.retentionDays, ENV.maxReceives, ENV.externalId].sort(),
      api: [
        ENV.definitionsTable,
        ENV.callsTable,
        ENV.pushesQueueUrl,
        ENV.deploymentsQueueUrl,
        ENV.retentionDays,
        ENV.webhookBaseUrl,
        ENV.externalId,
        ENV.deployRoleArn,
        ENV.stackSecretArn,
        ENV.ecrRegistry,
      ].sort(),
    });
  });

  it('ring when they fail, and when there is no room for them', () => {
    for (const name of functionNames) {
      const [id] = functionOf(template, name);
      const rings = ofType(template, 'AWS::CloudWatch::Alarm').filter(([, alarm]) => (JSON.stringify(property(alarm, 'Dimensions')) ?? '').includes(`"${id}"`));
      expect(rings.map(([, alarm]) => property(alarm, 'MetricName')).sort()).toEqual(['Errors', 'Throttles']);
    }
  });

  it.each([
    ['an application brakes', '{ ($.event = "call.settled") && ($.status = "held") && ($.reason = "rate") }'],
    ['a push was missed', '{ $.event = "sweep.missed" }'],
  ])('ring when %s, by the line that deploy logs then', (_, pattern) => {
    const filter = ofType(template, 'AWS::Logs::MetricFilter').find(([, one]) => property(one, 'FilterPattern') === pattern)?.[1];
    if (filter === undefined) throw new Error(`no metric filter has the pattern ${pattern}`);
    const [metric] = property(filter, 'MetricTransformations') as [{ MetricName: string; MetricNamespace: unknown }];
    const alarms = ofType(template, 'AWS::CloudWatch::Alarm').map(([, alarm]) => [property(alarm, 'MetricName'), property(alarm, 'Namespace')]);
    expect(alarms).toContainEqual([metric.MetricName, metric.MetricNamespace]);
  });

  it('may go round as often as a rollout needs, and only deploy may', () => {
    expect(functionNames.map((name) => functionOf(template, name)[1].Properties.RecursiveLoop)).toEqual([undefined, undefined, 'Allow', undefined]);
  });

  it('keep calls as long as told', () => {
    expect(property(functionOf(template, 'match')[1], 'Environment', 'Variables', ENV.retentionDays)).toBe('90');
    expect(property(functionOf(templateOf({ callDays: 7 }), 'match')[1], 'Environment', 'Variables', ENV.retentionDays)).toBe('7');
  });
});

describe('the tick', () => {
  it('comes each minute, is not kept when late, and rings when it cannot be delivered', () => {
    const [, rule] = named(template, 'AWS::Events::Rule', 'Tick');
    const [queue] = named(template, 'AWS::SQS::Queue', 'Tick');
    expect(rule.Properties).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      Targets: [
        {
          Arn: dotted(functionOf(template, 'deploy')[0], 'Arn'),
          DeadLetterConfig: { Arn: dotted(queue, 'Arn') },
          RetryPolicy: { MaximumEventAgeInSeconds: 60 },
        },
      ],
    });
    expect(named(template, 'AWS::Lambda::EventInvokeConfig', 'Deploy')[1].Properties).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
  });
});
