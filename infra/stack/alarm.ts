import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** An alarm that rings as soon as the metric reaches `threshold`; no data means that all is well. */
export const alarm = (scope: Construct, id: string, metric: IMetric, description: string, threshold = 1): Alarm =>
  new Alarm(scope, `${id}Alarm`, {
    metric,
    alarmDescription: description,
    threshold,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
