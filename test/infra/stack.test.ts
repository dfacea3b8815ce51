/** What the template has to say whatever the constructs look like. */
import { describe, expect, it } from 'vitest';
import { ENV } from '../../functions/env.ts';
import { FUNCTIONS } from '../../infra/stack/functions.ts';
import { documentOf, functionNames, functionOf, list, named, ofType, type Resource, statementsOf, templateOf, templatesOf, within } from './stack-template.ts';

const template = templateOf();
const property = (resource: Resource, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined),
    resource.Properties,
  );
const dotted = (id: string, attribute: string): unknown => ({ 'Fn::GetAtt': [id, attribute] });

describe('the template', () => {
  it('uses the resource types that the local engine knows, and no other', () => {
    expect([...new Set(Object.values(template.Resources).map(({ Type }) => Type))].sort()).toEqual([
      'AWS::ApiGatewayV2::Api',
      'AWS::ApiGatewayV2::Integration',
      'AWS::ApiGatewayV2::Route',
      'AWS::ApiGatewayV2::Stage',
      'AWS::CloudWatch::Alarm',
      'AWS::DynamoDB::Table',
      'AWS::Events::Rule',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::EventSourceMapping',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Logs::LogGroup',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
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
      ExternalId: { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] },
    });
  });
});

describe('the HTTP API', () => {
  const routes = ofType(template, 'AWS::ApiGatewayV2::Route').map(([, route]) => route);

  it('is open to the public at the hooks and nowhere else', () => {
    expect(routes.map((route) => [property(route, 'RouteKey'), property(route, 'AuthorizationType')]).sort()).toEqual([
      ['ANY /hooks/{token}', 'NONE'],
      ['ANY /v1/{proxy+}', 'AWS_IAM'],
    ]);
  });

  it('leads each route to its function', () => {
    const leads = routes.map((route) => {
      const integration = ofType(template, 'AWS::ApiGatewayV2::Integration').find(([id]) => JSON.stringify(property(route, 'Target')).includes(`"${id}"`));
      return [
        property(route, 'RouteKey'),
        integration && property(integration[1], 'IntegrationUri'),
        integration && property(integration[1], 'PayloadFormatVersion'),
      ];
    });
    expect(leads.sort()).toEqual([
      ['ANY /hooks/{token}', dotted(functionOf(template, 'ingest')[0], 'Arn'), '2.0'],
      ['ANY /v1/{proxy+}', dotted(functionOf(template, 'api')[0], 'Arn'), '2.0'],
    ]);
  });

  it('answers no CORS preflight by itself', () => {
    expect(property(named(template, 'AWS::ApiGatewayV2::Api', 'Http')[1], 'CorsConfiguration')).toBeUndefined();
  });

  const [, stage] = named(template, 'AWS::ApiGatewayV2::Stage', 'Http');

  it('is throttled', () => {
    expect(property(stage, 'DefaultRouteSettings')).toEqual({ ThrottlingBurstLimit: 400, ThrottlingRateLimit: 200 });
    const [, other] = named(templateOf({ throttle: { rateLimit: 5, burstLimit: 7 } }), 'AWS::ApiGatewayV2::Stage', 'Http');
    expect(property(other, 'DefaultRouteSettings')).toEqual({ ThrottlingBurstLimit: 7, ThrottlingRateLimit: 5 });
  });

  it('logs each request by its route, never by anything that can hold a token', () => {
    const format = String(property(stage, 'AccessLogSettings', 'Format'));
    const variables = Object.values(JSON.parse(format) as Record<string, string>);
    expect(variables).toContain('$context.routeKey');
    expect(variables.filter((variable) => /path|query|header|error\.message/i.test(variable))).toEqual([]);
    expect(property(stage, 'AccessLogSettings', 'DestinationArn')).toEqual(dotted(named(template, 'AWS::Logs::LogGroup', 'Http')[0], 'Arn'));
  });
});

