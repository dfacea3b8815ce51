import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeAwsEndpoint } from '../../infra/local/aws-endpoint.ts';
import { calm } from '../../infra/local/chaos.ts';
import { openQueues } from '../../infra/local/queues.ts';
import { makeSqsApi } from '../../infra/local/sqs-api.ts';
import { sqsContract } from './sqs-contract.ts';

const directory = mkdtempSync(join(tmpdir(), 'sqs-'));
const queues = openQueues({ directory, now: Date.now, newId: randomUUID, chaos: calm });
const none = () => {
  throw new Error('not asked here');
};
const server = makeAwsEndpoint({
  accessKeyId: 'LOCAL',
  newId: randomUUID,
  dynamodb: none,
  ssm: none,
  secretsManager: none,
  events: none,
  sqs: makeSqsApi({
    queues,
    now: Date.now,
    newId: randomUUID,
    urlOf: (name) => `http://127.0.0.1/0/${name}`,
    arnOf: (name) => `arn:aws:sqs:us-east-1:0:${name}`,
  }),
});
server.listen(0, '127.0.0.1');
const listening = once(server, 'listening');
const port = async (): Promise<number> => {
  await listening;
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

afterAll(() => {
  server.close();
  server.closeAllConnections();
  queues.close();
  rmSync(directory, { recursive: true });
});

sqsContract('the local engine', async () => ({ endpoint: `http://127.0.0.1:${await port()}`, accessKeyId: 'LOCAL' }));

const ask = async (headers: Record<string, string>, body = '{}'): Promise<readonly [number | undefined, string]> => {
  const asking = request({ host: '127.0.0.1', port: await port(), method: 'POST', headers });
  asking.end(body);
  const [response] = await once(asking, 'response');
  let text = '';
  for await (const piece of response) text += String(piece);
  return [response.statusCode, text];
};
const authorization = 'AWS4-HMAC-SHA256 Credential=LOCAL/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0';

it.each([
  ['no key', { 'x-amz-target': 'AmazonSQS.ListQueues' }, 403, /UnrecognizedClientException/],
  ['another key', { authorization: authorization.replace('LOCAL/', 'LOCAL2/'), 'x-amz-target': 'AmazonSQS.ListQueues' }, 403, /UnrecognizedClientException/],
  ['a browser', { authorization, origin: 'http://evil.example', 'x-amz-target': 'AmazonSQS.ListQueues' }, 403, /UnrecognizedClientException/],
  ['an unknown service', { authorization, 'x-amz-target': 'Kinesis.PutRecord' }, 400, /has no service Kinesis; it has DynamoDB, SQS/],
  ['an unknown action', { authorization, 'x-amz-target': 'AmazonSQS.Fly' }, 400, /Fly is not done by the local engine/],
])('the endpoint refuses %s', async (_name, headers, status, message) => {
  const [code, body] = await ask(headers);
  expect(code).toBe(status);
  expect(body).toMatch(message);
});

it('the endpoint serves who has the key', async () => {
  expect((await ask({ authorization, 'x-amz-target': 'AmazonSQS.ListQueues' }))[0]).toBe(200);
});
