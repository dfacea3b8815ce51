import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { mayCall } from '../../infra/local/caller.ts';
import { answerOf } from '../../infra/local/http-answer.ts';
import { type HttpRequest, makeEvent, readRequest } from '../../infra/local/http-event.ts';
import { findRoute } from '../../infra/local/http-routes.ts';
import type { RouteSpec } from '../../infra/local/plan-http.ts';

const FUNCTION = {
  name: 'f',
  arn: 'arn:aws:lambda:r:0:function:f',
  logName: 'f',
  directory: '/',
  handler: 'a.b',
  timeoutMs: 1,
  memoryMb: 128,
  environment: {},
};
const route = (key: string): RouteSpec => {
  const [method = '', path = ''] = key.split(' ');
  return { key, method, path, function: FUNCTION, needs: 'nothing', timeoutMs: 30_000 };
};
const request = (given: Partial<HttpRequest>): HttpRequest => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: {},
  cookies: [],
  body: Buffer.alloc(0),
  sourceIp: '127.0.0.1',
  protocol: 'HTTP/1.1',
  ...given,
});

describe('routes', () => {
  const routes = ['ANY /{all+}', 'ANY /hooks/{token}', 'GET /hooks/{token}', 'ANY /hooks/ping', 'ANY /v1/{proxy+}', 'ANY /hooks/{token}/{more+}'].map(route);
  it.each([
    ['POST', '/hooks/ping', 'ANY /hooks/ping', {}],
    ['POST', '/hooks/abc', 'ANY /hooks/{token}', { token: 'abc' }],
    ['GET', '/hooks/abc', 'GET /hooks/{token}', { token: 'abc' }],
    ['POST', '/hooks/abc/d/e', 'ANY /hooks/{token}/{more+}', { token: 'abc', more: 'd/e' }],
    ['PUT', '/v1/a/b', 'ANY /v1/{proxy+}', { proxy: 'a/b' }],
    ['PUT', '/v1', 'ANY /{all+}', { all: 'v1' }],
    ['PUT', '/hooks/', 'ANY /{all+}', { all: 'hooks/' }],
  ])('%s %s', (method, path, key, parameters) => {
    const found = findRoute(routes, method, path);
    expect([found?.route.key, found?.parameters]).toEqual([key, parameters]);
  });

  it('finds none', () => {
    expect(findRoute([route('ANY /hooks/{token}'), route('GET /v1/{proxy+}')], 'POST', '/v1/a')).toBeUndefined();
  });
});

describe('the event', () => {
  const ground = {
    account: '000000000000',
    apiId: 'api',
    requestId: 'befb7afc-caa7-482d-ae4f-a672dd62fded',
    now: Date.UTC(2026, 2, 12, 19, 3, 58),
    port: 7420,
  };
  const routed = { route: route('ANY /hooks/{token}'), parameters: { token: 'abc' } };

  it('joins repeated headers in lower case, takes cookies out, and leaves the query as it was sent', () => {
    const incoming = new IncomingMessage(new Socket());
    Object.assign(incoming, {
      method: 'POST',
      url: '/hooks/abc?a=1&a=2&b=%20x',
      rawHeaders: ['Host', 'h:1', 'X-One', '1', 'x-one', '2', 'Cookie', 'a=1; b=2', 'Content-Type', 'application/json'],
    });
    const event = makeEvent(readRequest(incoming, Buffer.from('{"a":1}')), '/hooks/abc', routed, ground);
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /hooks/{token}',
      rawPath: '/hooks/abc',
      rawQueryString: 'a=1&a=2&b=%20x',
      cookies: ['a=1', 'b=2'],
      headers: { 'x-one': '1,2', host: 'h:1', 'content-length': '7', 'x-forwarded-proto': 'http', 'x-forwarded-port': '7420' },
      queryStringParameters: { a: '1,2', b: ' x' },
      pathParameters: { token: 'abc' },
      requestContext: {
        http: { method: 'POST', path: '/hooks/abc' },
        stage: '$default',
        time: '12/Mar/2026:19:03:58 +0000',
        timeEpoch: ground.now,
        requestId: ground.requestId,
      },
      body: '{"a":1}',
      isBase64Encoded: false,
    });
    expect(event).not.toHaveProperty('headers.cookie');
  });

  it.each([
    ['application/json; charset=utf-8', false],
    ['text/plain', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['application/vnd.docker.distribution.events.v1+json', true],
    ['application/x-www-form-urlencoded', true],
    ['application/cloudevents+json', true],
    [undefined, true],
  ])('a body of type %s: base64 %s', (type, isBase64Encoded) => {
    const event = makeEvent(request({ body: Buffer.from('x'), headers: type === undefined ? {} : { 'content-type': type } }), '/', routed, ground);
    expect(event).toMatchObject({ isBase64Encoded, body: isBase64Encoded ? 'eA==' : 'x' });
  });

  it('has no body, query, cookies or parameters where there are none', () => {
    const event = makeEvent(request({}), '/', { route: route('GET /'), parameters: {} }, ground);
    for (const absent of ['body', 'queryStringParameters', 'cookies', 'pathParameters', 'requestContext.authorizer']) expect(event).not.toHaveProperty(absent);
    expect(event).toHaveProperty('isBase64Encoded', false);
  });
});

