/** `logs` and `dead-letters` against moto: CloudFormation, CloudWatch Logs and SQS as somebody else understood them. */
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetQueueUrlCommand, ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stackResources } from '../../infra/cli/stack-resources.ts';
import { runCommand } from '../cli/command-line.ts';
import { hasMoto, useMoto, WITHOUT_MOTO } from './moto-server.ts';

const GROUPS = ['Ingest', 'Match', 'Deploy', 'Api'].map((stage) => `${stage}Logs01234567`);

/** As the stack of this project calls its groups and queues. */
const TEMPLATE = {
  Resources: {
    ...Object.fromEntries(GROUPS.map((id) => [id, { Type: 'AWS::Logs::LogGroup' }])),
    PushesDeadLetters01234567: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
    PushesQueue01234567: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'pushes',
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['PushesDeadLetters01234567', 'Arn'] }, maxReceiveCount: 1 },
      },
    },
  },
  Outputs: { ApiUrl: { Value: 'https://api.example' } },
};

describe.skipIf(!hasMoto)(`the command line against moto${WITHOUT_MOTO}`, () => {
  const moto = useMoto();
  const client = () => ({ endpoint: moto.endpoint(), region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });

  beforeEach(async () => {
    await moto.reset();
    const env = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: moto.endpoint() };
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    await new CloudFormationClient(client()).send(new CreateStackCommand({ StackName: 'it', TemplateBody: JSON.stringify(TEMPLATE) }));
  });
  afterEach(() => vi.unstubAllEnvs());

  it('finds the groups of the stack, and the lines of a call in them', async () => {
    const logs = new CloudWatchLogsClient(client());
    const now = Date.now();
    const id = ulid(now);
    const lines: Readonly<Record<string, object>> = {
      IngestLogs01234567: { event: 'push.received', delivery: id, status: 202 },
      MatchLogs01234567: { event: 'trigger.decided', call: `${id}.release`, image: 'h/shop/web:v1' },
      DeployLogs01234567: { event: 'call.settled', call: `${id}.release`, status: 'delivered' },
      ApiLogs01234567: { event: 'api.request', request: 'r' },
    };
    for (const { logicalId, physicalId: logGroupName } of (await stackResources('it', 'us-east-1')).filter(({ logicalId }) => logicalId in lines)) {
      await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 's' }));
      const logEvents = [{ timestamp: now, message: JSON.stringify(lines[logicalId]) }];
      await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: 's', logEvents }));
    }
    const { code, out, err } = await runCommand(`logs --call ${id}.release -o json --stack it`, {});
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).event),
    ).toEqual(['push.received', 'trigger.decided', 'call.settled']);
  });

  // moto has no tasks that move messages, so that is left to the fake and to the local engine.
  it('counts dead letters', async () => {
    const sqs = new SQSClient({ ...client(), useQueueUrlAsEndpoint: false });
    expect((await sqs.send(new ListQueuesCommand({}))).QueueUrls).toHaveLength(2);
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'dead' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
    expect((await runCommand('dead-letters list --stack it', {})).out).toMatch(/pushes +1 +yes/);
  });
});
