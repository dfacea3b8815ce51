/** A note takes no longer than a sender may wait, whatever the table does. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { deliveryRecord } from '../../functions/core/delivery-record.ts';
import { makeDeliveryNote } from '../../functions/store/deliveries.ts';

test('a table that does not answer is given up, long before the client would', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  const note = makeDeliveryNote({ client, definitions: 'definitions', calls: 'calls' });
  const started = performance.now();
  await expect(note(deliveryRecord({ id: '0', hook: 'hub', at: 0, verdict: 'ignored', references: [] }))).rejects.toMatchObject({ name: 'AbortError' });
  expect(performance.now() - started).toBeLessThan(2_500);
  client.destroy();
  silent.close();
});
