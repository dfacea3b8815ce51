import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const dynamodb = new DynamoDBClient({});

/** Counts every order in its item; an order whose name begins with "bad" fails after it was counted. */
export const handler = async (event) => {
  const batchItemFailures = [];
  for (const record of event.Records) {
    const { name } = JSON.parse(record.body);
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: process.env.TABLE,
        Key: { pk: { S: name } },
        UpdateExpression: 'ADD receives :one SET kind = :kind, receiveCount = :count, messageGroup = :group',
        ExpressionAttributeValues: {
          ':one': { N: '1' },
          ':kind': { S: 'order' },
          ':count': { S: record.attributes.ApproximateReceiveCount },
          ':group': { S: record.attributes.MessageGroupId ?? '' },
        },
      }),
    );
    if (name.startsWith('bad')) batchItemFailures.push({ itemIdentifier: record.messageId });
  }
  return { batchItemFailures };
};
