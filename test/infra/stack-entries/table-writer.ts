/** Writes one item once, in the way that every store of ours does, and sends one message. */
import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const tables = new DynamoDBClient({});
const queues = new SQSClient({ useQueueUrlAsEndpoint: false });

export const handler = async (event: { readonly table: string; readonly queue: string; readonly id: string }): Promise<string> => {
  try {
    await tables.send(new PutItemCommand({ TableName: event.table, Item: { pk: { S: event.id } }, ConditionExpression: 'attribute_not_exists(pk)' }));
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'there already';
    throw error;
  }
  const { MessageId } = await queues.send(new SendMessageCommand({ QueueUrl: event.queue, MessageBody: event.id }));
  return `sent ${MessageId}`;
};
