/** Ingest: what each delivery is answered, and that a 202 means "the queue has it". */
import { describe, expect, test } from 'vitest';
import { hashToken, makeToken } from '../../functions/hooks/token.ts';
import { type Delivery, MAX_BODY_BYTES } from '../../functions/ingest/delivery.ts';
import { ingest } from '../../functions/ingest/ingest.ts';
import { type Bench, makeBench, sawThrough } from './bench.ts';
import { DIGEST, HOST, hook, NOW, REPOSITORY, TOKEN } from './given.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const delivery = (body: unknown, headers: Record<string, string> = {}): Delivery => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  query: {},
  body: bytes(typeof body === 'string' ? body : JSON.stringify(body)),
});
const GOOD = { image: `${REPOSITORY}:v1@${DIGEST}` };

const ready = (change: Parameters<typeof hook>[0] = {}): Bench => {
  const bench = makeBench();
  bench.define({ hook: change });
  return bench;
};

test('a push is enqueued once, with everything that later steps need, and then accepted', async () => {
  const bench = ready();
  expect(await ingest(TOKEN, delivery(GOOD), bench.ports.ingest)).toEqual({ status: 202, message: 'accepted', pushes: 1 });
  expect(bench.enqueued).toMatchObject([
    {
      v: 1,
      hook: 'hub',
      hosts: [HOST, 'registry-vpc.example.com'],
      receivedAt: NOW,
      pushes: [{ hook: 'hub', repository: REPOSITORY, tag: 'v1', digest: DIGEST, receivedAt: NOW }],
    },
  ]);
  expect(bench.enqueued[0]?.pushes[0]?.id).toBe(bench.enqueued[0]?.deliveryId);
});

const BODIES: readonly (readonly [name: string, body: unknown, message: string | RegExp])[] = [
  ['not JSON', 'tag=v1', /^ignored: /],
  ['an empty body', '', /^ignored: /],
  ['JSON of another shape', { hello: 'world' }, /^ignored: /],
  ['100,000 levels deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /^ignored: /],
  ['a __proto__ key', '{"__proto__":{"image":"x"}}', /^ignored: /],
  ['a tag of 129 characters', { repository: 'shop/web', tag: 'x'.repeat(129) }, /^ignored: /],
  ['a digest that is none', { repository: 'shop/web', tag: 'v1', digest: 'sha256:short' }, /^ignored: /],
];

describe('answered 200 with the reason, and nothing enqueued', () => {
  test.each(BODIES)('%s', async (_name, body, expected) => {
    const bench = ready();
    const answer = await ingest(TOKEN, delivery(body), bench.ports.ingest);
    expect(answer.status).toBe(200);
    expect(answer.message).toMatch(expected);
    expect(answer.message.length).toBeGreaterThan(20);
    expect(bench.enqueued).toEqual([]);
  });

  test('another registry than the hook may speak for is named', async () => {
    const bench = ready({ registry: 'distribution' });
    const event = (host: string) => ({
      events: [
        {
          id: 'e1',
          action: 'push',
          target: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: DIGEST, repository: 'shop/web', tag: 'v1' },
          request: { host },
        },
      ],
    });
    const answer = await ingest(TOKEN, delivery(event('evil.example.com')), bench.ports.ingest);
    expect(answer).toMatchObject({ status: 200, message: expect.stringContaining('evil.example.com') });
    expect(bench.enqueued).toEqual([]);
    // The same under an alias is a push of the registry itself.
    expect(await ingest(TOKEN, delivery(event('registry-vpc.example.com')), bench.ports.ingest)).toMatchObject({ status: 202 });
    expect(bench.enqueued[0]?.pushes[0]?.repository).toBe(REPOSITORY);
  });

  test('a body of another format is recognised', async () => {
    const bench = ready({ registry: 'distribution' });
    const acr = {
      push_data: { digest: DIGEST, pushed_at: '2026-06-30 12:00:00', tag: 'v1' },
      repository: {
        name: 'web',
        namespace: 'shop',
        region: 'cn-beijing',
        repo_full_name: 'shop/web',
        date_created: '2026-01-01 00:00:00',
        repo_authentication_type: 'NO_CERTIFIED',
        repo_origin_type: 'NO_CERTIFIED',
        repo_type: 'PRIVATE',
      },
    };
    expect((await ingest(TOKEN, delivery(acr), bench.ports.ingest)).message).toContain(
      'this looks like Alibaba Cloud ACR; the hook is for Docker Registry (Distribution)',
    );
  });
});

