/** What an answer waits for: the table and the queue, and nothing else. Distribution waits 1 s for it, Harbor 3 s. */
import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { HookDefinition } from '../../functions/core/definitions.ts';
import { ENV } from '../../functions/env.ts';
import { ingest } from '../../functions/ingest/ingest.ts';
import { hookToItem } from '../../functions/store/definition-item.ts';
import { toItem } from '../../functions/store/dynamo.ts';
import { serveHttp } from '../outbound/loopback.ts';
import { makeBench } from './bench.ts';
import { apiContext, gatewayEvent } from './events.ts';
import { DIGEST, hook, REPOSITORY, TOKEN } from './given.ts';

const BODY = JSON.stringify({ image: `${REPOSITORY}:v1@${DIGEST}` });

/** A promise that the test keeps. */
const makeGate = <T>() => {
  let open: (value: T) => void = () => undefined;
  const passed = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { passed, open };
};

test('it waits for the table, then for the queue, and for no time to pass', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { ports } = makeBench();
  const [table, queue] = [makeGate<HookDefinition>(), makeGate<void>()];
  const reached: string[] = [];
  const send = (): Promise<void> => {
    reached.push('queue');
    return queue.passed;
  };
  const delivery = { method: 'POST', headers: { 'content-type': 'application/json' }, query: {}, body: new TextEncoder().encode(BODY) };
  const answered = ingest(TOKEN, delivery, { ...ports.ingest, hook: () => table.passed, send }).then((answer) => {
    reached.push('answer');
    return answer;
  });
  expect(reached).toEqual([]);
  table.open(hook());
  await vi.waitUntil(() => reached.length > 0);
  expect(reached).toEqual(['queue']);
  queue.open();
  expect(await answered).toMatchObject({ status: 202 });
});

test('wired as it runs, it connects to the table and the queue, and to nobody else', async () => {
  const bodies: string[] = [];
  const table = await serveHttp((_, response) => response.end(JSON.stringify({ Item: toItem(hookToItem(hook(), 1)) })));
  const queue = await serveHttp(async (request, response) => {
    const { MessageBody }: { readonly MessageBody: string } = JSON.parse(await text(request));
    bodies.push(MessageBody);
    response.end(JSON.stringify({ MessageId: '1', MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') }));
  });
  const connected = new Set<number | undefined>();
  const note = (message: unknown): void => {
    const socket = typeof message === 'object' && message !== null && 'socket' in message ? message.socket : undefined;
    if (socket instanceof Socket) socket.once('connect', () => connected.add(socket.remotePort));
  };
  subscribe('net.client.socket', note);
  onTestFinished(() => {
    unsubscribe('net.client.socket', note);
    vi.unstubAllEnvs();
  });
  const settings = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: table.origin,
    AWS_ENDPOINT_URL_SQS: queue.origin,
    [ENV.definitionsTable]: 'definitions',
    [ENV.callsTable]: 'calls',
    [ENV.pushesQueueUrl]: `${queue.origin}/123456789012/pushes`,
    [ENV.stackSecretArn]: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key',
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  const { handler } = await import('../../functions/ingest/lambda.ts');
  expect(await handler(gatewayEvent(TOKEN, BODY), apiContext)).toMatchObject({ statusCode: 202 });
  expect(bodies).toHaveLength(1);
  expect(connected).toEqual(new Set([table.port, queue.port]));
});
