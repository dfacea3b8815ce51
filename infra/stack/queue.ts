/** A queue is born with its dead-letter queue, visibility, partial failures and alarms. Nothing consumes the dead letters: people look, then redrive. */
import { Duration, Lazy } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { alarm } from './alarm.ts';
import type { StageFunction } from './function.ts';

/** How often a message is received before it is a dead letter: with the shortest visibility (2 minutes) it outlasts 20 minutes of throttling. */
export const MAX_RECEIVES = 10;

interface WorkQueueProps {
  /** The environment variable under which a sender finds the queue. */
  readonly env: string;
  readonly visibility: Duration;
  /** The oldest message may be so old before it rings. */
  readonly oldest: Duration;
}

export class WorkQueue extends Construct {
  /** Name of the log group of whoever takes the messages. */
  readonly logs: string;
  readonly oldest: Metric;
  readonly dead: Metric;
  private readonly queue: Queue;
  private consumer: StageFunction | undefined;
  private readonly env: string;
  private readonly visibility: Duration;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    this.env = props.env;
    this.visibility = props.visibility;
    const deadLetters = new Queue(this, 'DeadLetters', { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: props.visibility,
      retentionPeriod: Duration.days(4),
      receiveMessageWaitTime: Duration.seconds(20),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    const period = Duration.minutes(1);
    // The consumer comes later, and so does the name of its log.
    this.logs = Lazy.string({ produce: () => this.consumer?.logGroup.logGroupName });
    this.dead = deadLetters.metricApproximateNumberOfMessagesVisible({ period });
    this.oldest = this.queue.metricApproximateAgeOfOldestMessage({ period });
    const { logs } = this;
    alarm(this, 'DeadLetters', { metric: this.dead, says: `${id}: a message died`, logs });
    alarm(this, 'Oldest', { metric: this.oldest, says: `${id}: the oldest message waits too long`, logs, threshold: props.oldest.toSeconds() });
  }

  /** Lets a function send to the queue, and tells it where it is. */
  sentBy(sender: StageFunction): void {
    sender.learns(this.env, this.queue.queueUrl);
    sender.may(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] }));
  }

  /** Has EventBridge put the events of a rule into the queue, as they are, and what it cannot deliver into another. */
  takesEventsOf(rule: Rule, undelivered: Queue): void {
    rule.addTarget(new SqsQueue(this.queue, { deadLetterQueue: undelivered }));
  }

  /** Has Lambda call a function with the messages. A message that fails comes back alone, after the visibility time-out. */
  feeds(consumer: StageFunction, how: { readonly batchSize: number; readonly maxConcurrency: number }): void {
    // AWS's advice is six times: Lambda may retry a throttled batch for a while before the function even starts. A message
    // alone in its batch, handled under a lease, may come back sooner: an early repeat finds the lease taken.
    const least = (how.batchSize === 1 ? 2 : 6) * consumer.timeout.toSeconds();
    if (this.visibility.toSeconds() < least) {
      throw new Error(
        `visibility of ${this.node.path} is ${this.visibility.toSeconds()} s; allowed is at least ${least} s for a batch of ${how.batchSize} and a time-out of ${consumer.timeout.toSeconds()} s; raise it in infra/stack/image-triggers.ts`,
      );
    }
    this.consumer = consumer;
    consumer.may(new PolicyStatement({ actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], resources: [this.queue.queueArn] }));
    new EventSourceMapping(this, 'Mapping', {
      target: consumer.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: how.batchSize,
      maxConcurrency: how.maxConcurrency,
      reportBatchItemFailures: true,
    });
  }
}
