/** Row `reads`: what a push reads to find its triggers, whatever the number that is stored; and what a design would that looks at all of them. */
import { type AttributeValue, BatchWriteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { triggerKey } from '../../functions/store/definition-item.ts';
import { toItem } from '../../functions/store/dynamo.ts';
import { makeTriggersOf } from '../../functions/store/triggers-of.ts';
import { HOST, trigger } from '../stages/given.ts';
import { readUnits } from '../store/capacity.ts';
import { startTables, type TestTables } from '../store/definitions-tables.ts';
import { exactly, ratio } from './figure.ts';
import type { Finding, Found, Ground, Row } from './row.ts';

/** DynamoDB takes so many at once. */
const BATCH = 25;
/** With more, the scan is computed from the size of the items: it takes minutes, and finds the same. */
const MOST_SCANNED = 10_000;
const REPOSITORY = `${HOST}/shop/web`;
const SHORT = `${HOST}/web`;

/** Every other one is a pattern; one is of the repository that is pushed, one of each other place that is asked for. */
const triggerAt = (i: number) => trigger({ name: `trigger-${i}`, application: `app-${i % 50}`, repository: placeOf(i) });
const placeOf = (i: number): string => {
  if (i === 0) return REPOSITORY;
  if (i === 1) return `${HOST}/shop/*`;
  if (i === 2) return SHORT;
  return i % 2 === 0 ? `${HOST}/team-${i}/app` : `${HOST}/team-${i}/*`;
};

const fill = async (tables: TestTables, from: number, to: number): Promise<void> => {
  for (let i = from; i < to; i += BATCH) {
    const items = Array.from({ length: Math.min(BATCH, to - i) }, (_, at) => triggerAt(i + at));
    const requests = items.map((one) => ({ PutRequest: { Item: toItem({ v: 1, ...triggerKey(one), kind: 'trigger', ...one }) } }));
    await tables.client.send(new BatchWriteItemCommand({ RequestItems: { [tables.definitions]: requests } }));
  }
};

/** Half a unit for each begun 4 kB of each page, as a scan that need not be consistent. */
const scan = async (tables: TestTables): Promise<number> => {
  let units = 0;
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await tables.client.send(new ScanCommand({ TableName: tables.definitions, ExclusiveStartKey }));
    units += readUnits(Items, false);
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return units;
};

/** What `ask` reads by queries. */
const meterQueries = (tables: TestTables, ask: (repository: string) => Promise<void>): ((repository: string) => Promise<number>) => {
  let units = 0;
  tables.client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      if ('KeyConditionExpression' in args.input && 'Items' in result.output)
        units += readUnits(result.output.Items ?? [], 'ConsistentRead' in args.input && args.input.ConsistentRead === true);
      return result;
    },
    { step: 'initialize' },
  );
  return async (repository) => {
    const before = units;
    await ask(repository);
    return units - before;
  };
};

const measure = async ({ full }: Ground): Promise<Found> => {
  const counts = full ? [100, 1_000, 10_000, 100_000, 1_000_000] : [100, 1_000];
  const tables = await startTables();
  try {
    const findings: Finding[] = [];
    let [stored, scanned] = [0, 0];
    const triggersOf = makeTriggersOf(tables);
    const cost = meterQueries(tables, async (repository) => {
      if ((await triggersOf(repository)).length === 0) throw new Error(`no trigger was found for ${repository}`);
    });
    for (const count of counts) {
      const real = Math.min(count, MOST_SCANNED);
      await fill(tables, stored, real);
      if (stored < real) scanned = await scan(tables);
      stored = real;
      const theirs = (scanned / stored) * count;
      const [both, exact] = [await cost(REPOSITORY), await cost(SHORT)];
      const said = count > stored ? { notes: [`computed from ${stored.toLocaleString('en-US')} stored ones`] } : {};
      findings.push({
        what: `${count.toLocaleString('en-US')} triggers stored, patterns asked too`,
        unit: 'read units',
        ours: exactly(both),
        theirs: exactly(theirs),
        ratio: ratio([both], [theirs]),
        goal: { of: 'ours', is: 'at most', value: 2 },
        ...said,
      });
      if (count === counts.at(-1))
        findings.push({
          what: `${count.toLocaleString('en-US')} triggers stored, no pattern can be meant`,
          unit: 'read units',
          ours: exactly(exact),
          goal: { of: 'ours', is: 'at most', value: 0.5 },
          cause:
            'the query is consistent, so that a trigger that was made a moment ago hears the next push; half a unit would do without, and save $0.06 per million pushes',
        });
    }
    return { is: 'found', findings };
  } finally {
    await tables.stop();
  }
};

export const reads: Row = {
  about: 'the read units of one push by DynamoDB’s rules, in a store of many triggers',
  against: 'a scan of all triggers, not consistent',
  measure,
};
