import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

export const handler = async (event) => {
  await new DynamoDBClient({}).send(
    new PutItemCommand({ TableName: process.env.TABLE, Item: { pk: { S: 'tick' }, kind: { S: 'tick' }, source: { S: event.source } } }),
  );
};
