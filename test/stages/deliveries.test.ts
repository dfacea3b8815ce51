/** What a hook keeps of each delivery, by the step in which it ended; and that nothing else depends on it. */
import { describe, expect, test } from 'vitest';
import { pastDeliveries } from '../../functions/api/past-deliveries.ts';
import { parsed } from '../../functions/core/parsed.ts';
import type { Push } from '../../functions/core/push.ts';
import { hashToken, makeToken } from '../../functions/hooks/token.ts';
import type { Delivery } from '../../functions/ingest/delivery.ts';
import { ingest } from '../../functions/ingest/ingest.ts';
import { triggerUrl } from '../../functions/ingest/trigger-url.ts';
import { match } from '../../functions/match/match.ts';
import { type Bench, makeBench } from './bench.ts';
import { DIGEST, HOST, hook, message, NOW, push, REPOSITORY, TOKEN, ULIDS } from './given.ts';

const delivery = (body: unknown, change: Partial<Delivery> = {}): Delivery => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  query: {},
  body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
  ...change,
});
const GOOD = { image: `${REPOSITORY}:v1@${DIGEST}` };
/** As the API finds them. */
const kept = (bench: Bench, name = 'hub') => {
  const { hooks, triggers, deliveries, all } = bench.memory;
  return pastDeliveries(hooks.get(name) ?? hook({ name }), 20, {
    now: () => NOW,
    deliveries: async (...asked) => deliveries.list(...asked),
    triggers: { list: async ({ where }) => parsed({ items: [...triggers.values()].filter((trigger) => trigger.hook === where?.hook) }) },
    callPages: { list: async ({ trigger }) => parsed({ items: all.calls().filter((call) => call.trigger === trigger) }) },
  });
};
const ready = (change: Parameters<typeof hook>[0] = {}): Bench => {
  const bench = makeBench();
  bench.define({ hook: change });
  return bench;
};
/** From the door to the calls. */
const through = async (bench: Bench, body: unknown): Promise<void> => {
  await ingest(TOKEN, delivery(body), bench.ports.ingest);
  for (const sent of bench.enqueued.splice(0)) await match(sent, bench.ports.match);
};

