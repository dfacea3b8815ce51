import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Assembly, type Resource, readAssembly } from '../../infra/local/assembly.ts';
import { makePlan } from '../../infra/local/plan.ts';

const ground = { region: 'us-east-1', account: '000000000000', stackUuid: '5f2b', apiUrl: 'http://127.0.0.1:1', awsUrl: 'http://127.0.0.1:2' };
const sample = readAssembly(fileURLToPath(new URL('./assembly', import.meta.url)));

const assemblyOf = (...resources: readonly Omit<Resource, 'id'>[]): Assembly => ({
  assets: new Map(),
  stacks: [
    { name: 'Stack', parameters: {}, outputs: {}, resources: new Map(resources.map((resource, index) => [`R${index}`, { id: `R${index}`, ...resource }])) },
  ],
});

describe('the plan of a cloud assembly', () => {
  const plan = makePlan(sample, ground);

  it('has the queues with their redrive', () => {
    expect(plan.queues.map(({ name, url, settings }) => [name, url, settings.visibilitySeconds, settings.redrive])).toEqual([
      ['Sample-OrdersDead', 'http://127.0.0.1:2/000000000000/Sample-OrdersDead', 30, undefined],
      ['Sample-Orders', 'http://127.0.0.1:2/000000000000/Sample-Orders', 3, { queue: 'Sample-OrdersDead', maxReceives: 2 }],
    ]);
  });

  it('has the table with its index and the attribute that expires items', () => {
    expect(plan.tables.map(({ name, indexes, expiresAttribute }) => [name, indexes, expiresAttribute])).toEqual([['Sample-Table', ['byKind'], 'expiresAt']]);
  });

  it('has the functions with their environment resolved, from the asset directory', () => {
    const [front] = plan.functions;
    expect(front?.logName).toBe('front');
    expect(front?.directory).toMatch(/assembly.asset\.code$/);
    expect(front?.environment).toEqual({
      TABLE: 'Sample-Table',
      QUEUE_URL: 'http://127.0.0.1:2/000000000000/Sample-Orders',
      BASE: 'http://127.0.0.1:1',
      EXTERNAL_ID: '5f2b',
    });
  });

  it('has the routes, the mapping and the rule', () => {
    expect(plan.http.routes.map(({ key, needs, function: { name } }) => [key, needs, name])).toEqual([
      ['POST /orders', 'nothing', 'Sample-Front'],
      ['ANY /echo/{id}', 'nothing', 'Sample-Front'],
      ['ANY /v1/{proxy+}', 'iam', 'Sample-Front'],
    ]);
    expect(
      plan.mappings.map(({ queue, function: { name }, batchSize, maxConcurrency, partialFailures }) => [
        queue.name,
        name,
        batchSize,
        maxConcurrency,
        partialFailures,
      ]),
    ).toEqual([['Sample-Orders', 'Sample-Worker', 5, 2, true]]);
    expect(plan.rules.map(({ everyMs, targets }) => [everyMs, targets.length])).toEqual([[60_000, 1]]);
  });

  it('has the outputs, and names what it leaves out', () => {
    expect(plan.outputs).toEqual({ 'Sample.Url': 'http://127.0.0.1:1/orders' });
    expect(plan.ignored).toEqual(['AWS::IAM::Role ×1']);
  });
});

describe('what the engine cannot run stops it with its name', () => {
  it.each([
    [
      'an unknown type',
      { type: 'AWS::Kinesis::Stream', properties: {} },
      /resource R0 of stack Stack is of type AWS::Kinesis::Stream, which the local engine does not know/,
    ],
    ['a FIFO queue', { type: 'AWS::SQS::Queue', properties: { FifoQueue: true } }, /R0 .*is a FIFO queue/],
    ['a condition', { type: 'AWS::SQS::Queue', properties: {}, condition: 'IsBig' }, /does not evaluate conditions, and this resource has IsBig/],
    ['another runtime', { type: 'AWS::Lambda::Function', properties: { Runtime: 'python3.13' } }, /its runtime is python3\.13/],
    [
      'code that is no asset',
      { type: 'AWS::Lambda::Function', properties: { Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { S3Key: 'x.zip' } } },
      /its code x\.zip is no asset/,
    ],
    [
      'a cron rule',
      { type: 'AWS::Events::Rule', properties: { ScheduleExpression: 'cron(0 12 * * ? *)', Targets: [] } },
      /the schedule cron\(0 12 \* \* \? \*\) is not known/,
    ],
    ['CORS', { type: 'AWS::ApiGatewayV2::Api', properties: { CorsConfiguration: {} } }, /CORS/],
    ['another stage', { type: 'AWS::ApiGatewayV2::Stage', properties: { StageName: 'prod' } }, /is named prod/],
    ['a local index', { type: 'AWS::DynamoDB::Table', properties: { LocalSecondaryIndexes: [] } }, /local secondary indexes/],
  ])('%s', (_name, resource, message) => {
    expect(() => makePlan(assemblyOf(resource), ground)).toThrow(message);
  });
});
