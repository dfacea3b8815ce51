/**
 * Metrics that CloudWatch makes of the lines which the functions log anyway. The embedded metric format would say the same
 * for some 260 bytes more a line, which are paid for by the gigabyte, and in the bundles; a filter costs nothing. Either way
 * each value of a dimension is a metric of its own ($0.30 a month, by the hour in which it has data), so a dimension is only
 * what has few values and no name in it: which application, hook or reason it was is asked of the logs.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
 */
import { Aws, Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, type JsonPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

interface Counted {
  /** Fields of a line, and the texts that each may have. */
  readonly where: Readonly<Record<string, readonly string[]>>;
  /** A field that is a dimension, and all values that it ever has. */
  readonly by?: { readonly field: string; readonly values: readonly string[] };
  /** A field whose number is the value; else each line counts as one. */
  readonly value?: string;
}

/** The lines that say what became of a call, and what can become of it there. */
const BECAME = ['deploy.attempted', 'call.settled'] as const;
const STATUSES = ['succeeded', 'delivered', 'skipped', 'failed', 'unknown', 'held'] as const;

export const METRICS = {
  Deliveries: {
    where: { event: ['push.received'] },
    by: { field: 'status', values: ['200', '202', '204', '400', '401', '404', '405', '413', '503'] },
  },
  // An attempt after which a rollout is watched says no status.
  Calls: { where: { event: BECAME, status: STATUSES }, by: { field: 'status', values: STATUSES } },
  /** Milliseconds from a push to the end of its call, with all that it waited for. */
  PushToDeployed: { where: { event: BECAME, status: ['succeeded', 'delivered'] }, value: 'ms' },
  Braked: { where: { event: ['call.settled'], status: ['held'], reason: ['rate'] } },
  Missed: { where: { event: ['sweep.missed'] } },
} as const satisfies Readonly<Record<string, Counted>>;

export type MetricName = keyof typeof METRICS;

const namespace = `ImageTriggers/${Aws.STACK_NAME}`;

/** Has CloudWatch make the metric of this group's lines. */
export const countLines = (scope: Construct, name: MetricName, logGroup: ILogGroup): void => {
  const { where, by, value }: Counted = METRICS[name];
  const [first, ...more] = Object.entries(where).map(([field, texts]) => oneOf(field, texts));
  if (first === undefined) throw new Error(`the metric ${name} would count every line: say in infra/stack/metrics.ts which ones`);
  new MetricFilter(scope, `${name}Filter`, {
    logGroup,
    filterPattern: more.length === 0 ? first : FilterPattern.all(first, ...more),
    metricNamespace: namespace,
    metricName: name,
    metricValue: value === undefined ? '1' : `$.${value}`,
    ...(by === undefined ? {} : { dimensions: { [by.field]: `$.${by.field}` } }),
  });
};

const oneOf = (field: string, texts: readonly string[]): JsonPattern => {
  const patterns = texts.map((text) => FilterPattern.stringValue(`$.${field}`, '=', text));
  const [first, ...more] = patterns;
  if (first === undefined) throw new Error(`the field ${field} of a metric has no text: give one in infra/stack/metrics.ts`);
  return more.length === 0 ? first : FilterPattern.any(first, ...more);
};

/** The metric as a graph or an alarm takes it; of a dimension, one value. */
export const lineMetric = (name: MetricName, statistic: string, period: Duration, value?: string): Metric => {
  const { by }: Counted = METRICS[name];
  return new Metric({
    namespace,
    metricName: name,
    statistic,
    period,
    ...(by === undefined || value === undefined ? {} : { dimensionsMap: { [by.field]: value } }),
  });
};

export const valuesOf = (name: MetricName): readonly string[] => {
  const { by }: Counted = METRICS[name];
  return by?.values ?? [];
};
