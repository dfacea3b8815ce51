/** A webhook as it is usually written: middy, Powertools, zod, the whole SDK client. Only its weight and its start are of interest. */
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import { SQS } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { z } from 'zod';

const logger = new Logger({ serviceName: 'ingest' });
const metrics = new Metrics({ namespace: 'typical', serviceName: 'ingest' });
const tracer = new Tracer({ serviceName: 'ingest' });
const sqs = tracer.captureAWSv3Client(new SQS({}));
const Push = z.object({ repository: z.string(), tag: z.string(), digest: z.optional(z.string()) });

export const handler = middy<{ readonly body?: string }, { readonly statusCode: number }>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .use(captureLambdaHandler(tracer))
  .handler(async ({ body }) => {
    const push = Push.parse(JSON.parse(body ?? '{}'));
    metrics.addMetric('pushes', MetricUnit.Count, 1);
    await sqs.sendMessage({ QueueUrl: process.env.BENCH_QUEUE_URL, MessageBody: JSON.stringify(push) });
    logger.info('push', { push });
    return { statusCode: 202 };
  });
