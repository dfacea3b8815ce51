/** The dead-letter queue of a rule: where EventBridge leaves what it could not hand over, and what rings then. */
import { Duration, Validations } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { alarm } from './alarm.ts';

interface UndeliveredProps {
  readonly keptDays: number;
  /** In the alarm. */
  readonly says: string;
  /** The log group to look at. */
  readonly logs: string;
}

export const undeliveredOf = (scope: Construct, { keptDays, says, logs }: UndeliveredProps): { readonly queue: Queue; readonly metric: Metric } => {
  const queue = new Queue(scope, 'Undelivered', { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(keptDays) });
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'This is the dead-letter queue of the rule; EventBridge names it, not another queue.',
  });
  const metric = queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) });
  alarm(scope, 'Undelivered', { metric, says, logs });
  return { queue, metric };
};
