/** An application by its name, without the facts about it: one consistent read by key, all that the role of ingest may do. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { ApplicationDefinition } from '../core/definitions.ts';
import { applicationFromItem, applicationKey } from './definition-item.ts';
import { fromItem, type Tables, toItem } from './dynamo.ts';

export const makeDefinitionOf =
  (tables: Tables) =>
  async (name: string): Promise<ApplicationDefinition | undefined> => {
    const key = toItem({ ...applicationKey(name) });
    const { Item } = await tables.client.send(new GetItemCommand({ TableName: tables.definitions, Key: key, ConsistentRead: true }));
    return Item === undefined ? undefined : applicationFromItem(fromItem(Item));
  };
