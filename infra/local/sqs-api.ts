/** The SQS JSON protocol over the engine's queues: the part of it that standard queues have. */
import { AwsError } from './aws-error.ts';
import { type Fields, parseJson } from './json.ts';
import { QUEUE_DEFAULTS, readRedrive } from './plan-queues.ts';
import type { Queue, Received } from './queue.ts';
import { type Queues, receiveWithin } from './queues.ts';
import { md5, md5OfAttributes } from './sqs-digest.ts';
import {
  invalid,
  LARGEST_BYTES,
  LONGEST_VISIBILITY_SECONDS,
  LONGEST_WAIT_SECONDS,
  readEntries,
  readOutgoing,
  requiredText,
  wholeNumber,
} from './sqs-request.ts';

interface SqsGround {
  readonly queues: Queues;
  readonly urlOf: (name: string) => string;
  readonly arnOf: (name: string) => string;
  readonly now: () => number;
  readonly newId: () => string;
}

type SqsApi = (action: string, request: Fields, signal: AbortSignal) => Promise<Fields>;

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);
const attempted = (act: () => Fields, id: string): { readonly done: Fields } | { readonly failed: Fields } => {
  try {
    return { done: { Id: id, ...act() } };
  } catch (error) {
    if (error instanceof AwsError) return { failed: { Id: id, Code: error.code, Message: error.message, SenderFault: true } };
    throw error;
  }
};