describe('the tables', () => {
  const key = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
  const index = (IndexName: string, hash: string, range: string, ProjectionType: string) => ({
    IndexName,
    KeySchema: key(hash, range),
    Projection: { ProjectionType },
  });

  it.each([
    ['Definitions', [index('byKind', 'kind', 'name', 'ALL'), index('due', 'due', 'dueAt', 'KEYS_ONLY')], { dueAt: 'N' }],
    ['Calls', [index('byApplication', 'application', 'ulid', 'KEYS_ONLY'), index('feed', 'day', 'ulid', 'KEYS_ONLY')], {}],
  ])('%s has its keys and indexes from the first day', (name, indexes, numbers) => {
    const [, table] = named(template, 'AWS::DynamoDB::Table', name);
    expect(property(table, 'KeySchema')).toEqual(key('pk', 'sk'));
    expect(property(table, 'GlobalSecondaryIndexes')).toEqual(indexes);
    const types = property(table, 'AttributeDefinitions') as readonly { readonly AttributeName: string; readonly AttributeType: string }[];
    expect(
      Object.fromEntries(types.filter(({ AttributeType }) => AttributeType !== 'S').map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType])),
    ).toEqual(numbers);
  });

  it('are encrypted, expire items, can be restored, cost by use, and outlive the stack', () => {
    for (const [id, table] of ofType(template, 'AWS::DynamoDB::Table')) {
      expect(table, id).toMatchObject({
        DeletionPolicy: 'Retain',
        Properties: {
          SSESpecification: { SSEEnabled: true },
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          BillingMode: 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: true,
        },
      });
    }
  });

  it('go with the stack when told so', () => {
    for (const [id, table] of ofType(templateOf({ retainData: false }), 'AWS::DynamoDB::Table')) {
      expect(table, id).toMatchObject({ DeletionPolicy: 'Delete', Properties: { DeletionProtectionEnabled: false } });
    }
  });
});

describe('the queues', () => {
  const LEASE_SECONDS = 75;
  it.each([
    ['Pushes', 'match', 10, 10],
    ['Deployments', 'deploy', 1, 20],
  ] as const)('%s is born with everything', (name, consumer, batchSize, concurrency) => {
    const [id, queue] = named(template, 'AWS::SQS::Queue', `${name}Queue`);
    const [dead, deadLetters] = named(template, 'AWS::SQS::Queue', `${name}DeadLetters`);
    expect(property(queue, 'RedrivePolicy')).toEqual({ deadLetterTargetArn: dotted(dead, 'Arn'), maxReceiveCount: 5 });
    expect(property(queue, 'MessageRetentionPeriod')).toBe(4 * 86_400);
    expect(property(deadLetters, 'MessageRetentionPeriod')).toBe(14 * 86_400);
    const visibility = Number(property(queue, 'VisibilityTimeout'));
    expect(visibility).toBeGreaterThanOrEqual(6 * FUNCTIONS[consumer].timeoutSeconds);
    expect(visibility).toBeGreaterThan(LEASE_SECONDS);
    const [, mapping] = named(template, 'AWS::Lambda::EventSourceMapping', name);
    expect(mapping.Properties).toEqual({
      EventSourceArn: dotted(id, 'Arn'),
      FunctionName: { Ref: functionOf(template, consumer)[0] },
      BatchSize: batchSize,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: concurrency },
    });
    const watched = ofType(template, 'AWS::CloudWatch::Alarm').map(([, alarm]) => [property(alarm, 'MetricName'), property(alarm, 'Dimensions')]);
    expect(watched).toContainEqual(['ApproximateNumberOfMessagesVisible', [{ Name: 'QueueName', Value: dotted(dead, 'QueueName') }]]);
    expect(watched).toContainEqual(['ApproximateAgeOfOldestMessage', [{ Name: 'QueueName', Value: dotted(id, 'QueueName') }]]);
  });

  it('are encrypted at rest and on the way', () => {
    for (const [id, queue] of ofType(template, 'AWS::SQS::Queue')) {
      expect(property(queue, 'SqsManagedSseEnabled'), id).toBe(true);
      const policy = ofType(template, 'AWS::SQS::QueuePolicy').find(([, { Properties }]) => JSON.stringify(Properties.Queues).includes(`"${id}"`));
      expect(policy && documentOf(policy[1]), id).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Action: 'sqs:*', Principal: { AWS: '*' }, Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    }
  });

  it('tell deploy when a message is at its last receive', () => {
    const [, queue] = named(template, 'AWS::SQS::Queue', 'DeploymentsQueue');
    expect(property(functionOf(template, 'deploy')[1], 'Environment', 'Variables', ENV.maxReceives)).toBe(
      String(property(queue, 'RedrivePolicy', 'maxReceiveCount')),
    );
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
      ingest: [ENV.definitionsTable, ENV.pushesQueueUrl].sort(),
      match: [ENV.definitionsTable, ENV.callsTable, ENV.deploymentsQueueUrl, ENV.retentionDays].sort(),
      deploy: [ENV.definitionsTable, ENV.callsTable, ENV.deploymentsQueueUrl, ENV.retentionDays, ENV.maxReceives, ENV.externalId].sort(),
      api: [ENV.definitionsTable, ENV.callsTable, ENV.deploymentsQueueUrl, ENV.retentionDays, ENV.webhookBaseUrl, ENV.externalId, ENV.deployRoleArn].sort(),
    });
  });

  it('ring when they fail, and when there is no room for them', () => {
    for (const name of functionNames) {
      const [id] = functionOf(template, name);
      const rings = ofType(template, 'AWS::CloudWatch::Alarm').filter(([, alarm]) => JSON.stringify(property(alarm, 'Dimensions')).includes(`"${id}"`));
      expect(rings.map(([, alarm]) => property(alarm, 'MetricName')).sort()).toEqual(['Errors', 'Throttles']);
    }
  });

  it('keep calls as long as told', () => {
    expect(property(functionOf(template, 'match')[1], 'Environment', 'Variables', ENV.retentionDays)).toBe('90');
    expect(property(functionOf(templateOf({ callDays: 7 }), 'match')[1], 'Environment', 'Variables', ENV.retentionDays)).toBe('7');
  });
});

