/** What rings, and where to look then: the query beside it, and the heading of README's runbook that bears its title. */
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type QueryName, queryLink } from './queries.ts';

interface Ring {
  /** Heading in the runbook. */
  readonly title: string;
  readonly query: QueryName;
}

export const RINGS = {
  DeadLetters: { title: 'Dead letters', query: 'errors' },
  Oldest: { title: 'Oldest message', query: 'errors' },
  Undelivered: { title: 'Undelivered events', query: 'errors' },
  ServerErrors: { title: 'Server errors', query: 'server-errors' },
  Errors: { title: 'Function errors', query: 'errors' },
  Throttles: { title: 'Throttles', query: 'busiest-minutes' },
  Unknown: { title: 'Unknown calls', query: 'unknown-calls' },
  Braked: { title: 'Braked applications', query: 'braked' },
  Missed: { title: 'Missed pushes', query: 'missed-pushes' },
} as const satisfies Readonly<Record<string, Ring>>;

export type RingName = keyof typeof RINGS;

interface AlarmProps {
  readonly metric: IMetric;
  /** One short sentence: with its link and the longest names a description still has to fit into 1,024 characters. */
  readonly says: string;
  /** Name of the log group that the query looks at. */
  readonly logs: string;
  readonly threshold?: number;
}

/** An alarm that rings as soon as the metric reaches `threshold`; no data means that all is well. */
export const alarm = (scope: Construct, ring: RingName, { metric, says, logs, threshold = 1 }: AlarmProps): Alarm =>
  new Alarm(scope, `${ring}Alarm`, {
    metric,
    alarmDescription: `${says}. Runbook: README, "${RINGS[ring].title}". Query "${RINGS[ring].query}": ${queryLink(RINGS[ring].query, logs)}`,
    threshold,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
