/** The hook or trigger URL that a token names: one consistent read for each delivery, never cached, so that a revoked token is revoked at once. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { HookDefinition } from '../core/definitions.ts';
import { anyHookFromItem, hookKey } from './definition-item.ts';
import { fromItem, type Tables, toItem } from './dynamo.ts';

export const makeHookOf =
  (tables: Tables) =>
  async (name: string): Promise<HookDefinition | undefined> => {
    const { Item } = await tables.client.send(new GetItemCommand({ TableName: tables.definitions, Key: toItem({ ...hookKey(name) }), ConsistentRead: true }));
    return Item === undefined ? undefined : anyHookFromItem(fromItem(Item));
  };