describe('the permissions', () => {
  const resourcesOf = (resource: unknown): readonly string[] => list(resource).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));

  it('name a wildcard only for what applications choose at run time', () => {
    const wild = functionNames.flatMap((name) =>
      statementsOf(template, name).filter(({ Resource }) => resourcesOf(Resource).some((text) => text.includes('*'))),
    );
    expect(wild).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are CloudFormation's
        Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::*:role/image-triggers-target-*' },
        Condition: { StringEquals: { 'sts:ExternalId': template.Outputs.ExternalId?.Value } },
      },
      {
        Effect: 'Allow',
        Action: 'ssm:GetParameter',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are CloudFormation's
        Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/image-triggers/*' },
      },
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are CloudFormation's
        Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:image-triggers/*' },
      },
    ]);
  });

  it('name no wildcard action, and come from no managed policy', () => {
    for (const name of functionNames)
      for (const { Action } of statementsOf(template, name)) for (const action of list(Action)) expect(action).not.toContain('*');
    for (const [id, role] of ofType(template, 'AWS::IAM::Role')) expect(property(role, 'ManagedPolicyArns'), id).toBeUndefined();
  });

  it('let ingest touch nothing but the hook and the queue', () => {
    expect(
      statementsOf(template, 'ingest')
        .filter(({ Action }) => !list(Action).some((action) => action.startsWith('logs:')))
        .map(({ Action, Resource }) => [Action, Resource]),
    ).toEqual([
      ['dynamodb:GetItem', dotted(named(template, 'AWS::DynamoDB::Table', 'Definitions')[0], 'Arn')],
      ['sqs:SendMessage', dotted(named(template, 'AWS::SQS::Queue', 'PushesQueue')[0], 'Arn')],
    ]);
  });

  it('let only deploy leave the stack', () => {
    const outside = functionNames.filter((name) =>
      statementsOf(template, name).some(({ Action }) => list(Action).some((action) => /^(sts|ssm|secretsmanager):/.test(action))),
    );
    expect(outside).toEqual(['deploy']);
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

describe('the alarms', () => {
  it('all notify the topic that was given, and none by default', () => {
    const topic = 'arn:aws:sns:eu-west-1:123456789012:on-call';
    const alarms = ofType(templateOf({ alarmTopicArn: topic }), 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(10);
    for (const [id, alarm] of alarms) expect(property(alarm, 'AlarmActions'), id).toEqual([topic]);
    for (const [id, alarm] of ofType(template, 'AWS::CloudWatch::Alarm')) expect(property(alarm, 'AlarmActions'), id).toBeUndefined();
  });
});
