/** Trigger URLs of applications: what each body does, what each refusal says, and a flow from the POST to the end of the call. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApplicationDefinition, HookDefinition } from '../../functions/core/definitions.ts';
import { decodePushes } from '../../functions/core/message.ts';
import { REASONS } from '../../functions/core/reason.ts';
import { reconcile } from '../../functions/deploy/reconcile.ts';
import { hashToken, makeToken } from '../../functions/hooks/token.ts';
import { type Delivery, MAX_BODY_BYTES } from '../../functions/ingest/delivery.ts';
import { makeIngestHandler } from '../../functions/ingest/handler.ts';
import { ingest } from '../../functions/ingest/ingest.ts';
import { triggerUrl } from '../../functions/ingest/trigger-url.ts';
import { match } from '../../functions/match/match.ts';
import { type Bench, makeBench, sawThrough } from './bench.ts';
import { apiContext, gatewayEvent } from './events.ts';
import { DIGEST, NOW, TOKEN } from './given.ts';

const ID = 'url-01jz0000000000000000000001';
const URL_TOKEN = makeToken(ID, (bytes) => new Uint8Array(bytes).fill(5));
const MESSAGE_ID = 'JKJaXmPLvHcESHA=';
const IMAGE = 'registry.cn-hangzhou.aliyuncs.com/acs/rollouts-demo';

/** As the origin's documentation has them, byte for byte: what `curl -d '…'` and the pipeline of Jenkins send. */
const CURL = `
{"resource":{"deployment":{"metadata":{"name":"demo"},
  "spec":{"template":{"spec":{"containers":[{"name":"demo","image":"${IMAGE}:red"}]}}}}}}`;
const JENKINS = `{"resource":{"deployment":{"metadata":{"name":"demo"},"spec":{"template":{"spec":{"containers":[{"name":"demo","image":"${IMAGE}:green"}]}}}}}}`;
const ACR = `{ "push_data":  { "digest": "sha256:457f4aa83fc9a6663ab9d1b0a6e2dce25a12a943ed5bf2c1747c58d48bbb4917",
                  "pushed_at": "2016-11-29 12:25:46",
                  "tag": "latest" },
  "repository": { "date_created": "2016-10-28 21:31:42",
                  "name": "repoTest", "namespace": "namespace", "region": "cn-hangzhou",
                  "repo_authentication_type": "NO_CERTIFIED", "repo_full_name": "namespace/repoTest",
                  "repo_origin_type": "NO_CERTIFIED", "repo_type": "PUBLIC" } }`;

interface Change {
  readonly hook?: Partial<HookDefinition>;
  readonly application?: Partial<ApplicationDefinition>;
}
const ready = ({ hook = {}, application = {} }: Change = {}): Bench => {
  const bench = makeBench();
  bench.define({ application });
  const { registryHost: _, ...bare } = bench.memory.hooks.get('hub') ?? expect.unreachable('the bench defines a hook');
  const tokens = [{ sha256: hashToken(URL_TOKEN), createdAt: 0 }];
  bench.memory.hooks.set(ID, { ...bare, name: ID, registry: 'app-center', hostAliases: [], tokens, application: 'web', get: false, ...hook });
  return bench;
};
const delivery = (body: unknown, method = 'POST'): Delivery => ({
  method,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  query: {},
  body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
});
const call = (bench: Bench, body: unknown, method?: string, token = URL_TOKEN) => triggerUrl(token, delivery(body, method), bench.ports.ingest);
const patch = (...images: readonly string[]): object => deployment({ template: { spec: { containers: images.map((image) => ({ name: 'demo', image })) } } });
const deployment = (spec: object): object => ({ resource: { deployment: { metadata: { name: 'demo' }, spec } } });
const OK = { status: 200, message: '' };
const pushes = (bench: Bench) => bench.enqueued.flatMap((message) => message.pushes);

