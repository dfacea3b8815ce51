/** Our own way to speak to SQS, held against the client of the SDK: the same request, a signature that verifies, and the same end of each refusal. */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeQueueClient } from '../../functions/store/queue-client.ts';
import { STEADY } from '../../functions/store/quick.ts';

const REGION = 'eu-west-1';
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret', sessionToken: 'a session' };
const PATH = '/123456789012/pushes';
const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  /** The time at AWS, where it is not the same as here. */
  readonly date?: string;
}

const md5 = (body: string): string => createHash('md5').update(body).digest('hex');
const taken = (body: string): Answer => ({ status: 200, body: JSON.stringify({ MessageId: 'm', MD5OfMessageBody: md5(body) }) });
const refused = (status: number, type: string, message = 'why'): Answer => ({ status, body: JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message }) });

/** What the queue got, and what it answers: the last one again and again. `hang up`: nothing. */
let got: Request[] = [];
let answers: (Answer | 'hang up')[] = [];
const server = createServer(async (request, response) => {
  got.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: await text(request) });
  const answer = answers.length > 1 ? answers.shift() : answers[0];
  if (answer === undefined || answer === 'hang up') request.socket.destroy();
  else
    response
      .writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0', ...(answer.date === undefined ? {} : { date: answer.date }) })
      .end(answer.body);
});

let origin = '';
let waits: number[] = [];
const open: DynamoDBClient[] = [];
const tables = (): DynamoDBClient => {
  const client = new DynamoDBClient({ ...STEADY, region: REGION, credentials: CREDENTIALS });
  open.push(client);
  return client;
};
const queue = (env: Readonly<Record<string, string>> = {}) =>
  makeQueueClient(tables(), {
    env,
    random: () => 0.5,
    wait: async (ms) => {
      waits.push(ms);
    },
  });
const queueUrl = (): string => `${origin}${PATH}`;

beforeEach(async () => {
  [got, answers, waits] = [[], [], []];
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const client of open.splice(0)) client.destroy();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

/** Signature Version 4 as the receiver reckons it, from what arrived. */
const signatureOf = ({ method, path, headers, body }: Request, secret: string): string => {
  const [, date = '', region = '', service = '', signed = ''] =
    /Credential=[^/]+\/(\d+)\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const hash = (of: string): string => createHash('sha256').update(of).digest('hex');
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name])}\n`);
  const canonical = [method, path, '', lines.join(''), signed, hash(body)].join('\n');
  const scope = [date, region, service, 'aws4_request'];
  const key = scope.reduce<string | Buffer>((by, part) => createHmac('sha256', by).update(part).digest(), `AWS4${secret}`);
  return createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', headers['x-amz-date'], scope.join('/'), hash(canonical)].join('\n'))
    .digest('hex');
};

/** Less what names the sender, counts its tries, asks for errors by their older names too, and the signature, which is looked at by itself. */
const ASIDE = [
  'user-agent',
  'x-amz-user-agent',
  'amz-sdk-invocation-id',
  'amz-sdk-request',
  'x-amzn-query-mode',
  'x-amz-date',
  'x-amz-content-sha256',
  'authorization',
];
const essence = ({ headers, body, ...rest }: Request) => ({
  ...rest,
  body: JSON.parse(body),
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ASIDE.includes(name))),
});

const ENTRIES = [
  { Id: '0', MessageBody: '{"v":1,"application":"web"}', MessageGroupId: 'web', DelaySeconds: 7 },
  { Id: '1', MessageBody: 'ünï "code" \u{1f680}', MessageGroupId: 'api', DelaySeconds: 0 },
];

describe('a request', () => {
  const sdk = (): SQSClient => new SQSClient({ ...STEADY, region: REGION, credentials: CREDENTIALS, useQueueUrlAsEndpoint: false });

  it('is the one that the client of the SDK sends, and its signature verifies as that one does', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', origin);
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'ingest');
    vi.stubEnv('_X_AMZN_TRACE_ID', TRACE);
    const client = sdk();
    answers = [taken('one')];
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl(), MessageBody: 'one' }));
    await queue({ _X_AMZN_TRACE_ID: TRACE }).send(queueUrl(), 'one');
    answers = [{ status: 200, body: JSON.stringify({ Successful: ENTRIES.map(({ Id, MessageBody }) => ({ Id, MD5OfMessageBody: md5(MessageBody) })) }) }];
    await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl(), Entries: ENTRIES }));
    await queue({ _X_AMZN_TRACE_ID: TRACE }).sendBatch(queueUrl(), ENTRIES);
    client.destroy();
    const [theirs, ours, theirBatch, ourBatch] = got.map(essence);
    expect(ours).toEqual(theirs);
    expect(ourBatch).toEqual(theirBatch);
    expect(ours?.headers).toMatchObject({ 'x-amz-target': 'AmazonSQS.SendMessage', 'x-amz-security-token': 'a session', 'x-amzn-trace-id': TRACE });
    for (const request of got) {
      expect(request.headers.authorization).toContain(`/${REGION}/sqs/aws4_request`);
      expect(request.headers.authorization).toContain(`Signature=${signatureOf(request, CREDENTIALS.secretAccessKey)}`);
    }
  });

  it('goes to the endpoint that the environment names, else to the host of the queue', async () => {
    answers = [taken('one')];
    await queue({ AWS_ENDPOINT_URL_SQS: origin, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }).send(`https://sqs.eu-west-1.amazonaws.com${PATH}`, 'one');
    await queue({ AWS_ENDPOINT_URL: origin }).send(`https://sqs.cn-north-1.amazonaws.com.cn${PATH}`, 'one');
    await queue().send(queueUrl(), 'one');
    expect(got.map(({ body }) => JSON.parse(body).QueueUrl)).toEqual([
      `https://sqs.eu-west-1.amazonaws.com${PATH}`,
      `https://sqs.cn-north-1.amazonaws.com.cn${PATH}`,
      queueUrl(),
    ]);
  });
});

