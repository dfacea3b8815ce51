/** Ingest behind `ANY /hooks/{token}` and `ANY /hook/trigger`. */
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { bodyOf, json, plain } from '../runtime/http.ts';
import { describeError } from '../runtime/log.ts';
import type { IngestPorts } from './delivery.ts';
import { ingest } from './ingest.ts';
import { triggerUrl } from './trigger-url.ts';

const TRIGGER_URL = 'ANY /hook/trigger';

export const makeIngestHandler = (ports: IngestPorts) =>
  middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .handler(async (event) => {
      const { requestId } = event.requestContext;
      const delivery = {
        method: event.requestContext.http.method,
        headers: plain(event.headers),
        query: plain(event.queryStringParameters),
        body: bodyOf(event),
        ip: event.requestContext.http.sourceIp,
      };
      const { status, message, pushes, allow, as } =
        event.routeKey === TRIGGER_URL
          ? // The origin's answer is these three fields and no other.
            { ...(await triggerUrl(delivery.query.token ?? '', delivery, ports)), pushes: undefined, as: undefined }
          : await ingest(event.pathParameters?.token ?? '', delivery, ports);
      if (as !== undefined)
        return { statusCode: as.status, headers: { 'cache-control': 'no-store', ...as.headers }, ...(as.body === undefined ? {} : { body: as.body }) };
      const answer = json(status, { code: String(status), message, requestId, ...(pushes === undefined ? {} : { pushes }) });
      return allow === undefined ? answer : { ...answer, headers: { ...answer.headers, allow } };
    })
    // A table that throttles or a bug of ours: the sender is asked to come again, and told nothing of the inside.
    .onError((request) => {
      ports.log('ingest.failed', { error: describeError(request.error) });
      request.response = json(503, { code: '503', message: 'the push could not be taken: send it again', requestId: request.event.requestContext?.requestId });
    });