describe('the three bodies', () => {
  test.each([
    ['nothing', ''],
    ['blanks', ' \r\n\t'],
    ['an empty object', '{}'],
    ['an empty object in many bytes', ' \n{ \n } '],
  ])('%s: what runs is deployed again', async (_name, body) => {
    const bench = ready();
    expect(await call(bench, body)).toMatchObject(OK);
    expect(bench.enqueued).toMatchObject([{ v: 1, hook: ID, hosts: [], receivedAt: NOW }]);
    expect(pushes(bench)).toEqual([
      { id: expect.any(String), hook: ID, repository: '*', tag: '', receivedAt: NOW, actor: `trigger URL ${ID}`, application: 'web', restart: true },
    ]);
  });

  test.each([
    ['curl', CURL, 'red'],
    ['Jenkins', JENKINS, 'green'],
  ])('the documented patch of %s sets its image', async (_name, body, tag) => {
    const bench = ready();
    expect(await call(bench, body)).toMatchObject(OK);
    expect(bench.enqueued).toMatchObject([{ hook: ID, hosts: [] }]);
    expect(pushes(bench)).toEqual([
      { id: expect.any(String), hook: ID, repository: IMAGE, tag, receivedAt: NOW, actor: `trigger URL ${ID}`, application: 'web' },
    ]);
  });

  test('the documented notification of ACR sets the pushed image; its host is a guess, so that the path decides', async () => {
    const bench = ready();
    expect(await call(bench, ACR)).toMatchObject(OK);
    expect(bench.enqueued).toMatchObject([{ hosts: ['*'] }]);
    expect(pushes(bench)).toMatchObject([
      { repository: 'registry.cn-hangzhou.aliyuncs.com/namespace/repotest', tag: 'latest', application: 'web', digest: expect.stringContaining('sha256:457f') },
    ]);
    // No event id: the same notification again is never dropped here.
    expect(pushes(bench)[0]).not.toHaveProperty('eventId');

    const known = ready({
      hook: { registryHost: 'shop-registry.cn-hangzhou.cr.aliyuncs.com', hostAliases: ['shop-registry-vpc.cn-hangzhou.cr.aliyuncs.com'] },
    });
    await call(known, ACR);
    expect(known.enqueued).toMatchObject([{ hosts: ['shop-registry.cn-hangzhou.cr.aliyuncs.com', 'shop-registry-vpc.cn-hangzhou.cr.aliyuncs.com'] }]);
    expect(pushes(known)).toMatchObject([{ repository: 'shop-registry.cn-hangzhou.cr.aliyuncs.com/namespace/repotest' }]);
  });

  test('several containers and init containers are a push each, one image given twice is one', async () => {
    const bench = ready();
    const spec = {
      initContainers: [{ name: 'migrate', image: 'r.example/shop/web:v2' }],
      containers: [{ name: 'web', image: 'r.example/shop/web:v2' }, { image: `r.example/shop/log@${DIGEST}` }, { name: 'cache', image: 'redis:8' }],
    };
    expect(await call(bench, deployment({ template: { spec } }))).toEqual({ ...OK, pushes: 3 });
    expect(pushes(bench).map(({ repository, tag, digest }) => [repository, tag, digest])).toEqual([
      ['r.example/shop/web', 'v2', undefined],
      ['r.example/shop/log', '', DIGEST],
      ['docker.io/library/redis', '8', undefined],
    ]);
    expect(new Set(pushes(bench).map(({ id }) => id)).size).toBe(3);
  });

  test('a name without a host is on the registry that the URL was made for', async () => {
    const bench = ready({ hook: { registryHost: 'r.example' } });
    await call(bench, patch('shop/web:v2'));
    expect(pushes(bench)).toMatchObject([{ repository: 'r.example/shop/web', tag: 'v2' }]);
    expect(await call(bench, patch('other.example/shop/web:v2'))).toMatchObject({ status: 400, message: expect.stringContaining('other.example') });
  });
});

