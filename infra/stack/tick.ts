/**
 * Each minute `deploy` is asked to wake the applications whose time has come. The next tick makes up for a lost one,
 * so a late one is worth nothing: it is dropped after a minute, and only the fact is kept, as a dead letter that rings.
 */
import { Duration, Validations } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { alarm } from './alarm.ts';
import type { StageFunction } from './function.ts';

export class Tick extends Construct {
  readonly undelivered: Metric;

  constructor(scope: Construct, id: string, deploy: StageFunction) {
    super(scope, id);
    const undelivered = new Queue(this, 'Undelivered', { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(4) });
    Validations.of(undelivered).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is the dead-letter queue of the rule; EventBridge names it, not another queue.',
    });
    const period = Duration.minutes(1);
    this.undelivered = undelivered.metricApproximateNumberOfMessagesVisible({ period });
    alarm(this, 'Undelivered', {
      metric: this.undelivered,
      says: 'A tick could not be delivered: held calls may wake late',
      logs: deploy.logGroup.logGroupName,
    });
    new Rule(this, 'EachMinute', {
      description: 'Wakes the applications whose time has come',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(deploy.function, { deadLetterQueue: undelivered, retryAttempts: 2, maxEventAge: Duration.minutes(1) })],
    });
    // EventBridge hands over asynchronously; from there on Lambda's own retries count, which by default go on for six hours.
    deploy.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  }
}
