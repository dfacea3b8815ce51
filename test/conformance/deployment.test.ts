/**
 * `cdk bootstrap` and `cdk deploy` of the real assembly into moto, as a smoke test of template and assets: it is not a run of the product
 * (moto runs no functions). What moto's CloudFormation cannot take is cut out of the template first, and something made up stands where
 * it is named; what it takes and does not make is looked for afterwards. Both are skipped by the name of the resource.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { templateOf } from '../infra/stack-template.ts';
import { moto } from './implementations.ts';
import { notMade, withoutWhatMotoLacks } from './moto-template.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const BIN = join(ROOT, 'node_modules/.bin');
const run = promisify(execFile);

const deployed = (): void => {
  const room = mkdtempSync(join(tmpdir(), 'image-triggers-moto-'));
  let stop: () => unknown = () => undefined;
  let client = { endpoint: '', region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

  beforeAll(async () => {
    const service = await moto.start();
    stop = service.stop;
    // moto tells the assets bucket from the host name, which only works with a name: an address will not do.
    const endpoint = service.endpoint.replace('127.0.0.1', 'localhost');
    client = { ...client, endpoint };
    const assembly = join(room, 'cdk.out');
    const env = {
      PATH: `${BIN}${delimiter}${process.env.PATH ?? ''}`,
      HOME: room,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CDK_VALIDATION: 'false',
    };
    await run(join(BIN, 'node'), [join(ROOT, 'infra/stack/app.ts')], { cwd: ROOT, env: { ...env, CDK_OUTDIR: assembly } });
    for (const name of readdirSync(assembly).filter((name) => name.endsWith('.template.json'))) {
      writeFileSync(join(assembly, name), withoutWhatMotoLacks(readFileSync(join(assembly, name), 'utf8')));
    }
    const cdk = (...args: readonly string[]) => run(join(BIN, 'cdk'), [...args, '--app', assembly, '--no-notices'], { cwd: room, env });
    await cdk('bootstrap', 'aws://123456789012/us-east-1');
    await cdk('deploy', 'ImageTriggers', '--require-approval', 'never');
  }, 120_000);

  afterAll(async () => {
    await stop();
    rmSync(room, { recursive: true, force: true });
  });

  const { Resources } = templateOf();
  it.for([...new Set(Object.values(Resources).map(({ Type }) => Type))].sort())('makes each %s', async (type, { skip }) => {
    const why = notMade(type);
    if (why !== undefined) return skip(why);
    const { StackResources = [] } = await new CloudFormationClient(client).send(new DescribeStackResourcesCommand({ StackName: 'ImageTriggers' }));
    const made = StackResources.filter(({ ResourceType }) => ResourceType === type).map(({ LogicalResourceId }) => LogicalResourceId);
    expect(made.sort()).toEqual(
      Object.entries(Resources)
        .flatMap(([id, { Type }]) => (Type === type ? [id] : []))
        .sort(),
    );
  });

  it('makes both tables with their indexes', async () => {
    const dynamo = new DynamoDBClient(client);
    const { TableNames: tables = [] } = await dynamo.send(new ListTablesCommand({}));
    const indexes = await Promise.all(
      tables.map(async (TableName) =>
        (await dynamo.send(new DescribeTableCommand({ TableName }))).Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName),
      ),
    );
    expect(indexes.map((names) => names?.sort().join()).sort()).toEqual(['byApplication,feed', 'byKind,due']);
  });

  it('makes the queues, and gives those that are polled their dead letters', async () => {
    const sqs = new SQSClient(client);
    const { QueueUrls: queues = [] } = await sqs.send(new ListQueuesCommand({}));
    const redrives = await Promise.all(
      queues.map(async (QueueUrl) => (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes?.RedrivePolicy),
    );
    expect(queues).toHaveLength(5);
    expect(redrives.filter((policy) => policy !== undefined)).toHaveLength(2);
  });

  it('makes the functions with code, and knows the table of definitions in each', async () => {
    const { TableNames: tables } = await new DynamoDBClient(client).send(new ListTablesCommand({}));
    const { Functions: functions = [] } = await new LambdaClient(client).send(new ListFunctionsCommand({}));
    expect(functions.map(({ Runtime }) => Runtime)).toEqual(['nodejs24.x', 'nodejs24.x', 'nodejs24.x', 'nodejs24.x']);
    for (const { FunctionName, CodeSize, Environment } of functions) {
      expect(CodeSize, FunctionName).toBeGreaterThan(0);
      expect(tables, FunctionName).toContain(Environment?.Variables?.DEFINITIONS_TABLE);
    }
  });

  it('maps the two queues to their functions, one in batches', async () => {
    const { EventSourceMappings = [] } = await new LambdaClient(client).send(new ListEventSourceMappingsCommand({}));
    expect(EventSourceMappings.map(({ BatchSize = 0 }) => BatchSize).sort((a, b) => a - b)).toEqual([1, 10]);
  });
};

const { absent } = moto;
describe('cdk deploy into moto_server', absent === undefined ? deployed : () => void it('the whole suite', ({ skip }) => skip(absent)));
