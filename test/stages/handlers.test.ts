/** The exported handlers, through middy, with events as AWS shapes them. */
import type { SQSBatchResponse } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { encodeDeployment, encodePushes } from '../../functions/core/message.ts';
import { makeDeployHandler } from '../../functions/deploy/handler.ts';
import { LEASE_MS } from '../../functions/deploy/reconcile.ts';
import { makeIngestHandler } from '../../functions/ingest/handler.ts';
import { makeMatchHandler } from '../../functions/match/handler.ts';
import { makeBench } from './bench.ts';
import { apiContext, gatewayEvent, scheduledEvent, sqsEvent } from './events.ts';
import { message, NOW, push, REPOSITORY, TOKEN } from './given.ts';

const BODY = JSON.stringify({ image: `${REPOSITORY}:v1` });
const answerOf = (body: string | undefined): unknown => JSON.parse(body ?? 'null');

describe('ingest behind API Gateway', () => {
  test.each([false, true])('a push is answered 202, base64 %s', async (base64) => {
    const bench = makeBench();
    bench.define();
    const answer = await makeIngestHandler(bench.ports.ingest)(gatewayEvent(TOKEN, BODY, { base64 }), apiContext);
    expect(answer.statusCode).toBe(202);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
    expect(answerOf(answer.body)).toEqual({ code: '202', message: 'accepted', requestId: 'JKJaXmPLvHcESHA=', pushes: 1 });
    expect(bench.enqueued[0]?.pushes[0]).toMatchObject({ repository: REPOSITORY, tag: 'v1' });
  });

  test.each([
    ['no token in the path', gatewayEvent(undefined, BODY), 404],
    ['no body', gatewayEvent(TOKEN, undefined), 200],
    ['a body over 1 MiB', gatewayEvent(TOKEN, 'x'.repeat(1_048_577)), 413],
    ['the same in base64', gatewayEvent(TOKEN, 'x'.repeat(1_048_577), { base64: true }), 413],
    ['bytes that are no UTF-8', { ...gatewayEvent(TOKEN, ''), body: Buffer.from([0xff, 0xfe, 0x00]).toString('base64'), isBase64Encoded: true }, 200],
  ])('%s', async (_name, event, status) => {
    const bench = makeBench();
    bench.define();
    expect((await makeIngestHandler(bench.ports.ingest)(event, apiContext)).statusCode).toBe(status);
    expect(bench.enqueued).toEqual([]);
    // Whose it was is told of what was refused alone.
    expect(bench.logs.at(-1)?.fields.ip).toBe(status < 400 ? undefined : '203.0.113.7');
  });

  test('a table that throttles: 503 without a word of the inside, which is in the log', async () => {
    const bench = makeBench();
    const handler = makeIngestHandler({ ...bench.ports.ingest, hook: () => Promise.reject(new Error('ThrottlingException at table X')) });
    const answer = await handler(gatewayEvent(TOKEN, BODY), apiContext);
    expect(answer.statusCode).toBe(503);
    expect(answer.body).not.toContain('table X');
    expect(JSON.stringify(bench.logs)).toContain('table X');
  });
});

const noEvents = () => Promise.reject(new Error('no event is sent here'));
const failures = (answer: SQSBatchResponse | undefined): readonly string[] => (answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);

describe('match behind its queue', () => {
  test('what fails comes back, the rest of the batch is done', async () => {
    const bench = makeBench();
    bench.define();
    const bodyOf = (n: number): string => encodePushes(message(push(n)))[0] ?? '';
    const ports = {
      ...bench.ports.match,
      triggersOf: (repository: string) => (repository.endsWith('poison') ? Promise.reject(new Error('poison')) : bench.ports.match.triggersOf(repository)),
    };
    const poison = encodePushes(message(push(9, { repository: 'registry.example.com/poison' })))[0] ?? '';
    const answer = await makeMatchHandler(ports, noEvents)(
      sqsEvent([
        { id: 'm1', body: bodyOf(1), receives: 1 },
        { id: 'm2', body: poison, receives: 1 },
        { id: 'm3', body: 'not JSON', receives: 1 },
        { id: 'm4', body: '{"v":2}', receives: 1 },
        { id: 'm5', body: bodyOf(2), receives: 3 },
      ]),
      apiContext,
    );
    expect(failures(answer)).toEqual(['m2', 'm3', 'm4']);
    expect([bench.call(1)?.status, bench.call(2)?.status]).toEqual(['queued', 'queued']);
  });
});

