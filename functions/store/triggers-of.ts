/** The triggers that a push to a repository concerns: those of exactly it, and patterns (`host/team/*`) that cover it. */
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { TriggerDefinition } from '../core/definitions.ts';
import { pathOf } from '../core/image.ts';
import { repositoryMatches } from '../core/repository-pattern.ts';
import { prefixPartition, triggerFromItem, triggerPartition } from './definition-item.ts';
import { fromItem, type Item, type Tables, toItem } from './dynamo.ts';

/** Consistent: a trigger that was just made hears the next push. Two queries at once, whatever the number of stored triggers. */
export const makeTriggersOf = (tables: Tables) => {
  const below = makePartition(tables);
  return async (repository: string): Promise<readonly TriggerDefinition[]> => {
    const [exact, patterns] = await Promise.all([
      below(triggerPartition(repository)),
      // No pattern covers a path of one segment: there is nothing before its star.
      pathOf(repository).includes('/') ? below(prefixPartition(repository)) : [],
    ]);
    return [...exact, ...patterns.filter((trigger) => repositoryMatches(trigger.repository, repository))];
  };
};

/** All triggers of one partition. */
export const makePartition =
  (tables: Tables) =>
  async (partition: string): Promise<readonly TriggerDefinition[]> => {
    const triggers: TriggerDefinition[] = [];
    let start: Item | undefined;
    do {
      const page = await tables.client.send(
        new QueryCommand({
          TableName: tables.definitions,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :trigger)',
          ExpressionAttributeValues: toItem({ ':pk': partition, ':trigger': 'TRIGGER#' }),
          ConsistentRead: true,
          ...(start === undefined ? {} : { ExclusiveStartKey: toItem(start) }),
        }),
      );
      triggers.push(...(page.Items ?? []).map((item) => triggerFromItem(fromItem(item))));
      start = page.LastEvaluatedKey === undefined ? undefined : fromItem(page.LastEvaluatedKey);
    } while (start !== undefined);
    return triggers;
  };
