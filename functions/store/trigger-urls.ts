/** Trigger URLs of applications: hooks by their key, and under a kind of their own in the index, so that lists of hooks do not hold them. */
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { hookKey, type Kind, type TriggerUrl, triggerUrlFromItem, triggerUrlsOf, triggerUrlToItem } from './definition-item.ts';
import { makeDefinitions } from './definitions.ts';
import { fromItem, type Item, type Tables, toItem } from './dynamo.ts';

export const makeTriggerUrls = (tables: Tables, newWriter: () => string) => {
  const { get, create, remove } = makeDefinitions<TriggerUrl>(
    tables,
    {
      kind: 'trigger-url',
      toItem: triggerUrlToItem,
      fromItem: triggerUrlFromItem,
      isKey: () => false,
    },
    newWriter,
  );

  /** Those of one application, the oldest first. From an index: one that was made or revoked a moment ago may be missing, or still there. */
  const ofApplication = async (application: string): Promise<readonly TriggerUrl[]> => {
    const found: TriggerUrl[] = [];
    let start: Item | undefined;
    do {
      const page = await tables.client.send(
        new QueryCommand({
          TableName: tables.definitions,
          IndexName: 'byKind',
          KeyConditionExpression: 'kind = :kind AND begins_with(#name, :prefix)',
          ExpressionAttributeNames: { '#name': 'name' },
          ExpressionAttributeValues: toItem({ ':kind': 'trigger-url' satisfies Kind, ':prefix': triggerUrlsOf(application) }),
          ...(start === undefined ? {} : { ExclusiveStartKey: toItem(start) }),
        }),
      );
      found.push(...(page.Items ?? []).map(fromItem).map(triggerUrlFromItem));
      start = page.LastEvaluatedKey === undefined ? undefined : fromItem(page.LastEvaluatedKey);
    } while (start !== undefined);
    return found;
  };

  return { get: (id: string) => get(hookKey(id)), create, remove: (id: string) => remove(hookKey(id)), ofApplication };
};