describe('ended at the door', () => {
  test.each([
    [
      'what is no push',
      { image: `${REPOSITORY}:sha256-${'a'.repeat(64)}.sig` },
      { verdict: 'ignored', status: 200, references: [`${REPOSITORY}:sha256-${'a'.repeat(64)}.sig`] },
    ],
    [
      'another registry',
      { image: 'evil.example.com/shop/web:v1' },
      { verdict: 'ignored', references: ['shop/web:v1'], why: expect.stringContaining('evil.example.com') },
    ],
    ['what is no JSON', 'tag=v1', { verdict: 'unreadable', status: 200, references: [] }],
    [
      'another format',
      { type: 'PUSH_ARTIFACT', event_data: { resources: [{ tag: 'v1', resource_url: `${REPOSITORY}:v1` }] } },
      { verdict: 'other-format', why: expect.stringMatching(/^this looks like Harbor/) },
    ],
  ])('%s', async (_name, body, record) => {
    const bench = ready();
    const answer = await ingest(TOKEN, delivery(body), bench.ports.ingest);
    expect(await kept(bench)).toMatchObject([{ at: NOW, ...record }]);
    expect(answer.message).toBe(`ignored: ${(await kept(bench))[0]?.why}`);
  });

  test('a missing and a wrong credential, and a body that is too large', async () => {
    const credential = { by: 'header', name: 'x-key', values: [{ sha256: hashToken('right'), createdAt: 0 }] } as const;
    const bench = ready({ credential });
    const with_ = (value: string) => delivery(GOOD, { headers: { 'x-key': value } });
    for (const each of [delivery(GOOD), with_('wrong'), delivery('', { body: new Uint8Array(1_048_577) })]) await ingest(TOKEN, each, bench.ports.ingest);
    expect((await kept(bench)).map(({ verdict, status }) => [verdict, status])).toEqual([
      ['refused', 413],
      ['refused', 401],
      ['refused', 401],
    ]);
    expect(JSON.stringify(await kept(bench))).not.toContain('right');
  });

  test('what the queue did not take names what it was', async () => {
    const bench = ready();
    const send = () => Promise.reject(new Error('throttled'));
    await ingest(TOKEN, delivery(GOOD), { ...bench.ports.ingest, send });
    expect(await kept(bench)).toMatchObject([{ verdict: 'not-taken', status: 503, references: [`${REPOSITORY}:v1`] }]);
  });

  test('a sender that asks whether it may send', async () => {
    const bench = ready({ registry: 'cloudevents' });
    await ingest(TOKEN, delivery('', { method: 'OPTIONS', headers: { 'webhook-request-origin': 'sender.example.com' } }), bench.ports.ingest);
    expect(await kept(bench)).toMatchObject([{ verdict: 'handshake', status: 200 }]);
  });

  test('nothing is kept for who knows no token, of a hook that is disabled, or of one that is not there', async () => {
    const bench = ready({ enabled: false });
    const stranger = makeToken('hub', (bytes) => new Uint8Array(bytes).fill(9));
    const nobody = makeToken('nobody', (bytes) => new Uint8Array(bytes).fill(9));
    const large = new Uint8Array(1_048_577);
    for (const token of [stranger, nobody, TOKEN, 'x'])
      for (const each of [delivery(GOOD), delivery('', { body: large })]) await ingest(token, each, bench.ports.ingest);
    expect(await Promise.all(['hub', 'nobody'].map((name) => kept(bench, name)))).toEqual([[], []]);
    expect(bench.effects).not.toContain('note');
  });

  test('a trigger URL keeps its own', async () => {
    const name = 'url-01jz0000000000000000000001';
    const token = makeToken(name, (bytes) => new Uint8Array(bytes).fill(5));
    const bench = ready();
    bench.memory.hooks.set(name, { ...hook(), name, registry: 'app-center', tokens: [{ sha256: hashToken(token), createdAt: 0 }], application: 'web' });
    await triggerUrl(token, delivery('', { method: 'GET' }), bench.ports.ingest);
    await triggerUrl(token, delivery('{"x":1}'), bench.ports.ingest);
    await triggerUrl(token, delivery(''), bench.ports.ingest);
    for (const sent of bench.enqueued.splice(0)) await match(sent, bench.ports.match);
    expect((await kept(bench, name)).map(({ verdict, status, references }) => [verdict, status, references])).toEqual([
      ['fired', 200, ['restart']],
      ['unreadable', 400, []],
      ['refused', 405, []],
    ]);
  });
});

