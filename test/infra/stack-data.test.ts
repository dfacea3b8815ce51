/** The tables and the queues. */
import { Duration, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { ENV } from '../../functions/env.ts';
import { StageFunction } from '../../infra/stack/function.ts';
import { FUNCTIONS } from '../../infra/stack/functions.ts';
import { WorkQueue } from '../../infra/stack/queue.ts';
import { documentOf, dotted, emptyBundles, functionOf, named, ofType, property, scratchApp, templateOf } from './stack-template.ts';

const template = templateOf();

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
    expect(property(queue, 'RedrivePolicy')).toEqual({ deadLetterTargetArn: dotted(dead, 'Arn'), maxReceiveCount: 10 });
    expect(property(queue, 'MessageRetentionPeriod')).toBe(4 * 86_400);
    expect(property(deadLetters, 'MessageRetentionPeriod')).toBe(14 * 86_400);
    const visibility = Number(property(queue, 'VisibilityTimeout'));
    expect(visibility).toBeGreaterThanOrEqual((batchSize === 1 ? 2 : 6) * FUNCTIONS[consumer].timeoutSeconds);
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

describe('a queue whose messages come back too early', () => {
  it('is refused when it is described, not found out in production', () => {
    const stack = new Stack(scratchApp(), 'Hasty');
    const queue = new WorkQueue(stack, 'Queue', { env: ENV.pushesQueueUrl, visibility: Duration.seconds(90), oldest: Duration.minutes(10) });
    const consumer = new StageFunction(stack, 'Match', { shape: FUNCTIONS.match, directory: emptyBundles().match, description: 'match' });
    expect(() => queue.feeds(consumer, { batchSize: 10, maxConcurrency: 10 })).toThrow('is 90 s; allowed is at least 360 s');
  });
});
