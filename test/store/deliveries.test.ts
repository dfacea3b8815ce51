/** A note takes no longer than a sender may wait, whatever the table does. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { deliveryRecord } from '../../functions/core/delivery-record.ts';
import { makeDeliveryNote } from '../../functions/store/deliveries.ts';
import { serveHttp, serveTcp } from '../outbound/loopback.ts';

const note = async (port: number): Promise<number> => {
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', maxAttempts: 10, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  const started = performance.now();
  const kept = makeDeliveryNote({ client, definitions: 'definitions', calls: 'calls' });
  await expect(kept(deliveryRecord({ id: '0', hook: 'hub', at: 0, verdict: 'ignored', references: [] }))).rejects.toMatchObject({ name: 'AbortError' });
  client.destroy();
  return performance.now() - started;
};

test('a table that does not answer is given up, long before the client would', async () => {
  const { port } = await serveTcp(() => {});
  expect(await note(port)).toBeLessThan(2_500);
});

test('one that throttles too, in the midst of waiting for the next try', async () => {
  const { port } = await serveHttp((request, response) => {
    request.resume();
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', message: 'slowly' }));
  });
  expect(await note(port)).toBeLessThan(2_500);
});