describe('anything else is refused with what is allowed, and nothing is sent', () => {
  test.each<readonly [string, unknown, string]>([
    ['no JSON', 'image=x', 'is not JSON'],
    ['null', 'null', 'nothing that a trigger URL takes'],
    ['a list', '[]', 'nothing that a trigger URL takes'],
    ['another format', { image: 'r.example/shop/web:v1' }, 'this looks like a generic notice'],
    ['an image without tag and digest', patch('r.example/shop/web'), 'neither a tag nor a digest'],
    ['an image that is none', patch('https://r.example/shop/web:v1'), 'is not an image reference'],
    ['a signature', patch(`r.example/shop/web:sha256-${'a'.repeat(64)}.sig`), 'signature'],
    ['no container', patch(), 'names no container'],
    ['an image that is a number', deployment({ template: { spec: { containers: [{ name: 'a', image: 5 }] } } }), 'containers.0.image'],
    [
      'something that would not be set',
      deployment({ replicas: 3, template: { spec: { containers: [] } } }),
      '"resource.deployment.spec.replicas" cannot be given',
    ],
    ['two images of one repository', patch('r.example/shop/web:v1', 'r.example/shop/web:v2'), 'two images'],
    ['too many', patch(...Array.from({ length: 21 }, (_, i) => `r.example/shop/web${i}:v1`)), 'at most 20'],
    ['a push without tag', { push_data: {}, repository: { repo_full_name: 'shop/web', region: 'cn-beijing' } }, 'ignored'],
    ['a push of no known host', { push_data: { tag: 'v1' }, repository: { repo_full_name: 'shop/web' } }, 'registryHost'],
    ['a push with a tag that is none', { push_data: { tag: '-' }, repository: { repo_full_name: 'shop/web', region: 'cn-beijing' } }, 'is not a tag'],
  ])('%s', async (_name, body, why) => {
    const bench = ready();
    const answer = await call(bench, body);
    expect(answer).toEqual({ status: why === 'ignored' ? 200 : 400, message: expect.stringContaining(why) });
    expect(answer.message.length).toBeGreaterThan(20);
    expect(bench.enqueued).toEqual([]);
  });

  test('a repository that the URL may not speak for', async () => {
    const bench = ready({ hook: { repositories: ['team/*'] } });
    expect(await call(bench, patch('r.example/shop/web:v1'))).toMatchObject({ status: 400, message: expect.stringContaining('may not speak for') });
    expect(await call(bench, patch('r.example/team/web:v1', 'r.example/shop/web:v1'))).toMatchObject({ status: 400 });
    expect(bench.enqueued).toEqual([]);
    expect(await call(bench, patch('r.example/team/web:v1'))).toMatchObject(OK);
  });

  test('a body over 1 MiB, before it is read', async () => {
    const bench = ready();
    const answer = await triggerUrl(URL_TOKEN, { ...delivery(''), body: new Uint8Array(MAX_BODY_BYTES + 1) }, bench.ports.ingest);
    expect(answer).toMatchObject({ status: 413, message: expect.stringContaining(String(MAX_BODY_BYTES)) });
    expect(bench.effects).toEqual(['hook', 'definition', 'note']);
  });

  test('whatever is sent: one of the documented answers, and nothing is thrown', async () => {
    const part = fc.constantFrom(
      'resource',
      'deployment',
      'spec',
      'template',
      'containers',
      'initContainers',
      'image',
      'push_data',
      'repository',
      'tag',
      '__proto__',
    );
    const { nested } = fc.letrec<{ nested: unknown }>((tie) => ({
      nested: fc.oneof(
        { maxDepth: 6 },
        fc.oneof(fc.constantFrom<unknown>(null, 1, '', 'a/b:c', 'r.example/a/b:v1', {}, []), fc.string()),
        fc.array(tie('nested'), { maxLength: 3 }),
        fc.dictionary(part, tie('nested'), { maxKeys: 3 }),
      ),
    }));
    const near = nested.map((inner) => JSON.stringify({ resource: { deployment: { spec: { template: { spec: { containers: inner } } } } } }));
    const mutated = fc.tuple(fc.constantFrom(CURL, JENKINS, ACR), fc.nat(), fc.string({ maxLength: 4 })).map(([text, at, put]) => {
      const place = at % text.length;
      return text.slice(0, place) + put + text.slice(place + 1);
    });
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .oneof(
          nested.map((value) => JSON.stringify(value)),
          near,
          mutated,
        )
        .map((text) => new TextEncoder().encode(text)),
    );
    const bench = ready();
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom('POST', 'GET', 'PUT'), async (bytes, method) => {
        const before = bench.enqueued.length;
        const { status, message } = await triggerUrl(URL_TOKEN, { ...delivery('', method), body: bytes }, bench.ports.ingest);
        expect([200, 400, 405]).toContain(status);
        expect(message === '').toBe(bench.enqueued.length > before);
        expect(message.length).toBeLessThan(1_500);
        expect(message).not.toContain(URL_TOKEN);
      }),
      { numRuns: 400 },
    );
  });
});

