/**
 * SQS as far as functions speak to it: two actions of its JSON protocol, over the signer, the credentials and the
 * connections that the client of DynamoDB brings along. The SDK's own client would be a second stack of middleware to load
 * and to run before the first answer; `test/store/queue-client.test.ts` holds this one against it.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
 */
import { hash } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Fields, fields, list, textOf } from '../core/fields.ts';
import { STEADY } from './quick.ts';

/** Named as SQS names them: an entry goes out as it is. */
export interface QueueEntry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId?: string;
  readonly DelaySeconds?: number;
}

export interface QueueClient {
  send(url: string, body: string): Promise<void>;
  /** The entries that the queue did not take, each with why. */
  sendBatch(url: string, entries: readonly QueueEntry[]): Promise<readonly string[]>;
}

/** The waits of the SDK: twice as long each time, of it a random part, so that many do not come back at once. */
const FIRST_WAIT_MS = 50;
const FIRST_WAIT_THROTTLED_MS = 1_000;

const TRIED_AGAIN: readonly number[] = [500, 502, 503, 504];
/** With status 400 as well as 429, 403 or 503. */
const THROTTLED = /^(Request)?Thrott|^TooManyRequests|^RequestLimitExceeded$|^SlowDown$/;

/** Given by tests. */
interface Around {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly random: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
}

export const makeQueueClient = (
  { config }: Pick<DynamoDBClient, 'config'>,
  { env, random, wait }: Around = { env: process.env, random: Math.random, wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
): QueueClient => {
  const { region, credentials, sha256, requestHandler, streamCollector } = config;
  const signer = new SignatureV4({ service: 'sqs', region, credentials, sha256 });
  const endpoint = env.AWS_ENDPOINT_URL_SQS ?? env.AWS_ENDPOINT_URL;

  /** One try. Nothing in it outlasts the time-outs of the handler. */
  const ask = async (action: string, url: string, body: string): Promise<Answered> => {
    const { protocol, hostname, port, host } = new URL(endpoint ?? url);
    const trace = env._X_AMZN_TRACE_ID;
    const request = await signer.sign(
      {
        ...{ method: 'POST', protocol, hostname, path: '/', query: {}, body },
        ...(port === '' ? {} : { port: Number(port) }),
        headers: {
          host,
          'content-type': 'application/x-amz-json-1.0',
          'content-length': String(Buffer.byteLength(body)),
          'x-amz-target': `AmazonSQS.${action}`,
          'user-agent': 'image-triggers',
          // SQS hands it on to the next function: by it X-Ray joins the two, and Lambda sees a loop.
          ...(trace === undefined ? {} : { 'x-amzn-trace-id': trace }),
        },
      },
      // Where the clock here is wrong, AWS refuses what is signed by it. The client of DynamoDB, which each step asks first, has learned by how much.
      { signingDate: new Date(Date.now() + config.systemClockOffset) },
    );
    const { response } = await requestHandler.handle(request);
    return { status: response.statusCode, said: said(Buffer.from(await streamCollector(response.body)).toString('utf8')) };
  };

  const call = async (action: string, asked: Fields & { readonly QueueUrl: string }): Promise<Fields> => {
    const body = JSON.stringify(asked);
    for (let tried = 1; ; tried += 1) {
      const answer = await ask(action, asked.QueueUrl, body).catch((error: unknown): NotAnswered => ({ error }));
      if ('status' in answer && answer.status === 200) return answer.said;
      const { error, waits } = 'status' in answer ? refusal(answer) : { error: answer.error, waits: FIRST_WAIT_MS };
      if (waits === undefined || tried === STEADY.maxAttempts) throw error;
      await wait(random() * waits * 2 ** (tried - 1));
    }
  };

  return {
    send: async (QueueUrl, MessageBody) => {
      const { MD5OfMessageBody } = await call('SendMessage', { QueueUrl, MessageBody });
      stored(MD5OfMessageBody, MessageBody);
    },
    sendBatch: async (QueueUrl, Entries) => {
      const answer = await call('SendMessageBatch', { QueueUrl, Entries });
      const taken = new Map(list(answer.Successful).map(({ Id, MD5OfMessageBody }) => [Id, MD5OfMessageBody]));
      const failed = new Map(list(answer.Failed).map(({ Id, Code, Message }) => [Id, `${textOf(Code)}: ${textOf(Message) || 'no message'}`]));
      return Entries.flatMap(({ Id, MessageBody }) => {
        if (!taken.has(Id)) return failed.get(Id) ?? 'the answer of the queue does not say that it was taken';
        stored(taken.get(Id), MessageBody);
        return [];
      });
    },
  };
};

interface Answered {
  readonly status: number;
  readonly said: Fields;
}

interface NotAnswered {
  readonly error: unknown;
}

const said = (text: string): Fields => {
  try {
    return fields(JSON.parse(text));
  } catch {
    // What stands in front of SQS answers as it likes.
    return { message: text.slice(0, 200) };
  }
};

/** `waits` where another try may go better. */
const refusal = ({ status, said }: Answered): { readonly error: Error; readonly waits?: number } => {
  const name = textOf(said.__type).replace(/^.*#/, '') || `HTTP ${status}`;
  const error = Object.assign(new Error(textOf(said.message ?? said.Message) || `SQS answered ${status}`), { name });
  if (status === 429 || THROTTLED.test(name)) return { error, waits: FIRST_WAIT_THROTTLED_MS };
  return TRIED_AGAIN.includes(status) ? { error, waits: FIRST_WAIT_MS } : { error };
};

/** A queue answers with what it stored. */
const stored = (md5: unknown, body: string): void => {
  const own = hash('md5', body);
  if (md5 !== own) throw new Error(`the queue stored another message than was sent: its MD5 is ${textOf(md5) || 'missing'}, that of the message ${own}`);
};
