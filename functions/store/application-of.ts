/** An application with the facts that are items of their own: one consistent query of its partition, short of its state and templates. */
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Facts } from '../core/application.ts';
import type { ApplicationDefinition } from '../core/definitions.ts';
import { applicationFromItem } from './definition-item.ts';
import { fromItem, type Item, isLive, type Tables, toItem } from './dynamo.ts';

export interface FoundApplication {
  readonly definition?: ApplicationDefinition;
  readonly facts: Facts;
}

const REJECT = 'REJECT#';
const APPROVAL = 'APPROVAL#';

export const makeApplicationOf =
  (tables: Tables, now: () => number = Date.now) =>
  async (name: string): Promise<FoundApplication> => {
    const rejects = new Set<string>();
    const approvals = new Set<string>();
    let definition: ApplicationDefinition | undefined;
    let start: Item | undefined;
    do {
      const page = await tables.client.send(
        new QueryCommand({
          TableName: tables.definitions,
          // APPROVAL#, DEF and REJECT# sort before STATE and TEMPLATE#, which can be large.
          KeyConditionExpression: 'pk = :pk AND sk < :state',
          ExpressionAttributeValues: toItem({ ':pk': `APP#${name}`, ':state': 'STATE' }),
          ConsistentRead: true,
          ...(start === undefined ? {} : { ExclusiveStartKey: toItem(start) }),
        }),
      );
      for (const item of (page.Items ?? []).map(fromItem)) {
        const sk = String(item.sk);
        if (sk === 'DEF') definition = applicationFromItem(item);
        else if (!isLive(item, now())) continue;
        else if (sk.startsWith(REJECT)) rejects.add(sk.slice(REJECT.length));
        else if (sk.startsWith(APPROVAL)) approvals.add(sk.slice(APPROVAL.length));
      }
      start = page.LastEvaluatedKey === undefined ? undefined : fromItem(page.LastEvaluatedKey);
    } while (start !== undefined);
    return { ...(definition === undefined ? {} : { definition }), facts: { rejects, approvals, pins: {} } };
  };
