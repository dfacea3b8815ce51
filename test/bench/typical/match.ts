/** The same for what looks for triggers, records and sends: the document client, and the engine for expressions loaded at once. */
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { SQS } from '@aws-sdk/client-sqs';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import middy from '@middy/core';
import { RE2JS } from 're2js';
import { z } from 'zod';

const logger = new Logger({ serviceName: 'match' });
const metrics = new Metrics({ namespace: 'typical', serviceName: 'match' });
const tracer = new Tracer({ serviceName: 'match' });
const table = DynamoDBDocument.from(tracer.captureAWSv3Client(new DynamoDB({})));
const sqs = tracer.captureAWSv3Client(new SQS({}));
const Push = z.object({ repository: z.string(), tag: z.string(), digest: z.optional(z.string()) });

export const handler = middy<
  { readonly Records: readonly { readonly body: string; readonly messageId: string }[] },
  { readonly batchItemFailures: readonly [] }
>()
  .use(injectLambdaContext(logger))
  .use(captureLambdaHandler(tracer))
  .handler(async ({ Records }) => {
    for (const { body, messageId } of Records) {
      const push = Push.parse(JSON.parse(body));
      const TableName = process.env.BENCH_TABLE;
      const { Items = [] } = await table.query({ TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': push.repository } });
      const fired = RE2JS.compile('release-.*').testExact(push.tag);
      await table.put({ TableName, Item: { pk: push.repository, sk: messageId, fired, triggers: Items.length } });
      await sqs.sendMessageBatch({ QueueUrl: process.env.BENCH_QUEUE_URL, Entries: [{ Id: 'a', MessageBody: JSON.stringify(push) }] });
      metrics.addMetric('decided', MetricUnit.Count, 1);
      logger.info('decided', { push, fired });
    }
    return { batchItemFailures: [] };
  });