describe('deploy behind its queue', () => {
  const ready = () => {
    const bench = makeBench();
    bench.define();
    return { bench, handler: makeDeployHandler(bench.ports.deploy, bench.ports.tick, 5) };
  };
  const record = (receives: number, body = encodeDeployment('web')) => sqsEvent([{ id: 'm1', body, receives }]);

  test('a message is a reconcile', async () => {
    const { bench, handler } = ready();
    await makeMatchHandler(bench.ports.match, noEvents)(sqsEvent([{ id: 'p', body: encodePushes(message(push(1)))[0] ?? '', receives: 1 }]), apiContext);
    expect(failures(await handler(record(1), apiContext))).toEqual([]);
    expect(bench.call(1)?.status).toBe('delivered');
  });

  test('on its last receive the work is recorded as failed, and the message goes to the dead letters', async () => {
    const { bench, handler } = ready();
    await makeMatchHandler(bench.ports.match, noEvents)(sqsEvent([{ id: 'p', body: encodePushes(message(push(1)))[0] ?? '', receives: 1 }]), apiContext);
    bench.cutAt(3, 'before');
    expect(await bench.until(handler(record(4), apiContext))).toBe('gone');
    bench.revive();
    bench.pass(LEASE_MS);
    expect(failures(await handler(record(5), apiContext))).toEqual(['m1']);
    expect(bench.call(1)).toMatchObject({ status: 'failed', reason: 'worker-died', detail: '4 times' });
    expect(bench.target.applied).toEqual([]);
  });

  test.each(['not JSON', '{"v":1}', '{"v":9,"application":"web"}', '{"v":1,"application":""}'])('a message that is none comes back: %s', async (body) => {
    const { handler } = ready();
    expect(failures(await handler(record(1, body), apiContext))).toEqual(['m1']);
  });

  test('it sets no timer to answer before its time-out: the process must end there, not go on in the middle of a later run', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const { bench } = ready();
    const seen: number[] = [];
    const looking =
      <A, R>(port: (argument: A) => Promise<R>) =>
      (argument: A): Promise<R> => {
        seen.push(timers());
        return port(argument);
      };
    await looking(async () => undefined)(undefined);
    const matched = makeMatchHandler({ ...bench.ports.match, triggersOf: looking(bench.ports.match.triggersOf) }, noEvents);
    await matched(sqsEvent([{ id: 'p', body: encodePushes(message(push(1)))[0] ?? '', receives: 1 }]), apiContext);
    const deploy = makeDeployHandler({ ...bench.ports.deploy, application: looking(bench.ports.deploy.application) }, bench.ports.tick, 5);
    await deploy(record(1), apiContext);
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(1);
  });
});

describe('the tick', () => {
  test('asks for every application whose time has come, and for no other', async () => {
    const bench = makeBench();
    bench.define(...['due', 'later', 'never'].map((name) => ({ trigger: { name }, application: { name } })));
    const open = (name: string, dueAt: number) =>
      bench.memory.states.open(name, { callId: `x.${name}`, order: '1', repository: REPOSITORY, tag: 'v1', receivedAt: NOW, hosts: [] }, { dueAt });
    open('due', NOW);
    open('later', NOW + 1);
    const handler = makeDeployHandler(bench.ports.deploy, bench.ports.tick, 5);
    expect(await handler(scheduledEvent(NOW), apiContext)).toBeUndefined();
    expect(bench.sent).toEqual([{ application: 'due', seconds: 0 }]);
    bench.pass(1);
    await handler(scheduledEvent(NOW), apiContext);
    expect(bench.sent.map(({ application }) => application)).toEqual(['due', 'due', 'later']);
  });

  test('sends nothing when nothing is due; a queue that refuses is an error of the run', async () => {
    const bench = makeBench();
    const handler = makeDeployHandler(bench.ports.deploy, bench.ports.tick, 5);
    await handler(scheduledEvent(NOW), apiContext);
    expect(bench.effects).toEqual(['due']);
    bench.define();
    bench.memory.states.open('web', { callId: 'x.web', order: '1', repository: REPOSITORY, tag: 'v1', receivedAt: NOW, hosts: [] }, { dueAt: NOW });
    const broken = makeDeployHandler(bench.ports.deploy, { ...bench.ports.tick, sendAll: () => Promise.reject(new Error('refused')) }, 5);
    await expect(broken(scheduledEvent(NOW), apiContext)).rejects.toThrow('refused');
  });

  test('wakes what a redelivery left behind when its sender died before it sent', async () => {
    const bench = makeBench();
    bench.define();
    const one = push(1);
    bench.memory.calls.put({ ...one, id: `${one.id}.release`, trigger: 'release', application: 'web', order: '1', status: 'queued', decidedAt: NOW });
    bench.memory.states.open('web', { ...one, callId: `${one.id}.release`, order: '1', hosts: [], redelivery: true }, { dueAt: NOW });
    const handler = makeDeployHandler(bench.ports.deploy, bench.ports.tick, 5);
    await handler(scheduledEvent(NOW), apiContext);
    for (const { application } of bench.sent) await handler(sqsEvent([{ id: 'm', body: encodeDeployment(application), receives: 1 }]), apiContext);
    expect(bench.call(1)?.status).toBe('delivered');
  });
});