describe('methods', () => {
  test.each<Readonly<Record<string, string>>>([
    { 'sec-purpose': 'prefetch;prerender' },
    { purpose: 'prefetch' },
    { 'x-purpose': 'preview' },
    { 'x-moz': 'prefetch' },
    { 'user-agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' },
    { 'user-agent': 'WhatsApp/2.23.20.0' },
  ])('a look ahead, %j, deploys nothing by GET, and is recorded', async (headers) => {
    const bench = ready({ hook: { get: true } });
    const asked = (method: string) => triggerUrl(URL_TOKEN, { ...delivery('', method), headers }, bench.ports.ingest);
    expect(await asked('GET')).toEqual({ status: 400, message: expect.stringMatching(/^prefetch-refused: .*send POST$/) });
    expect(bench.enqueued).toEqual([]);
    expect(bench.memory.deliveries.list(ID, 20, NOW)).toMatchObject([{ verdict: 'refused', status: 400, why: expect.stringContaining('prefetch-refused') }]);
    expect(await asked('POST')).toMatchObject(OK);
  });

  test('a browser that opens it deploys', async () => {
    const headers = { 'sec-fetch-mode': 'navigate', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36' };
    expect(await triggerUrl(URL_TOKEN, { ...delivery('', 'GET'), headers }, ready({ hook: { get: true } }).ports.ingest)).toMatchObject(OK);
  });

  test('GET is off unless switched on, and says how', async () => {
    const bench = ready();
    expect(await call(bench, '', 'GET')).toEqual({ status: 405, allow: 'POST', message: expect.stringContaining('"get": true') });
    expect(bench.enqueued).toEqual([]);
    const on = ready({ hook: { get: true } });
    expect(await call(on, '', 'GET')).toMatchObject(OK);
    expect(pushes(on)).toMatchObject([{ restart: true }]);
  });

  test.each(['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])('%s never does anything', async (method) => {
    for (const get of [false, true]) {
      const bench = ready({ hook: { get } });
      expect(await call(bench, '', method)).toMatchObject({ status: 405, allow: get ? 'GET, POST' : 'POST', message: expect.stringContaining(`"${method}"`) });
      expect(bench.enqueued).toEqual([]);
    }
  });
});

describe('tokens: one answer for each that is not valid', () => {
  const other = makeToken(ID, (bytes) => new Uint8Array(bytes).fill(9));
  test.each<readonly [string, string, Change]>([
    ['none', '', {}],
    ['wrong', other, {}],
    ['of an ordinary hook', TOKEN, {}],
    ['of a disabled URL', URL_TOKEN, { hook: { enabled: false } }],
    ['of an application that is gone', URL_TOKEN, { hook: { application: 'gone' } }],
    ['of an application of that name that was made later', URL_TOKEN, { hook: { createdAt: 5 }, application: { createdAt: 6 } }],
  ])('%s', async (_name, token, change) => {
    const bench = ready(change);
    for (const method of ['POST', 'GET', 'HEAD'])
      expect(await call(bench, '', method, token)).toEqual({ status: 404, message: expect.stringContaining('no such trigger URL') });
    expect(bench.enqueued).toEqual([]);
  });

  test('that of a trigger URL is none of a webhook', async () => {
    const bench = ready();
    expect(await ingest(URL_TOKEN, delivery(ACR), bench.ports.ingest)).toEqual({ status: 404, message: expect.stringContaining('no such webhook URL') });
  });

  test('no token and no body in any log line', async () => {
    const bench = ready();
    for (const body of ['', CURL, '{"secret":1}']) await call(bench, body);
    expect(bench.logs.map(({ event }) => event)).toEqual(['push.received', 'push.received', 'push.received']);
    expect(JSON.stringify(bench.logs)).not.toContain(URL_TOKEN);
    expect(JSON.stringify(bench.logs)).not.toContain('secret');
  });
});

test('a source in git is deployed again, but takes no image: refused, and sent on to be recorded', async () => {
  const bench = ready({ application: { source: { git: 'https://git.example/web' } } });
  const { sentence, cure } = REASONS['git-source'].en;
  expect(await call(bench, CURL)).toEqual({ status: 400, message: `${sentence} ${cure}` });
  expect(pushes(bench)).toMatchObject([{ repository: IMAGE, application: 'web' }]);
  expect(bench.enqueued).toMatchObject([{ answered: 400 }]);
  await match(decodePushes(JSON.stringify(bench.enqueued[0])), bench.ports.match);
  expect(bench.memory.deliveries.list(ID, 20, NOW)).toMatchObject([{ status: 400 }]);
  expect(await call(bench, '')).toMatchObject(OK);
});

test('503 when the queue does not take it, also for what would be refused', async () => {
  for (const application of [{}, { source: { git: 'https://git.example/web' } }]) {
    const bench = ready({ application });
    const answer = await triggerUrl(URL_TOKEN, delivery(CURL), { ...bench.ports.ingest, send: () => Promise.reject(new Error('no')) });
    expect(answer).toEqual({ status: 503, message: 'the queue did not take it: send it again' });
  }
});

test('wherever it is cut off: never a 200 without the push in the queue', async () => {
  const cuts = await sawThrough(
    (bench) => call(bench, CURL).then(({ message }) => expect(message === '' && bench.enqueued.length === 0).toBe(false)),
    async (bench) => {
      expect(await call(bench, CURL)).toMatchObject(OK);
      expect(bench.enqueued.length).toBeGreaterThan(0);
    },
    () => ready(),
  );
  expect(cuts).toContain('after pushes.send (effect 3)');
});

describe('behind API Gateway', () => {
  const event = (body: string | undefined, { method = 'POST', token = URL_TOKEN, base64 = false } = {}) => ({
    ...gatewayEvent(undefined, body, { method, query: { token }, base64 }),
    routeKey: 'ANY /hook/trigger',
    rawPath: '/hook/trigger',
  });
  const answer = async (bench: Bench, asked: Parameters<typeof event>[0], more: Parameters<typeof event>[1] = {}) => {
    const { statusCode, headers, body } = await makeIngestHandler(bench.ports.ingest)(event(asked, more), apiContext);
    return { statusCode, allow: headers?.allow, type: headers?.['content-type'], body };
  };
  const JSON_TYPE = 'application/json; charset=utf-8';

  test('success is the origin’s answer, byte for byte', async () => {
    for (const [body, base64] of [
      [undefined, false],
      [JENKINS, false],
      [CURL, true],
    ] as const)
      expect(await answer(ready(), body, { base64 })).toEqual({
        statusCode: 200,
        allow: undefined,
        type: JSON_TYPE,
        body: `{"code":"200","message":"","requestId":"${MESSAGE_ID}"}`,
      });
  });

  test.each<readonly [number, string | undefined, Parameters<typeof event>[1]]>([
    [400, 'x', {}],
    [404, '', { token: 'it_none' }],
    [405, undefined, { method: 'GET' }],
    [413, 'x'.repeat(MAX_BODY_BYTES + 1), {}],
  ])('a refusal has its status, also as the text "%i"', async (status, body, more) => {
    const refused = await answer(ready(), body, more);
    expect(refused).toMatchObject({ statusCode: status, allow: status === 405 ? 'POST' : undefined, type: JSON_TYPE });
    expect(JSON.parse(refused.body ?? '')).toEqual({ code: String(status), message: expect.stringMatching(/.{20,}/), requestId: MESSAGE_ID });
  });

  test('without any query', async () => {
    const { queryStringParameters: _, ...bare } = event('');
    expect((await makeIngestHandler(ready().ports.ingest)(bare, apiContext)).statusCode).toBe(404);
  });
});

describe('from the POST to the call', () => {
  const through = async (bench: Bench, body: string): Promise<readonly string[]> => {
    await call(bench, body);
    const [message] = bench.enqueued.splice(0);
    if (message === undefined) expect.unreachable('nothing was sent');
    else await match(message, bench.ports.match);
    return message?.pushes.map(({ id }) => id) ?? [];
  };

  test('a redeploy is a call of the application itself, open as a restart', async () => {
    const bench = ready();
    const [id = ''] = await through(bench, '');
    const found = bench.memory.calls.get(`${id}.!web`, NOW);
    expect(found).toMatchObject({
      trigger: '!web',
      application: 'web',
      hook: ID,
      action: 'redeploy',
      status: 'queued',
      actor: `trigger URL ${ID}`,
      repository: '*',
      tag: '',
    });
    expect(bench.state().open[`${id}.!web`]).toMatchObject({ repository: '*', tag: '', restart: true });
    expect(bench.sent).toEqual([{ application: 'web', seconds: 0 }]);
    expect(bench.effects).not.toContain('triggersOf');
  });

  test('an image is one too, without an action; the same again is another call', async () => {
    const bench = ready();
    const [first = ''] = await through(bench, ACR);
    const [second = ''] = await through(bench, ACR);
    const calls = [first, second].map((id) => bench.memory.calls.get(`${id}.!web`, NOW));
    expect(calls).toMatchObject([
      { status: 'queued', tag: 'latest' },
      { status: 'queued', tag: 'latest' },
    ]);
    expect(calls[0]).not.toHaveProperty('action');
    expect(bench.state().open[`${second}.!web`]).toMatchObject({ hosts: ['*'] });
    expect(bench.state().open[`${second}.!web`]).not.toHaveProperty('restart');
  });

  test('an application that went away meanwhile: the call says so', async () => {
    const bench = ready();
    await call(bench, '');
    bench.memory.applications.delete('web');
    bench.memory.states.remove('web');
    const [message] = bench.enqueued;
    if (message !== undefined) await match(message, bench.ports.match);
    expect(bench.memory.all.calls()).toMatchObject([{ trigger: '!web', status: 'failed', reason: 'application-deleted' }]);
  });

  test('cut off anywhere in match and delivered again: one call, asked for', async () => {
    const bench = ready();
    await call(bench, CURL);
    const [message] = bench.enqueued;
    if (message === undefined) return expect.unreachable('nothing was sent');
    const cuts = await sawThrough(
      (each) => match(message, each.ports.match),
      async (each, cut) => {
        each.sent.length = 0;
        await match(message, each.ports.match);
        expect(each.memory.all.calls(), cut).toHaveLength(1);
        expect(Object.keys(each.state().open), cut).toHaveLength(1);
        expect(each.sent, cut).toEqual([{ application: 'web', seconds: 0 }]);
      },
      () => ready(),
    );
    expect(cuts).toHaveLength(2 * 4);
  });
});

describe('to the end of the call', () => {
  const ended = async (bench: Bench, body: unknown) => {
    await call(bench, body);
    for (const message of bench.enqueued.splice(0)) await match(message, bench.ports.match);
    for (let i = 0; i < 5; i += 1) await reconcile('web', { count: 1, last: false }, bench.ports.deploy);
    return bench.memory.all.calls().map(({ status, reason, tag }) => ({ status, reason, tag }));
  };

  test('an image is deployed, also one that is named by its digest alone', async () => {
    const bench = ready();
    expect(await ended(bench, patch('r.example/shop/web:v1', `r.example/shop/log@${DIGEST}`))).toEqual([
      { status: 'delivered', reason: 'answered-2xx', tag: 'v1' },
      { status: 'delivered', reason: 'answered-2xx', tag: '' },
    ]);
    expect(bench.target.applied.flatMap(({ wanted }) => wanted.map(({ image }) => image))).toEqual(
      expect.arrayContaining([
        { repository: 'r.example/shop/web', tag: 'v1' },
        { repository: 'r.example/shop/log', digest: DIGEST },
      ]),
    );
  });

  test('a restart is done each time', async () => {
    const bench = ready();
    await ended(bench, '');
    bench.pass(1);
    expect(await ended(bench, '{}')).toEqual(Array(2).fill({ status: 'delivered', reason: 'answered-2xx', tag: '' }));
    expect(bench.target.told).toHaveLength(2);
  });

  test('what is refused for its source in git is recorded with that reason, and a disabled application says so too', async () => {
    const git = ready({ application: { source: { git: 'https://git.example/web' } } });
    expect(await ended(git, CURL)).toEqual([{ status: 'skipped', reason: 'git-source', tag: 'red' }]);
    const off = ready({ application: { enabled: false } });
    expect(await call(off, CURL)).toMatchObject(OK);
    expect(await ended(off, '')).toContainEqual({ status: 'skipped', reason: 'application-disabled', tag: '' });
    expect([git.target.applied, off.target.applied]).toEqual([[], []]);
  });
});
