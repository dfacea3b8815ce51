/** `AWS::SQS::Queue` → what a queue of this engine needs. Standard queues only. */
import { fields, number, optionalNumber, parseJson, text } from './json.ts';
import type { Resolved, Stacks } from './plan.ts';

export interface QueueSpec {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly settings: QueueSettings;
}

export interface QueueSettings {
  readonly visibilitySeconds: number;
  readonly delaySeconds: number;
  readonly retentionSeconds: number;
  readonly waitSeconds: number;
  readonly maxBytes: number;
  readonly redrive?: { readonly queue: string; readonly maxReceives: number };
}

/** What SQS assumes where nothing is said. */
export const QUEUE_DEFAULTS: QueueSettings = { visibilitySeconds: 30, delaySeconds: 0, retentionSeconds: 345_600, waitSeconds: 0, maxBytes: 1_048_576 };

export const nameOfArn = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

export const readQueues = (stacks: Stacks): readonly QueueSpec[] => stacks.ofType('AWS::SQS::Queue').map(readQueue);

const readQueue = ({ identity, properties, where }: Resolved): QueueSpec => {
  if (properties.FifoQueue !== undefined && properties.FifoQueue !== false)
    throw new Error(`${where}: is a FIFO queue; the local engine has standard queues only`);
  const policy = properties.RedrivePolicy;
  const redrive = policy === undefined ? undefined : readRedrive(typeof policy === 'string' ? parseJson(policy, where) : policy, `${where} RedrivePolicy`);
  return {
    name: text(identity.attributes.QueueName, where),
    url: identity.ref,
    arn: text(identity.attributes.Arn, where),
    settings: {
      visibilitySeconds: optionalNumber(properties.VisibilityTimeout, where) ?? QUEUE_DEFAULTS.visibilitySeconds,
      delaySeconds: optionalNumber(properties.DelaySeconds, where) ?? QUEUE_DEFAULTS.delaySeconds,
      retentionSeconds: optionalNumber(properties.MessageRetentionPeriod, where) ?? QUEUE_DEFAULTS.retentionSeconds,
      waitSeconds: optionalNumber(properties.ReceiveMessageWaitTimeSeconds, where) ?? QUEUE_DEFAULTS.waitSeconds,
      maxBytes: optionalNumber(properties.MaximumMessageSize, where) ?? QUEUE_DEFAULTS.maxBytes,
      ...(redrive === undefined ? {} : { redrive }),
    },
  };
};

export const readRedrive = (value: unknown, where: string): { readonly queue: string; readonly maxReceives: number } => {
  const policy = fields(value, where);
  return {
    queue: nameOfArn(text(policy.deadLetterTargetArn, `${where} deadLetterTargetArn`)),
    maxReceives: number(policy.maxReceiveCount, `${where} maxReceiveCount`),
  };
};