it('is signed for the time at AWS, as far as the client of DynamoDB has learned it', async () => {
  const HOUR = 3_600_000;
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', origin);
  const client = tables();
  answers = [{ status: 200, body: '{}', date: new Date(Date.now() + HOUR).toUTCString() }];
  await client.send(new GetItemCommand({ TableName: 'calls', Key: { pk: { S: 'a' }, sk: { S: 'b' } } }));
  answers = [taken('one')];
  await makeQueueClient(client).send(queueUrl(), 'one');
  const [, time = ''] = got.map(({ headers }) => String(headers['x-amz-date']).replace(/^(....)(..)(..)T(..)(..)/, '$1-$2-$3T$4:$5:'));
  expect(Math.abs(Date.parse(time) - Date.now() - HOUR)).toBeLessThan(60_000);
});

describe('an answer', () => {
  it('must be of the message that was sent', async () => {
    answers = [taken('another')];
    await expect(queue().send(queueUrl(), 'one')).rejects.toThrow(`its MD5 is ${md5('another')}, that of the message ${md5('one')}`);
    answers = [{ status: 200, body: JSON.stringify({ Successful: [{ Id: '0', MD5OfMessageBody: md5('another') }] }) }];
    await expect(queue().sendBatch(queueUrl(), ENTRIES.slice(0, 1))).rejects.toThrow('stored another message');
    answers = [{ status: 200, body: '<html>' }];
    await expect(queue().send(queueUrl(), 'one')).rejects.toThrow('its MD5 is missing');
  });

  it('says of a batch what was not taken: refused, or not spoken of', async () => {
    answers = [{ status: 200, body: JSON.stringify({ Successful: [], Failed: [{ Id: '0', Code: 'InternalError', Message: 'no room', SenderFault: false }] }) }];
    await expect(queue().sendBatch(queueUrl(), ENTRIES)).resolves.toEqual(['InternalError: no room', 'the answer of the queue does not say that it was taken']);
  });

  it('that refuses is not asked for again, and has the name that SQS gives it', async () => {
    answers = [refused(400, 'QueueDoesNotExist', 'The specified queue does not exist.')];
    await expect(queue().send(queueUrl(), 'one')).rejects.toMatchObject({ name: 'QueueDoesNotExist', message: 'The specified queue does not exist.' });
    answers = [{ status: 403, body: '<html>' }];
    await expect(queue().send(queueUrl(), 'one')).rejects.toMatchObject({ name: 'HTTP 403', message: '<html>' });
    expect([got.length, waits]).toEqual([2, []]);
  });
});

describe('another try', () => {
  it.each<[string, Answer | 'hang up', readonly number[]]>([
    ['an error inside of SQS', refused(500, 'InternalFailure'), [25, 50]],
    ['an answer of what stands before it', { status: 503, body: '<html>' }, [25, 50]],
    ['a connection that ends', 'hang up', [25, 50]],
    ['too much at once', refused(400, 'ThrottlingException'), [500, 1000]],
    ['too much at once, by its older name', refused(403, 'RequestThrottled'), [500, 1000]],
    ['too much at once, by its status', { status: 429, body: '' }, [500, 1000]],
  ])('follows %s, twice, after twice as long', async (_what, answer, expected) => {
    answers = [answer];
    await expect(queue().send(queueUrl(), 'one')).rejects.toThrow();
    expect([got.length, waits]).toEqual([STEADY.maxAttempts, expected]);
    [got, waits] = [[], []];
    answers = [answer, taken('one')];
    await queue().send(queueUrl(), 'one');
    expect([got.length, waits]).toEqual([2, expected.slice(0, 1)]);
    // Each is signed for itself.
    expect(got.map(({ body }) => body)).toEqual([got[0]?.body, got[0]?.body]);
  });
});
