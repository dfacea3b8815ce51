/**
 * Triggers as the API writes and lists them.
 *
 * A trigger lies in the partition of its repository, so that a push finds it; a claim makes its name unique among all
 * partitions. The claim is written first and says where the trigger lies; it is owned by the creation that wrote it
 * (`owner`), so that nobody takes away what another has claimed anew. A creation that died between the two leaves a claim
 * without a trigger, and doing it again completes it: at once for the same place, where put-if-absent decides, and for
 * another place when nothing of the dead one can still arrive.
 */
import { type AttributeValue, DeleteItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { TriggerDefinition } from '../core/definitions.ts';
import { claimKey, type Key, triggerFromItem, triggerKey, triggerToItem } from './definition-item.ts';
import { makeDefinitions } from './definitions.ts';
import { type Item, type Tables, toItem, whenHolds } from './dynamo.ts';

const MAX_TRIGGERS_PER_REPOSITORY = 100;

type Created = 'created' | 'exists' | 'being-created' | 'too-many';

/** Longer than the API's function may run (29 s) plus its late writes. */
const CLAIM_SETTLES_MS = 60_000;
const TRIES = 5;

interface Claim {
  readonly at: string;
  readonly owner: string;
  readonly claimedAt: number;
}

const claimFrom = (item: Item | undefined): Claim | undefined =>
  typeof item?.at === 'string' && typeof item.owner === 'string' && typeof item.claimedAt === 'number'
    ? { at: item.at, owner: item.owner, claimedAt: item.claimedAt }
    : undefined;

export const makeTriggers = (tables: Tables, newWriter: () => string) => {
  const TableName = tables.definitions;
  const definitions = makeDefinitions<TriggerDefinition>(
    tables,
    {
      kind: 'trigger',
      toItem: triggerToItem,
      fromItem: triggerFromItem,
      isKey: ({ pk, sk }, name) => /^(?:REPO|PREFIX)#./.test(pk) && sk === `TRIGGER#${name}`,
    },
    newWriter,
  );

  const claimOf = async (name: string): Promise<Claim | undefined> => claimFrom(await definitions.read(claimKey(name)));
  const keyOf = (name: string, { at }: Claim): Key => ({ pk: at, sk: `TRIGGER#${name}` });

  /** `over`: the owner of a claim to be replaced. */
  const putClaim = (name: string, claim: Claim, over?: string): Promise<boolean> =>
    whenHolds(
      tables.client.send(
        new PutItemCommand({
          TableName,
          Item: toItem({ ...claimKey(name), v: 1, ...claim }),
          ...(over === undefined
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : { ConditionExpression: '#owner = :over', ExpressionAttributeNames: { '#owner': 'owner' }, ExpressionAttributeValues: toItem({ ':over': over }) }),
        }),
      ),
    );

  const dropClaim = (name: string, owner: string): Promise<boolean> =>
    whenHolds(
      tables.client.send(
        new DeleteItemCommand({
          TableName,
          Key: toItem({ ...claimKey(name) }),
          ConditionExpression: '#owner = :owner',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: toItem({ ':owner': owner }),
        }),
      ),
    );

  const takeClaim = async (name: string, claim: Claim): Promise<'claimed' | 'own' | 'exists' | 'being-created'> => {
    for (let i = 0; i < TRIES; i += 1) {
      if (await putClaim(name, claim)) return 'claimed';
      const seen = await claimOf(name);
      if (seen === undefined) continue;
      if (seen.owner === claim.owner && seen.at === claim.at) return 'own';
      if ((await definitions.read(keyOf(name, seen))) !== undefined) return 'exists';
      if (seen.at !== claim.at && claim.claimedAt - seen.claimedAt < CLAIM_SETTLES_MS) return 'being-created';
      if (await putClaim(name, claim, seen.owner)) return 'claimed';
    }
    return 'being-created';
  };

  const count = async (partition: string): Promise<number> => {
    let sum = 0;
    let start: Record<string, AttributeValue> | undefined;
    do {
      const page = await tables.client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :trigger)',
          ExpressionAttributeValues: toItem({ ':pk': partition, ':trigger': 'TRIGGER#' }),
          Select: 'COUNT',
          ConsistentRead: true,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      sum += page.Count ?? 0;
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return sum;
  };

  /** `owner` must be new each time, but for one that goes on with what it began: then a trigger that is there is its own. */
  const create = async (trigger: TriggerDefinition, owner: string): Promise<Created> => {
    const { pk, sk } = triggerKey(trigger);
    const claimed = await takeClaim(trigger.name, { at: pk, owner, claimedAt: trigger.createdAt });
    if (claimed === 'exists' || claimed === 'being-created') return claimed;
    if (claimed === 'own' && (await definitions.read({ pk, sk })) !== undefined) return 'created';
    if ((await count(pk)) >= MAX_TRIGGERS_PER_REPOSITORY) {
      await dropClaim(trigger.name, owner);
      return 'too-many';
    }
    if ((await definitions.create(trigger)) === 'exists') return 'exists';
    // Others may have counted before this one was put: whoever finds too many takes itself back, so that never more stay.
    if ((await count(pk)) > MAX_TRIGGERS_PER_REPOSITORY) {
      await definitions.remove({ pk, sk });
      await dropClaim(trigger.name, owner);
      return 'too-many';
    }
    return 'created';
  };

  const get = async (name: string): Promise<TriggerDefinition | undefined> => {
    const claim = await claimOf(name);
    return claim === undefined ? undefined : definitions.get(keyOf(name, claim));
  };

  /** Owner of the name; undefined while there is no such trigger. */
  const holder = async (name: string): Promise<string | undefined> => {
    const claim = await claimOf(name);
    return claim !== undefined && (await definitions.read(keyOf(name, claim))) !== undefined ? claim.owner : undefined;
  };

  /** `alter` must keep name and repository: they are the key. */
  const change = async (name: string, alter: (trigger: TriggerDefinition) => Promise<TriggerDefinition> | TriggerDefinition) => {
    const claim = await claimOf(name);
    return claim === undefined ? 'absent' : definitions.change(keyOf(name, claim), alter);
  };

  /** The trigger first: a claim that is left over is taken by the next creation of the name. */
  const remove = async (name: string, allow?: (trigger: TriggerDefinition) => Promise<void> | void): Promise<boolean | 'moved'> => {
    const claim = await claimOf(name);
    if (claim === undefined) return false;
    const key = keyOf(name, claim);
    const removed = await (allow === undefined ? definitions.remove(key) : definitions.removeIf(key, allow));
    if (removed !== true) return removed;
    await dropClaim(name, claim.owner);
    return true;
  };

  return { create, get, holder, change, remove, list: definitions.list };
};
