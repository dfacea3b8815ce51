/** `AWS::DynamoDB::Table` and `GlobalTable` → the CreateTable request that makes the same keys and indexes here, and the attribute that expires items. */
import { fields, list, optionalFields, optionalList, text } from './json.ts';
import type { Resolved, Stacks } from './plan.ts';

export interface TableSpec {
  readonly name: string;
  /** Names of the indexes, to be compared with what an older start left on disk. */
  readonly indexes: readonly string[];
  readonly create: Readonly<Record<string, unknown>>;
  readonly expiresAttribute?: string;
}

export const readTables = (stacks: Stacks): readonly TableSpec[] => stacks.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(readTable);

const readTable = ({ identity, properties, where }: Resolved): TableSpec => {
  const indexes = optionalList(properties.GlobalSecondaryIndexes, `${where} GlobalSecondaryIndexes`).map((value) =>
    readIndex(value, `${where} GlobalSecondaryIndexes`),
  );
  if (properties.LocalSecondaryIndexes !== undefined)
    throw new Error(`${where}: has local secondary indexes, which the local engine does not make; use global ones`);
  const ttl = optionalFields(properties.TimeToLiveSpecification, `${where} TimeToLiveSpecification`);
  return {
    name: identity.ref,
    indexes: indexes.map(({ IndexName }) => IndexName),
    create: {
      TableName: identity.ref,
      AttributeDefinitions: list(properties.AttributeDefinitions, `${where} AttributeDefinitions`),
      KeySchema: list(properties.KeySchema, `${where} KeySchema`),
      // Capacity has no meaning here, so every table is on demand.
      BillingMode: 'PAY_PER_REQUEST',
      ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes }),
    },
    ...(ttl.Enabled === true ? { expiresAttribute: text(ttl.AttributeName, `${where} AttributeName`) } : {}),
  };
};

const readIndex = (value: unknown, where: string) => {
  const index = fields(value, where);
  return { IndexName: text(index.IndexName, where), KeySchema: list(index.KeySchema, where), Projection: fields(index.Projection, where) };
};
