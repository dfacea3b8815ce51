/** Dead letters by the API of SQS, which the local engine has too. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { denied } from '../aws.ts';
import { CliError, type Io } from '../io.ts';
import type { DeadLetters } from './inside.ts';

interface QueueName {
  /** As CloudFormation calls it: `PushesDeadLetters0A1B2C3D`. */
  readonly logicalId: string;
  readonly url: string;
}

/** As `infra/stack/queue.ts`, `tick.ts` and `ecr-events.ts` call them. */
const DEAD = /([A-Z][a-z]+)(DeadLetters|Undelivered)[0-9A-F]{8}$/;

/** A task of SQS moves some hundred messages a second. */
const [LOOK_MS, LONGEST_MS] = [500, 60_000];

export const readDeadLetters = async (client: SQSClient, queues: readonly QueueName[]): Promise<readonly DeadLetters[]> => {
  const { GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
  const found = queues.map(async ({ logicalId, url }) => {
    const [, name, kind] = DEAD.exec(logicalId) ?? [];
    if (name === undefined) return [];
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }));
    return [{ name: name.toLowerCase(), url, messages: Number(Attributes?.ApproximateNumberOfMessages ?? 0), redrivable: kind === 'DeadLetters' }];
  });
  try {
    return (await Promise.all(found)).flat().sort((a, b) => a.name.localeCompare(b.name));
  } catch (error) {
    throw denied(error, 'sqs:GetQueueAttributes', (what) => new CliError(`the queues cannot be read (${what})`));
  }
};

export const redriveQueue = async (client: SQSClient, { name, url }: DeadLetters, { pause }: Pick<Io, 'pause'>): Promise<number> => {
  const { GetQueueAttributesCommand, ListMessageMoveTasksCommand, StartMessageMoveTaskCommand } = await import('@aws-sdk/client-sqs');
  try {
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
    const SourceArn = Attributes?.QueueArn;
    if (SourceArn === undefined) throw new CliError(`SQS does not say what the ARN of ${url} is`);
    await client.send(new StartMessageMoveTaskCommand({ SourceArn }));
    for (let waited = 0; ; waited += LOOK_MS) {
      const { Results } = await client.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 }));
      const [task] = Results ?? [];
      const moved = task?.ApproximateNumberOfMessagesMoved ?? 0;
      if (task?.Status === 'COMPLETED') return moved;
      if (task?.Status !== undefined && task.Status !== 'RUNNING')
        throw new CliError(`SQS moved ${moved} messages of ${name} and then stopped (${task.FailureReason ?? task.Status}): try again`);
      if (waited >= LONGEST_MS) throw new CliError(`SQS still moves the messages of ${name}, ${moved} so far: look again with "dead-letters list"`);
      await pause(LOOK_MS);
    }
  } catch (error) {
    // Of the queue with the dead letters; and sqs:SendMessage of the one that they go back to.
    const needed =
      'sqs:StartMessageMoveTask, with sqs:ReceiveMessage, sqs:DeleteMessage and sqs:GetQueueAttributes of that queue and sqs:SendMessage of its source';
    throw denied(error, needed, (what) => new CliError(`the dead letters of ${name} cannot be sent back (${what})`));
  }
};