describe('ended in match', () => {
  test('what fired is seen in its calls: nothing else is kept of it', async () => {
    const bench = ready();
    await through(bench, GOOD);
    const [record] = await kept(bench);
    expect(await kept(bench)).toHaveLength(1);
    expect(record).toEqual({
      id: record?.id,
      hook: 'hub',
      at: NOW,
      verdict: 'fired',
      status: 202,
      references: [`${REPOSITORY}:v1`],
      calls: [expect.stringMatching(/\.release$/)],
    });
    expect(bench.memory.all.calls().map(({ id }) => id)).toEqual(record?.calls);
    expect(bench.effects).not.toContain('note');
  });

  test('what fired nothing has the calls that say why', async () => {
    const bench = makeBench();
    bench.define({ trigger: { rule: { mode: 'tags', tags: ['stable'] } } });
    await through(bench, GOOD);
    expect(await kept(bench)).toMatchObject([
      { verdict: 'untriggered', why: expect.stringContaining('release: '), calls: [expect.stringMatching(/\.release$/)] },
    ]);
    expect(bench.effects).not.toContain('note');
  });

  test('of two triggers the call of the one that fired; what was asked for again is no delivery', async () => {
    const bench = ready();
    bench.define({ trigger: { name: 'other', rule: { mode: 'tags', tags: ['stable'] } } });
    await through(bench, GOOD);
    const [call] = bench.memory.all.calls();
    if (call === undefined) throw new Error('no call was made');
    bench.memory.calls.put({ ...call, id: `${ULIDS[9]}.release`, redeliveryOf: call.id });
    expect(await kept(bench)).toMatchObject([{ verdict: 'fired', calls: [expect.stringMatching(/\.release$/)] }]);
  });

  test('a delivery of several pushes is one', async () => {
    const bench = ready({ registry: 'distribution' });
    const target = (tag: string) => ({ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: DIGEST, repository: 'shop/web', tag });
    await through(bench, { events: ['v1', 'v2'].map((tag) => ({ id: tag, action: 'push', target: target(tag), request: { host: HOST } })) });
    expect(bench.memory.all.calls().map(({ delivery: of }) => of)).toEqual([undefined, bench.memory.all.calls()[0]?.id.slice(0, 26)]);
    expect(await kept(bench)).toMatchObject([{ verdict: 'fired', references: [`${REPOSITORY}:v1`, `${REPOSITORY}:v2`] }]);
  });

  test('what no trigger heard says whether any names it', async () => {
    const bench = ready();
    await through(bench, { image: `${HOST}/shop/other:v1` });
    bench.define({ trigger: { name: 'deaf', hook: 'else', repository: `${HOST}/shop/deaf` }, hook: { name: 'else' } });
    await through(bench, { image: `${HOST}/shop/deaf:v1` });
    expect((await kept(bench)).map(({ verdict, why }) => [verdict, why])).toEqual([
      ['unheard', 'the triggers that name the repository hear other hooks'],
      ['unheard', 'no trigger names the repository'],
    ]);
  });

  const matched = async (bench: Bench, ...pushes: readonly Push[]) => {
    await match(message(...pushes), bench.ports.match);
    return (await kept(bench))[0];
  };

  test('a duplicate names the calls of the first', async () => {
    const bench = ready();
    await matched(bench, push(1, { eventId: 'e' }));
    expect(await matched(bench, push(2, { eventId: 'e' }))).toMatchObject({ verdict: 'duplicate', calls: [`${ULIDS[1]}.release`] });
  });

  test('a second delivery of the same message says the same, although its call has ended', async () => {
    const bench = ready();
    const first = await matched(bench, push(1));
    bench.memory.calls.settle(`${ULIDS[1]}.release`, { status: 'delivered', endedAt: NOW });
    expect(await matched(bench, push(1))).toEqual(first);
  });

  test('a sweep, a test and an event of ECR have no answer, and the first two say what they are', async () => {
    const bench = ready();
    expect(await matched(bench, push(1, { source: 'sweep' }))).toMatchObject({ source: 'sweep' });
    expect(await matched(bench, push(2, { source: 'test' }))).toMatchObject({ source: 'test' });
    await match({ ...message(push(3, { hook: 'ecr' })), hook: 'ecr' }, bench.ports.match);
    expect([...(await kept(bench)), ...(await kept(bench, 'ecr'))].map(({ status }) => status)).toEqual([undefined, undefined, undefined]);
    expect(bench.call(2)).toMatchObject({ source: 'test' });
  });

  test('while one of its pushes cannot be matched it is unfinished; afterwards it is what it came to', async () => {
    const bench = ready();
    let broken = true;
    const triggersOf = (repository: string) => (broken ? Promise.reject(new Error('throttled')) : bench.ports.match.triggersOf(repository));
    const ports = { ...bench.ports.match, triggersOf };
    await expect(match(message(push(1)), ports)).rejects.toThrow('throttled');
    // It stands for ever where the message becomes a dead letter.
    expect(await kept(bench)).toMatchObject([{ verdict: 'unfinished', why: expect.stringContaining('dead letters') }]);
    broken = false;
    await match(message(push(1)), ports);
    expect(await kept(bench)).toMatchObject([{ verdict: 'fired' }]);
  });
});

describe('a note that cannot be taken', () => {
  const note = () => Promise.reject(new Error('the table is slow'));

  test('changes no answer', async () => {
    const bench = ready();
    expect(await ingest(TOKEN, delivery('tag=v1'), { ...bench.ports.ingest, note })).toMatchObject({ status: 200 });
    expect(bench.logs).toContainEqual({ event: 'delivery.unrecorded', fields: expect.objectContaining({ hook: 'hub', why: 'Error: the table is slow' }) });
  });

  test('brings no message back', async () => {
    const bench = ready();
    await match(message(push(1)), { ...bench.ports.match, note });
    expect(bench.call(1)?.status).toBe('queued');
    expect(bench.sent).toHaveLength(1);
    expect(bench.logs.map(({ event }) => event)).toContain('delivery.unrecorded');
  });
});
