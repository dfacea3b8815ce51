/**
 * `cdk bootstrap` and `cdk deploy` of the real assembly against moto, as a smoke test of template and assets: it is not
 * a run of the product (moto runs no functions). moto's CloudFormation knows neither an HTTP API nor secrets nor dashboards, so these are
 * cut out of the template first, and something made up stands where they are named.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';

const ROOT = resolve(import.meta.dirname, '../..');
const BIN = join(ROOT, 'node_modules/.bin');
const run = promisify(execFile);

const onPath = (command: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const freePort = (): Promise<number> =>
  new Promise((done, failed) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? done(address.port) : failed(new Error('no port'))));
    });
  });

const Template = z.looseObject({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) });

/** What moto's CloudFormation does not make, and what then stands for it wherever it is named. */
const LACKING: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::': 'https://cut-out.example',
  'AWS::SecretsManager::': 'arn:aws:secretsmanager:us-east-1:123456789012:secret:cut-out',
  // It names alarms by their ARN, which moto does not know.
  'AWS::CloudWatch::Dashboard': 'cut-out',
};

const withoutWhatMotoLacks = (text: string): string => {
  const template = Template.parse(JSON.parse(text));
  const standIn = (type: string | undefined): string | undefined => Object.entries(LACKING).find(([prefix]) => type?.startsWith(prefix))?.[1];
  const Resources = Object.fromEntries(Object.entries(template.Resources).filter(([, { Type }]) => standIn(Type) === undefined));
  return JSON.stringify({ ...template, Resources }, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    const target = 'Ref' in value ? value.Ref : 'Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt']) ? value['Fn::GetAtt'][0] : undefined;
    return (typeof target === 'string' ? standIn(template.Resources[target]?.Type) : undefined) ?? value;
  });
};

const available = onPath('moto_server');

describe.skipIf(!available)(`cdk deploy against moto${available ? '' : ' (skipped: moto_server is not on PATH)'}`, () => {
  const room = mkdtempSync(join(tmpdir(), 'image-triggers-moto-'));
  let moto: ChildProcess | undefined;
  let endpoint = '';

  beforeAll(async () => {
    const port = await freePort();
    // moto tells the assets bucket from the host name, which only works with a name: an address will not do.
    endpoint = `http://localhost:${port}`;
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    for (
      let tries = 0;
      !(await fetch(endpoint).then(
        () => true,
        () => false,
      ));
      tries += 1
    ) {
      if (tries > 150) throw new Error(`moto_server did not answer at ${endpoint} within 30 s`);
      await pause(200);
    }
  }, 60_000);

  afterAll(() => {
    moto?.kill();
    rmSync(room, { recursive: true, force: true });
  });

  it('makes the tables, queues, functions and mappings', { timeout: 120_000 }, async () => {
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

    const client = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    const dynamo = new DynamoDBClient(client);
    const { TableNames: tables = [] } = await dynamo.send(new ListTablesCommand({}));
    const indexes = await Promise.all(
      tables.map(async (TableName) =>
        (await dynamo.send(new DescribeTableCommand({ TableName }))).Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName),
      ),
    );
    expect(indexes.map((names) => names?.sort().join()).sort()).toEqual(['byApplication,feed', 'byKind,due']);

    const sqs = new SQSClient(client);
    const { QueueUrls: queues = [] } = await sqs.send(new ListQueuesCommand({}));
    const redrives = await Promise.all(
      queues.map(async (QueueUrl) => (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes?.RedrivePolicy),
    );
    expect(queues).toHaveLength(5);
    expect(redrives.filter((policy) => policy !== undefined)).toHaveLength(2);

    const lambda = async (path: string): Promise<unknown> => {
      const authorization = 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0';
      return (await fetch(`${endpoint}/2015-03-31/${path}`, { headers: { authorization } })).json();
    };
    const Functions = z.object({
      Functions: z.array(
        z.object({
          FunctionName: z.string(),
          Runtime: z.string(),
          CodeSize: z.number(),
          Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
        }),
      ),
    });
    const { Functions: functions } = Functions.parse(await lambda('functions/'));
    expect(functions.map(({ Runtime }) => Runtime)).toEqual(['nodejs24.x', 'nodejs24.x', 'nodejs24.x', 'nodejs24.x']);
    for (const { FunctionName, CodeSize, Environment } of functions) {
      expect(CodeSize, FunctionName).toBeGreaterThan(0);
      expect(tables, FunctionName).toContain(Environment.Variables.DEFINITIONS_TABLE);
    }
    const Mappings = z.object({ EventSourceMappings: z.array(z.object({ BatchSize: z.number() })) });
    expect(
      Mappings.parse(await lambda('event-source-mappings/'))
        .EventSourceMappings.map(({ BatchSize }) => BatchSize)
        .sort(),
    ).toEqual([1, 10]);
  });
});
