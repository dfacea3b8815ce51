/** Writes one item once, in the way that every store of ours does, and sends one message. */
import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { makeQueueClient } from '../../../functions/store/queue-client.ts';

const tables = new DynamoDBClient({});
const queues = makeQueueClient(tables);

export const handler = async (event: { readonly table: string; readonly queue: string; readonly id: string }): Promise<string> => {
  try {
    await tables.send(new PutItemCommand({ TableName: event.table, Item: { pk: { S: event.id } }, ConditionExpression: 'attribute_not_exists(pk)' }));
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'there already';
    throw error;
  }
  await queues.send(event.queue, event.id);
  return 'sent';
};
