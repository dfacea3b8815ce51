/** Events as API Gateway (payload 2.0), SQS and EventBridge really shape them, and the context that comes with them. */
import type { APIGatewayProxyEventV2, Context, EventBridgeEvent, SQSEvent } from 'aws-lambda';

export const gatewayEvent = (
  token: string | undefined,
  body: string | undefined,
  {
    base64 = false,
    headers = {},
    method = 'POST',
    query,
  }: { base64?: boolean; headers?: Record<string, string>; method?: string; query?: Record<string, string> } = {},
): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: 'ANY /hooks/{token}',
  rawPath: `/hooks/${token ?? ''}`,
  rawQueryString: new URLSearchParams(query).toString(),
  headers: { 'content-type': 'application/json', host: 'abc123.execute-api.eu-central-1.amazonaws.com', 'x-forwarded-for': '203.0.113.7', ...headers },
  ...(query === undefined ? {} : { queryStringParameters: query }),
  requestContext: {
    accountId: '123456789012',
    apiId: 'abc123',
    domainName: 'abc123.execute-api.eu-central-1.amazonaws.com',
    domainPrefix: 'abc123',
    http: { method, path: `/hooks/${token ?? ''}`, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'registry/1' },
    requestId: 'JKJaXmPLvHcESHA=',
    routeKey: 'ANY /hooks/{token}',
    stage: '$default',
    time: '01/Jan/2026:00:00:00 +0000',
    timeEpoch: 1_767_225_600_000,
  },
  ...(token === undefined ? {} : { pathParameters: { token } }),
  ...(body === undefined ? {} : { body: base64 ? Buffer.from(body, 'utf8').toString('base64') : body }),
  isBase64Encoded: base64,
});

export interface Sent {
  readonly id: string;
  readonly body: string;
  readonly receives: number;
}

export const sqsEvent = (messages: readonly Sent[], queue = 'deployments'): SQSEvent => ({
  Records: messages.map(({ id, body, receives }) => ({
    messageId: id,
    receiptHandle: `handle-of-${id}-${receives}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: '1767225600000',
      SenderId: 'AROAEXAMPLE:function',
      ApproximateFirstReceiveTimestamp: '1767225600001',
    },
    messageAttributes: {},
    md5OfBody: '0'.repeat(32),
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:eu-central-1:123456789012:${queue}`,
    awsRegion: 'eu-central-1',
  })),
});

export const scheduledEvent = (now: number): EventBridgeEvent<'Scheduled Event', unknown> => ({
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '123456789012',
  time: new Date(now).toISOString(),
  region: 'eu-central-1',
  resources: ['arn:aws:events:eu-central-1:123456789012:rule/tick'],
  detail: {},
});

export const apiContext: Context = {
  callbackWaitsForEmptyEventLoop: true,
  functionName: 'function',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:function',
  memoryLimitInMB: '512',
  awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
  logGroupName: '/aws/lambda/function',
  logStreamName: '2026/01/01/[$LATEST]abcdef',
  getRemainingTimeInMillis: () => 30_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};

/** Without the remaining time, so that middy sets no timer of the real clock: for code that runs under a virtual one. */
export const timelessContext: Context = JSON.parse(JSON.stringify(apiContext));
