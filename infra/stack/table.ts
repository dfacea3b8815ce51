/** The two tables. Keys and indexes are all here from the first day: the local engine cannot add an index to a table that exists. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type Attribute, AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ENV } from '../../functions/env.ts';
import type { StageFunction } from './function.ts';

type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query';

interface Index {
  readonly partitionKey: Attribute;
  readonly sortKey: Attribute;
  readonly projectionType: ProjectionType;
}

interface StoreTableProps<I extends string> {
  /** The environment variable under which a function finds the table. */
  readonly env: string;
  readonly indexes: Readonly<Record<I, Index>>;
  readonly retainData: boolean;
}

const text = (name: string): Attribute => ({ name, type: AttributeType.STRING });
const number = (name: string): Attribute => ({ name, type: AttributeType.NUMBER });

class StoreTable<I extends string> extends Construct {
  private readonly table: Table;
  private readonly env: string;

  constructor(scope: Construct, id: string, props: StoreTableProps<I>) {
    super(scope, id);
    this.env = props.env;
    this.table = new Table(this, 'Table', {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // The AWS-managed key rather than the AWS-owned one: uses of it show in CloudTrail, and callers still need no KMS permission.
      encryption: TableEncryption.AWS_MANAGED,
      deletionProtection: props.retainData,
      removalPolicy: props.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    for (const [indexName, index] of Object.entries<Index>(props.indexes)) this.table.addGlobalSecondaryIndex({ indexName, ...index });
  }

  /** Reads and writes that found no capacity. */
  throttles(): { readonly reads: Metric; readonly writes: Metric } {
    const count = (name: string): Metric => this.table.metric(name, { period: Duration.minutes(5), statistic: 'sum' });
    return { reads: count('ReadThrottleEvents'), writes: count('WriteThrottleEvents') };
  }

  /** Lets a function do exactly these things to the table, Query also through these indexes, and tells it the table's name. */
  give(to: StageFunction, actions: readonly TableAction[], indexes: readonly I[] = []): void {
    to.learns(this.env, this.table.tableName);
    if (actions.length > 0) to.may(new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [this.table.tableArn] }));
    if (indexes.length > 0) {
      to.may(new PolicyStatement({ actions: ['dynamodb:Query'], resources: indexes.map((index) => `${this.table.tableArn}/index/${index}`) }));
    }
  }

  /** Only to items whose partition key begins so. */
  giveBelow(to: StageFunction, actions: readonly TableAction[], prefix: string): void {
    to.may(
      new PolicyStatement({
        actions: actions.map((action) => `dynamodb:${action}`),
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${prefix}*`] } },
      }),
    );
  }
}

/** Hooks, triggers, applications and their states. */
export const definitionsTable = (scope: Construct, retainData: boolean): StoreTable<'byKind' | 'due'> =>
  new StoreTable(scope, 'Definitions', {
    env: ENV.definitionsTable,
    retainData,
    indexes: {
      // Lists show whole definitions; only definitions carry `kind`, so nothing that changes with every push is copied.
      byKind: { partitionKey: text('kind'), sortKey: text('name'), projectionType: ProjectionType.ALL },
      due: { partitionKey: text('due'), sortKey: number('dueAt'), projectionType: ProjectionType.KEYS_ONLY },
    },
  });

/** Calls, their attempts, and the marks of what was seen. */
export const callsTable = (scope: Construct, retainData: boolean): StoreTable<'byApplication' | 'feed'> =>
  new StoreTable(scope, 'Calls', {
    env: ENV.callsTable,
    retainData,
    indexes: {
      byApplication: { partitionKey: text('application'), sortKey: text('ulid'), projectionType: ProjectionType.KEYS_ONLY },
      feed: { partitionKey: text('day'), sortKey: text('ulid'), projectionType: ProjectionType.KEYS_ONLY },
    },
  });
