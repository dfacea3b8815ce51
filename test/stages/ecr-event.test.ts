/** Events of Amazon ECR in the pushes queue: through the exported handler, read by the format itself, to the calls. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Call } from '../../functions/core/call.ts';
import { ECR_HOOK } from '../../functions/core/ecr-hook.ts';
import { encodePushes } from '../../functions/core/message.ts';
import type { Push } from '../../functions/core/push.ts';
import { reconcile } from '../../functions/deploy/reconcile.ts';
import { readEcrEvent } from '../../functions/match/ecr-event.ts';
import { makeMatchHandler } from '../../functions/match/handler.ts';
import { ecr } from '../../functions/registries/ecr.ts';
import { makeBench } from './bench.ts';
import { ECR_DIGEST, ECR_HOST, ecrEvent } from './ecr-event.ts';
import { apiContext, sqsEvent } from './events.ts';
import { message, push, ULIDS } from './given.ts';

/** As `sqsEvent` says it. */
const SENT = 1_767_225_600_000;
const SECOND = 1_000;
const at = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');
const read = (body: string, sentAt = SENT) =>
  readEcrEvent(body, sentAt, {
    read: () => ecr.read({ method: 'POST', headers: {}, query: {}, body: Buffer.from(body) }, ECR_HOOK),
    ulidFrom: (time, seed) => `${time}#${seed}`,
  });
const pushOf = (body: object, sentAt = SENT): Push | undefined => {
  const found = read(JSON.stringify(body), sentAt);
  return found.ok ? found.value.pushes[0] : undefined;
};