describe('the answer', () => {
  it.each([
    ['a value without a status code is the body', { said: 1 }, 200, '{"said":1}'],
    ['text', 'hello', 200, 'hello'],
    ['a full answer', { statusCode: 202, headers: { 'X-A': 1 }, body: 'x' }, 202, 'x'],
    ['a base64 body', { statusCode: 200, body: 'eA==', isBase64Encoded: true }, 200, 'x'],
    ['a status that is none', { statusCode: 'many' }, 500, '{"message":"Internal Server Error"}'],
    ['a body that is no text', { statusCode: 200, body: { a: 1 } }, 500, '{"message":"Internal Server Error"}'],
    ['more than 6 MB', { statusCode: 200, body: 'x'.repeat(6 * 1024 * 1024) }, 500, '{"message":"Internal Server Error"}'],
  ])('%s', (_name, payload, status, body) => {
    const answer = answerOf({ is: 'ok', payload });
    expect([answer.status, answer.body.toString()]).toEqual([status, body]);
  });

  it('is 500 for a failed or late function, in the words of API Gateway', () => {
    expect(answerOf({ is: 'timed out' }).status).toBe(500);
    expect(answerOf({ is: 'failed', error: { errorType: 'E', errorMessage: 'secret detail' } }).body.toString()).toBe('{"message":"Internal Server Error"}');
  });

  it('sends each cookie by itself', () => {
    expect(answerOf({ is: 'ok', payload: { statusCode: 200, cookies: ['a=1', 'b=2'] } }).headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });
});

describe('the caller of an IAM route', () => {
  const credentials = { token: 'the-token', accessKeyId: 'LOCALKEY', secretAccessKey: 'the-secret' };
  const now = Date.UTC(2026, 0, 1, 12);

  const signed = async (
    path: string,
    query: Record<string, string | string[]>,
    queryText: string,
    secretAccessKey = credentials.secretAccessKey,
  ): Promise<HttpRequest> => {
    const signer = new SignatureV4({
      credentials: { accessKeyId: credentials.accessKeyId, secretAccessKey },
      region: 'us-east-1',
      service: 'execute-api',
      sha256: Sha256,
    });
    const body = '{"name":"web"}';
    const { headers } = await signer.sign(
      {
        method: 'POST',
        protocol: 'http:',
        hostname: '127.0.0.1',
        port: 7420,
        path,
        query,
        headers: { host: '127.0.0.1:7420', 'content-type': 'application/json' },
        body,
      },
      { signingDate: new Date(now) },
    );
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    return request({ path, query: queryText, headers: lower, body: Buffer.from(body) });
  };

  it('may with the signature that the SDK makes, also over odd paths and queries', async () => {
    expect(mayCall(await signed('/v1/applications', {}, ''), credentials, now)).toBe(true);
    expect(mayCall(await signed('/v1/a%20b/c%2Fd', { z: '1', a: ['2', '1'], 'b c': 'x/y=z' }, 'z=1&a=2&a=1&b%20c=x%2Fy%3Dz'), credentials, now)).toBe(true);
  });

  it('may not with another secret, body, path, query, key or time', async () => {
    const good = await signed('/v1/applications', {}, '');
    expect(mayCall(await signed('/v1/applications', {}, '', 'another'), credentials, now)).toBe(false);
    expect(mayCall({ ...good, body: Buffer.from('{}') }, credentials, now)).toBe(false);
    expect(mayCall({ ...good, path: '/v1/triggers' }, credentials, now)).toBe(false);
    expect(mayCall({ ...good, query: 'a=1' }, credentials, now)).toBe(false);
    expect(mayCall(good, { ...credentials, accessKeyId: 'OTHER' }, now)).toBe(false);
    expect(mayCall(good, credentials, now + 6 * 60_000)).toBe(false);
  });

  it('may with the bearer token, and with nothing less', () => {
    expect(mayCall(request({ headers: { authorization: 'Bearer the-token' } }), credentials, now)).toBe(true);
    expect(mayCall(request({ headers: { authorization: 'Bearer the-toke' } }), credentials, now)).toBe(false);
    expect(mayCall(request({ headers: { authorization: 'Basic dGhlLXRva2Vu' } }), credentials, now)).toBe(false);
    expect(mayCall(request({}), credentials, now)).toBe(false);
  });
});
