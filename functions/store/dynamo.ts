/** The DynamoDB client and the two tables. Items are plain values marshalled here; every write is a single-item conditional write. */
import { type AttributeValue, ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { ENV, required } from '../env.ts';
import { STEADY } from './quick.ts';

export interface Tables {
  readonly client: DynamoDBClient;
  readonly definitions: string;
  readonly calls: string;
}

export type Item = Readonly<Record<string, unknown>>;

export const makeTables = (env: Readonly<Record<string, string | undefined>>): Tables => ({
  client: new DynamoDBClient(STEADY),
  definitions: required(env, ENV.definitionsTable),
  calls: required(env, ENV.callsTable),
});

export const toItem = (value: Item): Record<string, AttributeValue> => marshall(value, { removeUndefinedValues: true });
export const fromItem = (item: Record<string, AttributeValue>): Item => unmarshall(item);

/** Runs a conditional write: true when it took place, false when its condition did not hold; anything else is thrown. */
export const whenHolds = async (write: Promise<unknown>): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

/** TTL lags by days on AWS and does not exist in some local engines, so what expired is filtered on read as well. `now` in milliseconds. */
export const isLive = (item: Item, now: number): boolean => typeof item.expiresAt !== 'number' || item.expiresAt * 1000 > now;

/** DynamoDB's TTL is in whole seconds. */
export const expiry = (now: number, days: number): number => Math.floor(now / 1000) + Math.round(days * 86_400);
