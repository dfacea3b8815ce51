/**
 * Each minute `deploy` is asked to wake the applications whose time has come. The next tick makes up for a lost one,
 * so a late one is worth nothing: it is dropped after a minute, and only the fact is kept, as a dead letter that rings.
 */
import { Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { StageFunction } from './function.ts';
import { undeliveredOf } from './undelivered.ts';

export class Tick extends Construct {
  readonly undelivered: Metric;

  constructor(scope: Construct, id: string, deploy: StageFunction) {
    super(scope, id);
    const { queue, metric } = undeliveredOf(this, {
      keptDays: 4,
      says: 'A tick could not be delivered: held calls may wake late',
      logs: deploy.logGroup.logGroupName,
    });
    this.undelivered = metric;
    new Rule(this, 'EachMinute', {
      description: 'Wakes the applications whose time has come',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(deploy.function, { deadLetterQueue: queue, retryAttempts: 2, maxEventAge: Duration.minutes(1) })],
    });
    // EventBridge hands over asynchronously; from there on Lambda's own retries count, which by default go on for six hours.
    deploy.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  }
}