export const makeSqsApi = (ground: SqsGround): SqsApi => {
  const { queues, urlOf, arnOf, now, newId } = ground;
  const moves: Fields[] = [];

  const named = (name: string): Queue => {
    const queue = queues.get(name);
    if (queue === undefined)
      throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.', { queryCode: 'AWS.SimpleQueueService.NonExistentQueue' });
    return queue;
  };
  const queueOf = (request: Fields): Queue => named(requiredText(request, 'QueueUrl').split('/').pop() ?? '');
  const queueOfArn = (arn: string): Queue => {
    const queue = queues.get(arn.split(':').pop() ?? '');
    if (queue === undefined) throw new AwsError('ResourceNotFoundException', `The resource that you specified for the ARN ${arn} does not exist.`);
    return queue;
  };

  const send = (queue: Queue, entry: Fields): Fields => {
    const outgoing = readOutgoing(entry, queue.settings.maxBytes);
    const attributes = md5OfAttributes(outgoing.attributes ?? {});
    return {
      MessageId: queue.send(outgoing),
      MD5OfMessageBody: md5(outgoing.body),
      ...(attributes === undefined ? {} : { MD5OfMessageAttributes: attributes }),
    };
  };

  const remove = (queue: Queue, entry: Fields): Fields => {
    const receipt = requiredText(entry, 'ReceiptHandle');
    if (queue.remove(receipt) === 'no receipt') throw new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
    return {};
  };

  const setVisibility = (queue: Queue, entry: Fields): Fields => {
    const seconds = wholeNumber(entry.VisibilityTimeout, 'VisibilityTimeout', 0, LONGEST_VISIBILITY_SECONDS);
    if (seconds === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter VisibilityTimeout.');
    const result = queue.setVisibility(requiredText(entry, 'ReceiptHandle'), seconds);
    if (result === 'no receipt') throw new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
    if (result === 'gone')
      throw invalid('Value for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.');
    if (result === 'not in flight')
      throw new AwsError('MessageNotInflight', 'The specified message is not in flight.', { queryCode: 'AWS.SimpleQueueService.MessageNotInflight' });
    return {};
  };

  const batch = (request: Fields, act: (queue: Queue, entry: Fields) => Fields): Fields => {
    const queue = queueOf(request);
    const results = readEntries(request).map(({ id, entry }) => attempted(() => act(queue, entry), id));
    return {
      Successful: results.flatMap((result) => ('done' in result ? [result.done] : [])),
      Failed: results.flatMap((result) => ('failed' in result ? [result.failed] : [])),
    };
  };

  const receive = async (request: Fields, signal: AbortSignal): Promise<Fields> => {
    const queue = queueOf(request);
    const max = wholeNumber(request.MaxNumberOfMessages, 'MaxNumberOfMessages', 1, 10) ?? 1;
    const visibility = wholeNumber(request.VisibilityTimeout, 'VisibilityTimeout', 0, LONGEST_VISIBILITY_SECONDS);
    const wait = wholeNumber(request.WaitTimeSeconds, 'WaitTimeSeconds', 0, LONGEST_WAIT_SECONDS) ?? queue.settings.waitSeconds;
    const messages = await receiveWithin(queue, max, wait * 1000, visibility, now, signal);
    const system = [...texts(request.MessageSystemAttributeNames), ...texts(request.AttributeNames)];
    return messages.length === 0 ? {} : { Messages: messages.map((message) => shown(message, system, texts(request.MessageAttributeNames), arnOf)) };
  };

  const batchSize = (request: Fields): void => {
    const bytes = readEntries(request).reduce((sum, { entry }) => sum + readOutgoing(entry, Number.POSITIVE_INFINITY).bytes, 0);
    if (bytes > LARGEST_BYTES)
      throw new AwsError('BatchRequestTooLong', `Batch requests cannot be longer than ${LARGEST_BYTES} bytes. You have sent ${bytes} bytes.`, {
        queryCode: 'AWS.SimpleQueueService.BatchRequestTooLong',
      });
  };

  const startMove = (request: Fields): Fields => {
    const source = queueOfArn(requiredText(request, 'SourceArn'));
    if (!queues.all().some(({ settings }) => settings.redrive?.queue === source.name)) throw invalid('Source queue must be configured as a Dead Letter Queue.');
    const to = typeof request.DestinationArn === 'string' ? queueOfArn(request.DestinationArn) : undefined;
    const startedAt = now();
    const moved = queues.moveBack(source, to);
    moves.unshift({
      SourceArn: request.SourceArn,
      DestinationArn: request.DestinationArn,
      Status: 'COMPLETED',
      ApproximateNumberOfMessagesMoved: moved,
      ApproximateNumberOfMessagesToMove: moved,
      StartedTimestamp: startedAt,
    });
    return { TaskHandle: Buffer.from(newId()).toString('base64url') };
  };

  const attributes = (queue: Queue): Fields => {
    const { visible, inFlight, delayed } = queue.counts();
    const { settings } = queue;
    return {
      QueueArn: arnOf(queue.name),
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: String(delayed),
      VisibilityTimeout: String(settings.visibilitySeconds),
      DelaySeconds: String(settings.delaySeconds),
      MessageRetentionPeriod: String(settings.retentionSeconds),
      MaximumMessageSize: String(settings.maxBytes),
      ReceiveMessageWaitTimeSeconds: String(settings.waitSeconds),
      ...(settings.redrive === undefined
        ? {}
        : { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(settings.redrive.queue), maxReceiveCount: settings.redrive.maxReceives }) }),
    };
  };

  const actions: Readonly<Record<string, (request: Fields, signal: AbortSignal) => Fields | Promise<Fields>>> = {
    SendMessage: (request) => send(queueOf(request), request),
    SendMessageBatch: (request) => {
      batchSize(request);
      return batch(request, send);
    },
    ReceiveMessage: receive,
    DeleteMessage: (request) => remove(queueOf(request), request),
    DeleteMessageBatch: (request) => batch(request, remove),
    ChangeMessageVisibility: (request) => setVisibility(queueOf(request), request),
    ChangeMessageVisibilityBatch: (request) => batch(request, setVisibility),
    GetQueueUrl: (request) => ({ QueueUrl: urlOf(named(requiredText(request, 'QueueName')).name) }),
    GetQueueAttributes: (request) => {
      const wanted = texts(request.AttributeNames);
      return {
        Attributes: Object.fromEntries(Object.entries(attributes(queueOf(request))).filter(([name]) => wanted.includes('All') || wanted.includes(name))),
      };
    },
    ListQueues: (request) => ({
      QueueUrls: queues
        .all()
        .flatMap(({ name }) => (name.startsWith(typeof request.QueueNamePrefix === 'string' ? request.QueueNamePrefix : '') ? [urlOf(name)] : [])),
    }),
    CreateQueue: (request) => ({ QueueUrl: urlOf(create(queues, request).name) }),
    PurgeQueue: (request) => {
      queueOf(request).purge();
      return {};
    },
    StartMessageMoveTask: startMove,
    ListMessageMoveTasks: (request) => ({ Results: moves.filter(({ SourceArn }) => SourceArn === request.SourceArn) }),
    ListDeadLetterSourceQueues: (request) => {
      const { name } = queueOf(request);
      return { queueUrls: queues.all().flatMap((queue) => (queue.settings.redrive?.queue === name ? [urlOf(queue.name)] : [])) };
    },
  };

  return async (action, request, signal) => {
    const act = actions[action];
    if (act === undefined)
      throw new AwsError('UnsupportedOperation', `${action} is not done by the local engine; it knows ${Object.keys(actions).join(', ')}.`);
    return act(request, signal);
  };
};

