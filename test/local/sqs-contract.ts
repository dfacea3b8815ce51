/** What a queue service must do for this project, asked by the real SDK client, and by the one of functions: run over the engine's own queues, and over other implementations as a second opinion. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { makeQueueClient, type QueueClient } from '../../functions/store/queue-client.ts';
import { type Deviations, testsBut } from '../conformance/deviations.ts';

export interface SqsUnderTest {
  readonly endpoint: string;
  readonly accessKeyId: string;
}

export const sqsContract = (name: string, start: () => Promise<SqsUnderTest>, deviations: Deviations = {}): void => {
  describe(`queues of ${name}`, () => {
    let sqs = new SQSClient({});
    let ours: QueueClient;
    let tables: DynamoDBClient;
    beforeAll(async () => {
      const { endpoint, accessKeyId } = await start();
      const config = { endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey: 'x' }, maxAttempts: 1 };
      sqs = new SQSClient({ ...config, useQueueUrlAsEndpoint: false });
      tables = new DynamoDBClient(config);
      ours = makeQueueClient(tables, { env: { AWS_ENDPOINT_URL_SQS: endpoint }, random: () => 0, wait: async () => undefined });
    });
    afterAll(() => tables.destroy());
    const test = testsBut(deviations);

    const create = async (attributes: Record<string, string> = {}): Promise<string> => {
      const made = await sqs.send(new CreateQueueCommand({ QueueName: `q-${randomUUID()}`, Attributes: attributes }));
      return made.QueueUrl ?? '';
    };
    const send = (QueueUrl: string, MessageBody: string, more: object = {}) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
    const receive = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) =>
      (
        await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'], ...more }),
        )
      ).Messages ?? [];
    const attributesOf = async (QueueUrl: string) => (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {};
    const failure = async (sending: Promise<unknown>): Promise<string> => {
      try {
        await sending;
      } catch (error) {
        return error instanceof Error ? error.name : String(error);
      }
      return 'no error';
    };

    test('takes what functions send, and says by name why not', async () => {
      const url = await create();
      await ours.send(url, 'hello ü');
      expect(await ours.sendBatch(url, [{ Id: '0', MessageBody: 'a', MessageGroupId: 'web', DelaySeconds: 0 }])).toEqual([]);
      expect((await receive(url)).map(({ Body }) => Body).sort()).toEqual(['a', 'hello ü']);
      expect(await failure(ours.send(`${url}-nowhere`, 'a'))).toBe(await failure(send(`${url}-nowhere`, 'a')));
    });

    test('sends, receives with attributes, deletes', async () => {
      const url = await create();
      const sent = await send(url, 'hello ü', {
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' }, raw: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 255]) } },
      });
      const [message] = await receive(url);
      expect(message).toMatchObject({
        MessageId: sent.MessageId,
        Body: 'hello ü',
        MD5OfBody: sent.MD5OfMessageBody,
        MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      });
      expect(message?.Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
      expect(Number(message?.Attributes?.SentTimestamp)).toBeGreaterThan(0);
      expect(message?.MessageAttributes?.kind?.StringValue).toBe('x');
      expect([...(message?.MessageAttributes?.raw?.BinaryValue ?? [])]).toEqual([1, 255]);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }));
      expect(await attributesOf(url)).toMatchObject({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' });
    });

    test('keeps the group of a message, by which a standard queue is fair', async () => {
      const url = await create();
      await send(url, 'a', { MessageGroupId: 'g' });
      expect((await receive(url))[0]?.Attributes?.MessageGroupId).toBe('g');
    });

    test('gives only the system attributes that were asked for', async () => {
      const url = await create();
      await send(url, 'a');
      const [message] = await receive(url, { MessageSystemAttributeNames: ['SentTimestamp'] });
      expect(Object.keys(message?.Attributes ?? {})).toEqual(['SentTimestamp']);
    });

    test('gives no message attributes that were not asked for', async () => {
      const url = await create();
      await send(url, 'a', { MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } } });
      expect((await receive(url, { MessageAttributeNames: undefined }))[0]?.MessageAttributes).toBeUndefined();
    });

    test('sends and deletes in batches, each entry answered by itself', async () => {
      const url = await create();
      const sent = await sqs.send(
        new SendMessageBatchCommand({ QueueUrl: url, Entries: ['a', 'b', 'c'].map((body) => ({ Id: `id-${body}`, MessageBody: body })) }),
      );
      expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['id-a', 'id-b', 'id-c']);
      const messages = await receive(url);
      expect(messages.map(({ Body }) => Body).toSorted()).toEqual(['a', 'b', 'c']);
      const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: `id-${i}`, ReceiptHandle }));
      const deleted = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
      expect(deleted.Successful?.map(({ Id }) => Id)).toEqual(['id-0', 'id-1', 'id-2']);
      expect(await attributesOf(url)).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '0' });
    });

    test('deletes what it can of a batch, and names the receipt that is none', async () => {
      const url = await create();
      await send(url, 'a');
      const [message] = await receive(url);
      const Entries = [
        { Id: 'good', ReceiptHandle: message?.ReceiptHandle },
        { Id: 'bad', ReceiptHandle: 'nonsense' },
      ];
      const deleted = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
      expect(deleted.Successful?.map(({ Id }) => Id)).toEqual(['good']);
      expect(deleted.Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([['bad', 'ReceiptHandleIsInvalid']]);
    });

    test('refuses bad batches by name', async () => {
      const url = await create();
      const batch = (Entries: { Id: string; MessageBody: string }[]) => failure(sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries })));
      expect(await batch([])).toMatch(/EmptyBatchRequest/);
      expect(await batch(Array.from({ length: 11 }, (_, index) => ({ Id: `i${index}`, MessageBody: 'x' })))).toMatch(/TooManyEntriesInBatchRequest/);
      expect(
        await batch([
          { Id: 'a', MessageBody: 'x' },
          { Id: 'a', MessageBody: 'y' },
        ]),
      ).toMatch(/BatchEntryIdsNotDistinct/);
      expect(await batch([{ Id: 'a b', MessageBody: 'x' }])).toMatch(/InvalidBatchEntryId/);
    });

    test('takes messages up to 1 MiB, and batches up to 1 MiB', async () => {
      const url = await create();
      const mebibyte = 1_048_576;
      expect(await failure(send(url, 'x'.repeat(mebibyte)))).toBe('no error');
      expect(await failure(send(url, 'x'.repeat(mebibyte + 1)))).toMatch(/InvalidParameterValue/);
      const entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(mebibyte / 2 + 1) }));
      expect(await failure(sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries })))).toMatch(/BatchRequestTooLong/);
    });

    test('refuses characters that XML does not have', async () => {
      const url = await create();
      expect(await failure(send(url, 'a\u0000b'))).toMatch(/InvalidMessageContents/);
    });

    test('refuses an empty body', async () => {
      expect(await failure(send(await create(), ''))).toMatch(/MissingParameter/);
    });

    test('refuses a delay that is too long', async () => {
      const url = await create();
      expect(await failure(send(url, 'x', { DelaySeconds: 901 }))).toMatch(/InvalidParameterValue/);
    });

    test('refuses to give more than ten messages, or to wait longer than 20 s', async () => {
      const url = await create();
      expect(await failure(receive(url, { MaxNumberOfMessages: 11 }))).toMatch(/InvalidParameterValue|ReadCountOutOfRange/);
      expect(await failure(receive(url, { WaitTimeSeconds: 21 }))).toMatch(/InvalidParameterValue/);
    });

    test('says that a queue does not exist', async () => {
      expect(await failure(sqs.send(new GetQueueUrlCommand({ QueueName: 'nobody' })))).toBe('QueueDoesNotExist');
    });

    test('finds queues by name', async () => {
      const url = await create();
      const name = url.split('/').pop() ?? '';
      expect((await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl).toBe(url);
      expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: name }))).QueueUrls).toEqual([url]);
    });

    test('gives a message again when its visibility was set to nothing, with a higher count', async () => {
      const url = await create();
      await send(url, 'a');
      const [first] = await receive(url);
      expect(await receive(url)).toEqual([]);
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }));
      const [again] = await receive(url);
      expect(again?.Attributes?.ApproximateReceiveCount).toBe('2');
      const changed = await sqs.send(
        new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries: [{ Id: 'a', ReceiptHandle: again?.ReceiptHandle, VisibilityTimeout: 0 }] }),
      );
      expect(changed.Successful).toHaveLength(1);
      expect(await receive(url)).toHaveLength(1);
    });

    test('a long poll wakes for a message that is sent meanwhile', async () => {
      const url = await create();
      const polling = receive(url, { WaitTimeSeconds: 10 });
      await send(url, 'now');
      expect((await polling).map(({ Body }) => Body)).toEqual(['now']);
    });

    test('a long poll wakes for a delayed message and for the end of a visibility', async () => {
      const url = await create();
      await send(url, 'delayed', { DelaySeconds: 1 });
      expect(await receive(url)).toEqual([]);
      expect(await attributesOf(url)).toMatchObject({ ApproximateNumberOfMessagesDelayed: '1' });
      expect(await receive(url, { WaitTimeSeconds: 5, VisibilityTimeout: 1 })).toHaveLength(1);
      expect((await receive(url, { WaitTimeSeconds: 5 }))[0]?.Attributes?.ApproximateReceiveCount).toBe('2');
    });

    const poisoned = async () => {
      const dead = await create();
      const { QueueArn = '' } = await attributesOf(dead);
      const url = await create({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount: '2' }) });
      await send(url, 'poison');
      expect(await receive(url, { VisibilityTimeout: 0 })).toHaveLength(1);
      expect(await receive(url, { VisibilityTimeout: 0 })).toHaveLength(1);
      expect(await receive(url)).toEqual([]);
      return { url, dead, QueueArn };
    };

    test('moves a message to the dead-letter queue after maxReceiveCount', async () => {
      const { dead } = await poisoned();
      expect(await attributesOf(dead)).toMatchObject({ ApproximateNumberOfMessages: '1' });
    });

    test('gives a dead letter back to its queue by a move task', async () => {
      const { url, QueueArn } = await poisoned();
      await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: QueueArn }));
      expect((await receive(url, { WaitTimeSeconds: 5 })).map(({ Body }) => Body)).toEqual(['poison']);
    });

    test('purges', async () => {
      const url = await create();
      await send(url, 'a');
      await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
      expect(await receive(url)).toEqual([]);
    });
  });
};
