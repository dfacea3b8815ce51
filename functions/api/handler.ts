/** The API and the page behind `ANY /v1/{proxy+}` and `ANY /console/{proxy+}`: API Gateway's payload 2.0 to a request and back. Answers are always text. */
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { bodyOf as bytesOf, plain } from '../runtime/http.ts';
import { describeError, type Log } from '../runtime/log.ts';
import type { ApiApp } from './app.ts';
import { bodyOf, Problem } from './problem.ts';

type Event = APIGatewayProxyEventV2 & { readonly requestContext: { readonly authorizer?: { readonly iam?: { readonly userArn?: string } } } };

const BODILESS: readonly string[] = ['GET', 'HEAD'];

/**
 * `rawPath` comes decoded, so a name in it may hold anything, and is encoded again before it is read as a part of a URL.
 * Dots alone would still be taken for a step up, encoded or not: encoded twice they arrive as text, which names nothing.
 */
const encodedPath = (path: string): string =>
  path
    .toWellFormed()
    .split('/')
    .map((part) => (part === '.' || part === '..' ? part.replaceAll('.', '%252E') : encodeURIComponent(part)))
    .join('/');

/** Cookies come apart from the other headers, and go so. */
const requestOf = (event: Event): Request => {
  const { method } = event.requestContext.http;
  const query = event.rawQueryString === '' ? '' : `?${event.rawQueryString}`;
  return new Request(`https://api.invalid${encodedPath(event.rawPath)}${query}`, {
    method,
    headers: { ...plain(event.headers), ...(event.cookies === undefined ? {} : { cookie: event.cookies.join('; ') }) },
    ...(BODILESS.includes(method) ? {} : { body: Uint8Array.from(bytesOf(event)) }),
  });
};

export const makeApiHandler = (app: ApiApp, log: Log) =>
  middy<Event, APIGatewayProxyStructuredResultV2>()
    .handler(async (event) => {
      const caller = event.requestContext.authorizer?.iam?.userArn;
      const response = await app.fetch(requestOf(event), { requestId: event.requestContext.requestId, ...(caller === undefined ? {} : { caller }) });
      const cookies = response.headers.getSetCookie();
      response.headers.delete('set-cookie');
      const headers = Object.fromEntries(response.headers);
      return { statusCode: response.status, headers, ...(cookies.length === 0 ? {} : { cookies }), body: await response.text() };
    })
    .onError((request) => {
      log('api.failed', { request: request.event.requestContext?.requestId, error: request.error === null ? undefined : describeError(request.error) });
      const body = bodyOf(
        new Problem('internal', 'the request could not be read or answered: try again, and look at the log of the API function by the request id'),
      );
      request.response = { statusCode: body.status, headers: { 'content-type': 'application/problem+json; charset=utf-8' }, body: JSON.stringify(body) };
    });