describe('tokens: one answer for each that is not valid', () => {
  const other = makeToken('other', (n) => new Uint8Array(n).fill(1));
  const wrong = makeToken('hub', (n) => new Uint8Array(n).fill(9));
  test.each([
    ['none', '', {}],
    ['malformed', 'it_hub_x', {}],
    ['of an unknown hook', other, {}],
    ['wrong', wrong, {}],
    ['of a disabled hook', TOKEN, { enabled: false }],
    ['expired', TOKEN, { tokens: [{ sha256: hashToken(TOKEN), createdAt: 0, expiresAt: NOW }] }],
  ])('%s', async (_name, token, change) => {
    const bench = ready(change);
    const answer = await ingest(token, delivery(GOOD), bench.ports.ingest);
    expect(answer).toEqual({ status: 404, message: expect.stringContaining('no such webhook URL') });
    expect(bench.enqueued).toEqual([]);
    expect(JSON.stringify(bench.logs)).not.toContain(TOKEN);
  });

  test('two are valid while rotating', async () => {
    const bench = ready({
      tokens: [
        { sha256: hashToken(wrong), createdAt: 1 },
        { sha256: hashToken(TOKEN), createdAt: 0, expiresAt: NOW + 1 },
      ],
    });
    for (const token of [TOKEN, wrong]) expect((await ingest(token, delivery(GOOD), bench.ports.ingest)).status).toBe(202);
  });
});

test('the second factor is asked for after the token, and tells what is missing', async () => {
  const bench = ready({ credential: { by: 'header', name: 'x-secret', values: [{ sha256: hashToken('s3cret'), createdAt: 0 }] } });
  expect((await ingest(TOKEN, delivery(GOOD), bench.ports.ingest)).status).toBe(401);
  expect((await ingest(TOKEN, delivery(GOOD, { 'x-secret': 'guess' }), bench.ports.ingest)).status).toBe(401);
  expect(bench.enqueued).toEqual([]);
  expect((await ingest(TOKEN, delivery(GOOD, { 'x-secret': 's3cret' }), bench.ports.ingest)).status).toBe(202);
});

test('a body over 1 MiB is refused before it is read, and its hook shows it', async () => {
  const bench = ready();
  const answer = await ingest(TOKEN, { ...delivery(''), body: new Uint8Array(2 * 1024 * 1024) }, bench.ports.ingest);
  expect(answer).toMatchObject({ status: 413, message: expect.stringContaining(String(MAX_BODY_BYTES)) });
  expect(bench.effects).toEqual(['hook', 'note']);
});

test('503 when the queue does not take it, in whole or in part; the words of the queue stay inside', async () => {
  const bench = ready();
  const answer = await ingest(TOKEN, delivery(GOOD), { ...bench.ports.ingest, send: () => Promise.reject(new Error('the queue refused 1 of 3 messages')) });
  expect(answer).toEqual({ status: 503, message: 'the queue did not take the push: send it again' });
  expect(bench.logs.map(({ event }) => event)).toContain('push.refused');
});

test('part of a delivery may be no push: the rest is taken', async () => {
  const bench = ready({ registry: 'distribution' });
  const event = (id: string, action: string, host: string) => ({
    id,
    action,
    target: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: DIGEST, repository: 'shop/web', tag: 'v1' },
    request: { host },
  });
  const body = { events: [event('1', 'push', HOST), event('2', 'pull', HOST), event('3', 'push', 'evil.example.com')] };
  expect(await ingest(TOKEN, delivery(body), bench.ports.ingest)).toEqual({ status: 202, message: 'accepted', pushes: 1 });
  expect(bench.logs.at(-1)?.fields).toMatchObject({ pushes: 1, ignored: 2 });
});

test('of a delivery that names more tags than anybody pushes, the first 5,000 are taken; the rest is counted, and no reason to send it again', async () => {
  const bench = ready({ registry: 'quay', registryHost: 'quay.io' });
  const tags = (count: number) => ({
    docker_url: 'quay.io/shop/web',
    name: 'web',
    repository: 'shop/web',
    updated_tags: Array.from({ length: count }, (_, n) => `t${n}`),
  });
  expect(await ingest(TOKEN, delivery(tags(5_000)), bench.ports.ingest)).toEqual({ status: 202, message: 'accepted', pushes: 5_000 });
  const answer = await ingest(TOKEN, delivery(tags(90_000)), bench.ports.ingest);
  expect(answer).toEqual({ status: 202, message: 'accepted; the last 85000 are ignored: one delivery may hold 5000 pushes', pushes: 5_000 });
  expect(bench.enqueued.map(({ pushes }) => pushes.length)).toEqual([5_000, 5_000]);
  expect(bench.enqueued[1]?.pushes.at(-1)?.tag).toBe('t4999');
  expect(bench.logs.at(-1)?.fields).toMatchObject({ pushes: 5_000, ignored: 85_000, why: answer.message });
});

test('wherever it is cut off: never a 202 without the push in the queue, and the sender’s retry is taken', async () => {
  const cuts = await sawThrough(
    (bench) => ingest(TOKEN, delivery(GOOD), bench.ports.ingest).then((answer) => expect(answer.status === 202 && bench.enqueued.length === 0).toBe(false)),
    async (bench) => {
      expect((await ingest(TOKEN, delivery(GOOD), bench.ports.ingest)).status).toBe(202);
      expect(bench.enqueued.length).toBeGreaterThan(0);
    },
    () => ready(),
  );
  expect(cuts).toContain('after pushes.send (effect 2)');
});
