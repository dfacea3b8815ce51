/**
 * The loopback endpoint behind `AWS_ENDPOINT_URL_DYNAMODB`, `_SQS`, `_SSM` and `_SECRETS_MANAGER`, and of EventBridge for events by
 * hand: one port, told apart by `X-Amz-Target`.
 * Only callers that hold the engine's access key are served, and no browser: other users and web pages of this machine can reach loopback too.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AwsError } from './aws-error.ts';
import { type Fields, fields, parseJson } from './json.ts';
import type { RawAnswer } from './tables.ts';

interface AwsBackends {
  readonly accessKeyId: string;
  readonly dynamodb: (operation: string, body: string) => Promise<RawAnswer>;
  readonly sqs: (action: string, request: Fields, signal: AbortSignal) => Promise<Fields>;
  readonly ssm: (action: string, request: Fields) => Fields;
  readonly secretsManager: (action: string, request: Fields) => Fields;
  readonly events: (action: string, request: Fields) => Fields;
  readonly newId: () => string;
}

const LARGEST_BODY_BYTES = 16 * 1024 * 1024;

export const makeAwsEndpoint = (backends: AwsBackends): Server => {
  const server = createServer((request, response) => {
    answer(backends, request, response).catch((error: unknown) => {
      if (!response.headersSent) reply(response, failure(error), backends.newId());
    });
  });
  // A stopped function cannot see that its connection was closed meanwhile, and would write into nothing when it goes on.
  server.keepAliveTimeout = 0;
  return server;
};

const answer = async (backends: AwsBackends, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const gone = new AbortController();
  // It closes after each answer too, when nobody waits for anything any more.
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const body = await readBody(request);
  const { headers } = request;
  if (headers.origin !== undefined || !headers.authorization?.includes(`Credential=${backends.accessKeyId}/`))
    throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid: use the access key of endpoint.json.', {
      status: 403,
    });
  const [service = '', action = ''] = String(headers['x-amz-target'] ?? '').split('.');
  if (service === 'DynamoDB_20120810') return reply(response, await backends.dynamodb(action, body), backends.newId());
  const asked = body === '' ? {} : fields(parseJson(body, 'request'), 'request');
  const done = await route(backends, service, action, asked, gone.signal);
  reply(
    response,
    { status: 200, headers: { 'content-type': headers['content-type'] ?? 'application/x-amz-json-1.1' }, body: JSON.stringify(done) },
    backends.newId(),
  );
};

const route = (backends: AwsBackends, service: string, action: string, asked: Fields, signal: AbortSignal): Fields | Promise<Fields> => {
  if (service === 'AmazonSQS') return backends.sqs(action, asked, signal);
  if (service === 'AmazonSSM') return backends.ssm(action, asked);
  if (service === 'secretsmanager') return backends.secretsManager(action, asked);
  if (service === 'AWSEvents') return backends.events(action, asked);
  throw new AwsError(
    'UnknownOperationException',
    `The local engine has no service ${service || '(no X-Amz-Target header)'}; it has DynamoDB, SQS, SSM, Secrets Manager and EventBridge.`,
  );
};

const failure = (error: unknown): RawAnswer => {
  const known = error instanceof AwsError ? error : new AwsError('InternalFailure', error instanceof Error ? error.message : String(error), { status: 500 });
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    ...(known.queryCode === undefined ? {} : { 'x-amzn-query-error': `${known.queryCode};Sender` }),
  };
  return { status: known.status, headers, body: JSON.stringify({ __type: known.code, message: known.message }) };
};

const reply = (response: ServerResponse, { status, headers, body }: RawAnswer, requestId: string): void => {
  // With its length an answer is one piece, without it three.
  response.writeHead(status, { 'x-amzn-requestid': requestId, ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
};

const readBody = (request: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= LARGEST_BODY_BYTES) chunks.push(chunk);
      else reject(new AwsError('RequestEntityTooLarge', `The request is larger than ${LARGEST_BODY_BYTES} bytes.`, { status: 413 }));
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', reject);
  });
