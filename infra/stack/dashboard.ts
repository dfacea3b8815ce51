/**
 * One page of CloudWatch, from the left to the right as a push goes. It names fewer than 50 metrics: so far a dashboard counts
 * among the free ones. Its two tables ask the logs whenever the page is looked at, which costs as any query does.
 */
import { Duration } from 'aws-cdk-lib';
import { type Alarm, AlarmStatusWidget, Dashboard, GraphWidget, LogQueryVisualizationType, LogQueryWidget, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { lineMetric, type MetricName, valuesOf } from './metrics.ts';
import { QUERIES, type QueryName } from './queries.ts';

/** By what each is called in the legend. */
type Metrics = Readonly<Record<string, Metric>>;

interface Shown {
  readonly alarms: readonly Alarm[];
  readonly ages: Metrics;
  readonly deadLetters: Metrics;
  readonly requests: Metrics;
  readonly errors: Metrics;
  readonly throttles: Metrics;
  readonly logGroups: readonly ILogGroup[];
}

const PERIOD = Duration.minutes(5);
const [WIDTH, HEIGHT] = [8, 6];

export const dashboard = (scope: Construct, { alarms, ages, deadLetters, requests, errors, throttles, logGroups }: Shown): void => {
  const graph = (title: string, metrics: Metrics, unit: string): GraphWidget => {
    const left = Object.entries(metrics).map(([label, metric]) => metric.with({ label }));
    return new GraphWidget({ title, left, leftYAxis: { min: 0, label: unit, showUnits: false }, width: WIDTH, height: HEIGHT });
  };
  const each = (name: MetricName): Metrics => Object.fromEntries(valuesOf(name).map((value) => [value, lineMetric(name, 'sum', PERIOD, value)]));
  const latency = Object.fromEntries(['p50', 'p95'].map((statistic) => [statistic, lineMetric('PushToDeployed', statistic, PERIOD)]));
  const table = (title: string, query: QueryName): LogQueryWidget =>
    new LogQueryWidget({
      title,
      view: LogQueryVisualizationType.TABLE,
      logGroupNames: logGroups.map(({ logGroupName }) => logGroupName),
      queryLines: QUERIES[query].text.split(' | '),
      width: 12,
      height: HEIGHT,
    });
  const board = new Dashboard(scope, 'Dashboard', { defaultInterval: Duration.hours(12) });
  board.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 4 }));
  board.addWidgets(
    graph('Deliveries by answer', each('Deliveries'), 'deliveries'),
    graph('Calls by status', each('Calls'), 'calls'),
    graph('From push to deployed', latency, 'ms'),
  );
  board.addWidgets(graph('Oldest message', ages, 's'), graph('Dead letters', deadLetters, 'messages'), graph('Requests', requests, 'requests'));
  board.addWidgets(graph('Function errors', errors, 'calls'), graph('Throttles', throttles, 'calls'));
  board.addWidgets(table('Failures by reason', 'failures-by-reason'), table('Pushes that matched nothing', 'matched-nothing'));
};
