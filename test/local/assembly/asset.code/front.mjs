import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
let invocations = 0;

const acts = {
  event: async (event) => ({
    statusCode: 200,
    headers: { 'Content-Type': 'application/json' },
    cookies: ['a=1', 'b=2'],
    body: JSON.stringify({ event, env: process.env, invocations }),
  }),
  plain: async () => ({ said: 'without a status code' }),
  throw: async () => {
    throw new TypeError('told to throw');
  },
  exit: async () => process.exit(3),
  slow: () => new Promise((resolve) => setTimeout(resolve, 30_000)),
  nonsense: async () => ({ statusCode: 'many' }),
  binary: async () => ({
    statusCode: 201,
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.from([0, 255, 1]).toString('base64'),
    isBase64Encoded: true,
  }),
  parameter: async () => (await new SSMClient({}).send(new GetParameterCommand({ Name: '/image-triggers/token', WithDecryption: true }))).Parameter.Value,
  secret: async () => (await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: 'image-triggers/token' }))).SecretString,
};

export const handler = async (event) => {
  invocations += 1;
  if (event.rawPath === '/orders') {
    const sent = await sqs.send(new SendMessageCommand({ QueueUrl: process.env.QUEUE_URL, MessageBody: event.body, MessageGroupId: 'fair' }));
    return { statusCode: 202, body: sent.MessageId };
  }
  console.log(JSON.stringify({ event: 'front.called', path: event.rawPath }));
  return acts[event.pathParameters?.id ?? 'event']?.(event) ?? acts.event(event);
};