const makeMatch = () => {
  const bench = makeBench();
  bench.define({ trigger: { name: 'release', hook: 'ecr', repository: `${ECR_HOST}/shop/web` } });
  const ids = new Map<string, string>();
  const ulidFrom = (_: number, seed: string): string => {
    const id = ids.get(seed) ?? ULIDS[ids.size] ?? '';
    ids.set(seed, id);
    return id;
  };
  const made: Call[] = [];
  const put = async (call: Call): Promise<'put' | 'exists'> => {
    const done = await bench.ports.match.calls.put(call);
    if (done === 'put') made.push(call);
    return done;
  };
  const handler = makeMatchHandler({ ...bench.ports.match, calls: { ...bench.ports.match.calls, put } }, async (body, sentAt) =>
    readEcrEvent(body, sentAt, { read: () => ecr.read({ method: 'POST', headers: {}, query: {}, body: Buffer.from(body) }, ECR_HOOK), ulidFrom }),
  );
  const deliver = async (...bodies: readonly string[]) => {
    const answer = await handler(sqsEvent(bodies.map((body, i) => ({ id: `m${i}`, body, receives: 1 }))), apiContext);
    return (answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  };
  const logged = (event: string) => bench.logs.filter((line) => line.event === event).map(({ fields }) => fields);
  return { bench, deliver, logged, made };
};

describe('a push', () => {
  test('becomes a call of the trigger that hears it, under the host of its account and region', async () => {
    const { bench, deliver, made } = makeMatch();
    expect(await deliver(JSON.stringify(ecrEvent()))).toEqual([]);
    expect(made).toMatchObject([{ trigger: 'release', hook: 'ecr', repository: `${ECR_HOST}/shop/web`, tag: 'v1', digest: ECR_DIGEST, status: 'queued' }]);
    expect(bench.sent).toMatchObject([{ application: 'web' }]);
  });

  test('is asked of ECR without any setting; where the role may not, it goes on as it came, and the call names what is missing', async () => {
    const { bench, deliver, made } = makeMatch();
    const why = 'it answered 403: the policies of the role and of the repository do not allow ecr:BatchGetImage';
    bench.registry.answers.push({ is: 'silent', why, denied: true });
    await deliver(JSON.stringify(ecrEvent()));
    await reconcile('web', { count: 1, last: false }, bench.ports.deploy);
    expect(bench.registry.asked).toEqual([{ repository: `${ECR_HOST}/shop/web`, tag: 'v1', access: 'ecr' }]);
    expect(await bench.memory.calls.get(made[0]?.id ?? '', bench.now())).toMatchObject({
      status: 'delivered',
      digest: ECR_DIGEST,
      registry: expect.stringContaining('ecr:BatchGetImage'),
    });
  });

  test('comes again from SQS or from EventBridge, alone or in one batch: still one call', async () => {
    const { deliver, made } = makeMatch();
    const body = JSON.stringify(ecrEvent());
    expect(await deliver(body, body)).toEqual([]);
    expect(await deliver(body)).toEqual([]);
    expect(made).toHaveLength(1);
    expect(await deliver(JSON.stringify(ecrEvent({ id: 'another-event' }, { 'image-tag': 'v2' })))).toEqual([]);
    expect(made.map(({ tag }) => tag)).toEqual(['v1', 'v2']);
  });

  test('lies in one batch with a message of ingest, and both are done', async () => {
    const { bench, deliver, made } = makeMatch();
    bench.define({ trigger: { name: 'hub' } });
    expect(await deliver(encodePushes(message(push(9)))[0] ?? '', JSON.stringify(ecrEvent()))).toEqual([]);
    expect(made.map(({ trigger }) => trigger).sort()).toEqual(['hub', 'release']);
  });

  test('has the other names of its registry, so that a target under one of them is found', () => {
    const found = read(JSON.stringify(ecrEvent()));
    expect(found.ok && found.value.access).toBe('ecr');
    expect(found.ok && found.value.hosts).toEqual(expect.arrayContaining([ECR_HOST, '123456789012.dkr-ecr.eu-west-1.on.aws']));
    expect(found.ok && [found.value.hook, found.value.v]).toEqual(['ecr', 1]);
  });

  test('in China is under the domain of China', () => {
    expect(pushOf(ecrEvent({ region: 'cn-north-1' }))?.repository).toBe('123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/shop/web');
  });
});

describe('its time and its id', () => {
  test('are those of the event, and the same whenever it is delivered', () => {
    const body = ecrEvent({ time: at(SENT - 5 * SECOND) });
    const first = pushOf(body);
    expect(first).toMatchObject({ receivedAt: SENT - 5 * SECOND, pushedAt: SENT - 5 * SECOND, eventId: body.id, id: `${SENT - 5 * SECOND}#${body.id}` });
    expect(pushOf(body, SENT + 86_400_000)).toEqual(first);
  });

  test('never lie after SQS took it, however the clock of the sender runs', () => {
    expect(pushOf(ecrEvent({ time: at(SENT + 60 * SECOND) }))?.receivedAt).toBe(SENT);
  });

  test('of a replayed event keep its place: an old image is not deployed over a newer one', () => {
    expect(pushOf(ecrEvent({ time: at(SENT - 9 * 86_400_000) }))?.receivedAt).toBe(SENT - 9 * 86_400_000);
  });

  test.each([
    ['a date that does not exist', '2023-02-31T25:00:00Z'],
    ['no zone', '2023-02-01T00:00:00'],
    ['a number', 1],
    ['nothing', undefined],
  ])('with %s are those of the queue', (_, time) => expect(pushOf(ecrEvent({ time }))?.receivedAt).toBe(SENT));
});

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/registries/ecr/${name}`, import.meta.url), 'utf8');

describe('what is no push', () => {
  test.each([
    ['a platform without a tag', JSON.stringify(ecrEvent({}, { 'image-tag': undefined }))],
    ['a platform with an empty tag', JSON.stringify(ecrEvent({}, { 'image-tag': '' }))],
    ['a push that failed', JSON.stringify(ecrEvent({}, { result: 'FAILURE' }))],
    ['a signature', JSON.stringify(ecrEvent({}, { 'image-tag': `sha256-${'a'.repeat(64)}.sig` }))],
    ['a chart', JSON.stringify(ecrEvent({}, { 'artifact-media-type': 'application/vnd.cncf.helm.config.v1+json' }))],
    ['a deletion', fixture('image-action-delete.json')],
    ['a scan', fixture('image-scan-complete.json')],
    ['a change of scans', fixture('scan-resource-change.json')],
    ['a replication', JSON.stringify(ecrEvent({ 'detail-type': 'ECR Replication Action' }, { 'action-type': 'REPLICATE' }))],
    ['another service', JSON.stringify(ecrEvent({ source: 'aws.ec2' }))],
    ['an event without an id', JSON.stringify(ecrEvent({ id: undefined }))],
    ['an id of a megabyte', JSON.stringify(ecrEvent({ id: 'x'.repeat(1_000_000) }))],
    ['an event without an account', JSON.stringify(ecrEvent({ account: undefined }))],
    ['an account that is a host', JSON.stringify(ecrEvent({ account: 'evil.example/x' }))],
    ['a region that is a host', JSON.stringify(ecrEvent({ region: 'evil.example' }))],
    ['no detail', JSON.stringify(ecrEvent({ detail: null }))],
    ['a detail that is a list', JSON.stringify(ecrEvent({ detail: [] }))],
    ['a repository that is a number', JSON.stringify(ecrEvent({}, { 'repository-name': 7 }))],
    ['a repository that climbs', JSON.stringify(ecrEvent({}, { 'repository-name': '../../etc' }))],
    ['a tag that is none', JSON.stringify(ecrEvent({}, { 'image-tag': 'v1 && rm' }))],
    ['nothing but its type', '{"detail-type":"ECR Image Action"}'],
    ['a type that is a list', '{"detail-type":["ECR Image Action"]}'],
    ['a prototype', '{"detail-type":"ECR Image Action","__proto__":{"id":"x","source":"aws.ecr"}}'],
  ])('%s is logged and acknowledged, and makes no call', async (_, body) => {
    const { bench, deliver, logged, made } = makeMatch();
    expect(await deliver(body)).toEqual([]);
    expect(made).toEqual([]);
    expect(bench.sent).toEqual([]);
    expect(logged('push.ignored')).toEqual([{ message: 'm0', hook: 'ecr', why: expect.stringMatching(/./) }]);
    expect(bench.memory.deliveries.list('ecr', 20, SENT)).toMatchObject([{ at: SENT, verdict: 'ignored', why: logged('push.ignored')[0]?.why }]);
  });

  test('the sample of the manual, whose digest is too short, is a push by its tag', () => {
    expect(pushOf(JSON.parse(fixture('image-action-push.json')))).toMatchObject({
      repository: '123456789012.dkr.ecr.us-west-2.amazonaws.com/my-repository-name',
      tag: 'latest',
    });
  });

  test('a message of an unknown version is no event, and goes to the dead letters', async () => {
    const { deliver } = makeMatch();
    expect(await deliver('{"v":2,"detail-type":"ECR Image Action"}', '{"v":2}', 'not JSON "detail-type"')).toEqual(['m0', 'm1', 'm2']);
  });

  test('whatever stands in an event, nothing is thrown, and a push is of ECR', () => {
    const event = fc.record(
      {
        id: fc.jsonValue(),
        source: fc.constantFrom('aws.ecr', 'x'),
        account: fc.jsonValue(),
        region: fc.jsonValue(),
        time: fc.jsonValue(),
        detail: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const detail = fc.dictionary(
      fc.constantFrom('result', 'repository-name', 'image-digest', 'action-type', 'image-tag', 'manifest-media-type'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(event, detail, (change, inside) => {
        const found = pushOf(ecrEvent(change, inside));
        if (found !== undefined) expect(found.repository).toMatch(/^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.(com|com\.cn|eu)\//);
      }),
      { numRuns: 2_000 },
    );
  });
});
