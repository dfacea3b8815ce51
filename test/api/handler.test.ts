import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApiHandler } from '../../functions/api/handler.ts';
import { HTTP, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const CALLER = 'arn:aws:iam::123456789012:user/alice';

/** An event as API Gateway makes it for `ANY /v1/{proxy+}` with IAM. */
const event = (
  method: string,
  path: string,
  more: Partial<APIGatewayProxyEventV2> = {},
): APIGatewayProxyEventV2 & { requestContext: { authorizer: { iam: { userArn: string } } } } => ({
  version: '2.0',
  routeKey: 'ANY /v1/{proxy+}',
  rawPath: path,
  rawQueryString: '',
  headers: { host: 'abc.execute-api.eu-central-1.amazonaws.com', 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.1' },
  pathParameters: { proxy: path.replace('/v1/', '') },
  isBase64Encoded: false,
  ...more,
  requestContext: {
    accountId: '123456789012',
    apiId: 'abc',
    domainName: 'abc.execute-api.eu-central-1.amazonaws.com',
    domainPrefix: 'abc',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'curl/8' },
    requestId: 'gateway-request',
    routeKey: 'ANY /v1/{proxy+}',
    stage: '$default',
    time: '30/Jun/2026:12:00:00 +0000',
    timeEpoch: 1,
    authorizer: { iam: { userArn: CALLER } },
  },
});

const context: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'api',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:api',
  memoryLimitInMB: '512',
  awsRequestId: 'lambda-request',
  logGroupName: 'api',
  logStreamName: 'api',
  getRemainingTimeInMillis: () => 29_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
};

const ask = async (
  asked: ReturnType<typeof event>,
): Promise<{ status: number | undefined; body: unknown; headers: APIGatewayProxyStructuredResultV2['headers'] }> => {
  const answer = await makeApiHandler(api.app, api.ports.log)(asked, context);
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null'), headers: answer.headers };
};

test('a body as text and as base64, and the query, reach the API; the answer is plain text', async () => {
  const body = JSON.stringify({ name: 'web', target: HTTP });
  const made = await ask(event('POST', '/v1/applications', { body }));
  expect(made).toMatchObject({ status: 201, body: { name: 'web' }, headers: { location: '/v1/applications/web', 'cache-control': 'no-store' } });
  const encoded = Buffer.from(JSON.stringify({ name: 'other', target: HTTP })).toString('base64');
  expect(await ask(event('POST', '/v1/applications', { body: encoded, isBase64Encoded: true }))).toMatchObject({ status: 201, body: { name: 'other' } });
  expect(await ask(event('GET', '/v1/applications', { rawQueryString: 'limit=1' }))).toMatchObject({
    status: 200,
    body: { items: [{ name: 'other' }], cursor: expect.any(String) },
  });
  expect(await ask(event('DELETE', '/v1/applications/other'))).toMatchObject({ status: 200 });
});

test('who asked and the gateway’s request id are in the log line', async () => {
  api.logged.length = 0;
  await ask(event('GET', '/v1/applications/web'));
  expect(api.logged).toMatchObject([{ event: 'api.request', fields: { request: 'gateway-request', caller: CALLER, name: 'web', status: 200 } }]);
});

test('an event that cannot be a request is a problem, not an exception', async () => {
  expect(await ask(event('TRACE', '/v1/hooks'))).toMatchObject({ status: 500, body: { code: 'internal' } });
});

describe('a path comes decoded, and is not read as a URL a second time', () => {
  beforeAll(async () => {
    await ask(event('POST', '/v1/hooks', { body: JSON.stringify({ name: 'bystander', registry: 'alibaba-acr' }) }));
  });

  test.each([
    '/v1/applications/../hooks/bystander',
    '/v1/triggers/./../hooks/bystander',
    '/v1/applications/..',
    '/v1/hooks/bystander/.',
    '/v1/hooks/./bystander',
  ])('DELETE %j steps nowhere', async (path) => {
    expect(await ask(event('DELETE', path))).toMatchObject({ status: 404 });
    expect(await api.ports.hooks.get('bystander')).toBeDefined();
  });

  test.each([
    '..\\hooks\\bystander',
    'by\tstander',
    'by\nstander',
    'bystander?x=1',
    'bystander#x',
    'bystander%2e',
    '%62ystander',
    'by stander',
    'bystander;a',
    'ü',
    '%',
    '%ff',
  ])('the name %j arrives as it is, and is nobody’s', async (name) => {
    expect(await ask(event('DELETE', `/v1/hooks/${name}`))).toMatchObject({ status: 404, body: { detail: `no hook is named ${JSON.stringify(name)}` } });
    expect(await api.ports.hooks.get('bystander')).toBeDefined();
  });

  test('a half of a pair of surrogates is nobody’s either', async () => {
    expect(await ask(event('GET', '/v1/hooks/\ud800'))).toMatchObject({ status: 404, body: { code: 'unknown-name' } });
  });
});