const create = (queues: Queues, request: Fields): Queue => {
  const given = request.Attributes;
  const value = (name: string): unknown =>
    typeof given === 'object' && given !== null && name in given ? Object.entries(given).find(([key]) => key === name)?.[1] : undefined;
  const count = (name: string, fallback: number): number => (value(name) === undefined ? fallback : Number(value(name)));
  const policy = value('RedrivePolicy');
  return queues.create(requiredText(request, 'QueueName'), {
    visibilitySeconds: count('VisibilityTimeout', QUEUE_DEFAULTS.visibilitySeconds),
    delaySeconds: count('DelaySeconds', QUEUE_DEFAULTS.delaySeconds),
    retentionSeconds: count('MessageRetentionPeriod', QUEUE_DEFAULTS.retentionSeconds),
    waitSeconds: count('ReceiveMessageWaitTimeSeconds', QUEUE_DEFAULTS.waitSeconds),
    maxBytes: count('MaximumMessageSize', QUEUE_DEFAULTS.maxBytes),
    ...(typeof policy === 'string' ? { redrive: readRedrive(parseJson(policy, 'RedrivePolicy'), 'RedrivePolicy') } : {}),
  });
};

const shown = (message: Received, system: readonly string[], wanted: readonly string[], arnOf: (name: string) => string): Fields => {
  const all = systemAttributes(message, arnOf);
  const chosen = system.includes('All') ? Object.entries(all) : Object.entries(all).filter(([name]) => system.includes(name));
  const own = Object.fromEntries(
    Object.entries(message.attributes).filter(([name]) =>
      wanted.some((want) => want === 'All' || want === '.*' || want === name || (want.endsWith('.*') && name.startsWith(want.slice(0, -2)))),
    ),
  );
  const digest = md5OfAttributes(own);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receipt,
    Body: message.body,
    MD5OfBody: md5(message.body),
    ...(chosen.length === 0 ? {} : { Attributes: Object.fromEntries(chosen) }),
    ...(digest === undefined ? {} : { MessageAttributes: own, MD5OfMessageAttributes: digest }),
  };
};

/** What SQS itself knows of a message: also the `attributes` of a record that a function gets. */
export const systemAttributes = (
  { receives, sentAt, firstReceivedAt, group, deadFrom }: Received,
  arnOf: (name: string) => string,
): Readonly<Record<string, string>> => ({
  ApproximateReceiveCount: String(receives),
  SentTimestamp: String(sentAt),
  SenderId: 'AIDALOCALENGINE',
  ApproximateFirstReceiveTimestamp: String(firstReceivedAt ?? sentAt),
  ...(group === undefined ? {} : { MessageGroupId: group }),
  ...(deadFrom === undefined ? {} : { DeadLetterQueueSourceArn: arnOf(deadFrom) }),
});
