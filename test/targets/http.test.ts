/** The `http` target against real servers on loopback, through the real guarded outbound. */
import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../functions/core/outcome.ts';
import type { TargetIo, Wish } from '../../functions/targets/target.ts';
import { serveHttp } from '../outbound/loopback.ts';
import { NOW } from './fake-ecs.ts';
import { textOf } from './fake-sts.ts';
import { GREEN, makeIo, wanted } from './io.ts';
import { targetOf } from './kinds.ts';

interface Told {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const receiver = async (answer: Answer = {}) => {
  const told: Told[] = [];
  const server = await serveHttp(async (request, response) => {
    told.push({ method: request.method, url: request.url, headers: request.headers, body: await textOf(request) });
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? 'ok');
  });
  return { told, url: `${server.origin}/deploy`, allow: [`127.0.0.1:${server.port}`] };
};

const SET: Wish = { set: [wanted('v2', GREEN)] };

const apply = async (config: object, io: TargetIo, wish: Wish = SET): Promise<Outcome> => {
  const target = targetOf({ kind: 'http', ...config });
  if (!target.ok || target.value.sight !== 'blind') throw new Error(target.ok ? 'not blind' : target.why);
  return target.value.apply(wish, io);
};

describe('what is posted', () => {
  it("is the registry's own body when there is no template", async () => {
    const { told, url, allow } = await receiver();
    const acr = {
      image: { repository: 'shop-registry-vpc.cn-beijing.cr.aliyuncs.com/team/group/web', tag: 'release-v1', digest: GREEN },
      hosts: [],
      since: Date.UTC(2026, 0, 1, 18, 5, 9),
    };
    expect(await apply({ url }, makeIo({ allow }), { set: [acr] })).toMatchObject({ is: 'delivered', exchange: { response: { status: 200 } } });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ method: 'POST', url: '/deploy', headers: { 'content-type': 'application/json', 'idempotency-key': 'web.7' } });
    expect(JSON.parse(told[0]?.body ?? '')).toEqual({
      push_data: { digest: GREEN, pushed_at: '2026-01-02 02:05:09', tag: 'release-v1' },
      repository: {
        date_created: '2026-01-02 02:05:09',
        name: 'web',
        namespace: 'team/group',
        region: 'cn-beijing',
        repo_authentication_type: 'NO_CERTIFIED',
        repo_full_name: 'team/group/web',
        repo_origin_type: 'NO_CERTIFIED',
        repo_type: 'PRIVATE',
      },
    });
    expect(told[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  it.each([
    ['registry.cn-hangzhou.aliyuncs.com/a/b', 'cn-hangzhou'],
    ['crpi-x1.cn-shanghai.personal.cr.aliyuncs.com/a/b', 'cn-shanghai'],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b', 'eu-west-1'],
    ['eu-west-1.example.com/a/b', ''],
    ['ghcr.io/a/b', ''],
  ])('names the region of %s: "%s"', async (repository, region) => {
    const { told, url, allow } = await receiver();
    await apply({ url }, makeIo({ allow }), { set: [{ image: { repository, tag: 'v1' }, hosts: [] }] });
    expect(JSON.parse(told[0]?.body ?? '')).toMatchObject({ repository: { region }, push_data: { tag: 'v1', pushed_at: '2026-01-01 08:00:00' } });
    expect(told[0]?.body).not.toContain('digest');
  });

  it('is the template with its placeholders filled, and its keys left alone', async () => {
    const { told, url, allow } = await receiver();
    const template = {
      ref: 'main',
      inputs: { '{{tag}}': 'x', image: '{{image}}', note: 'tag {{ tag }} of {{repository}} is {{digest}}', list: ['{{tag}}', 1, null, true] },
    };
    await apply({ url, template, headers: { Accept: 'application/vnd.github+json', 'Content-Type': 'application/vnd.x+json' } }, makeIo({ allow }));
    expect(JSON.parse(told[0]?.body ?? '')).toEqual({
      ref: 'main',
      inputs: {
        '{{tag}}': 'x',
        image: `registry.example.com/shop/web:v2@${GREEN}`,
        note: `tag v2 of registry.example.com/shop/web is ${GREEN}`,
        list: ['v2', 1, null, true],
      },
    });
    expect(told[0]?.headers).toMatchObject({ accept: 'application/vnd.github+json', 'content-type': 'application/vnd.x+json' });
  });

  it('is nothing for a restart, as the origin takes it', async () => {
    const { told, url, allow } = await receiver();
    expect(await apply({ url }, makeIo({ allow }), { restart: true, since: 0 })).toMatchObject({ is: 'delivered' });
    expect(told[0]).toMatchObject({ body: '', headers: { 'content-length': '0', 'idempotency-key': 'web.7' } });
    expect(told[0]?.headers).not.toHaveProperty('content-type');
  });

  it('is the template for a restart, if that asks for no image; else it is refused and nobody is called', async () => {
    const { told, url, allow } = await receiver();
    expect(await apply({ url, template: { event_type: 'deploy' } }, makeIo({ allow }), { restart: true, since: 0 })).toMatchObject({ is: 'delivered' });
    expect(told[0]?.body).toBe('{"event_type":"deploy"}');
    expect(await apply({ url, template: ['{{tag}}'] }, makeIo({ allow }), { restart: true, since: 0 })).toMatchObject({
      is: 'refused',
      why: { code: 'target-misconfigured' },
    });
    expect(told).toHaveLength(1);
  });

  it('is one request for each image, each with a key of its own', async () => {
    const { told, url, allow } = await receiver();
    await apply({ url, template: '{{tag}}' }, makeIo({ allow }), { set: [wanted('v1'), wanted('v2')] });
    expect(told.map(({ headers, body }) => [headers['idempotency-key'], body])).toEqual([
      ['web.7', '"v1"'],
      ['web.7.1', '"v2"'],
    ]);
  });
});

describe('the connection', () => {
  it.each([
    ['is kept', false, 'keep-alive'],
    ['is of its own where the application is deployed at most once', true, 'close'],
  ])('%s', async (_, atMostOnce, connection) => {
    const { told, url, allow } = await receiver();
    await apply({ url }, makeIo({ allow, atMostOnce }));
    expect(told.map(({ headers }) => headers.connection)).toEqual([connection]);
  });
});

describe('credentials', () => {
  const SECRET = 'ssm:/image-triggers/web-hook';
  const TOKEN = 'secretsmanager:image-triggers/web-token';
  const key = Buffer.from('0123456789abcdef0123456789abcdef');

  it.each([
    ['base64 behind whsec_', `whsec_${key.toString('base64')}`, key],
    ['any text', 'a plain text', Buffer.from('a plain text')],
  ])('sign by Standard Webhooks with %s', async (_, secret, bytes) => {
    const { told, url, allow } = await receiver();
    const outcome = await apply({ url, secret: SECRET }, makeIo({ allow, secrets: { [SECRET]: secret } }));
    const [first] = told;
    if (first === undefined) throw new Error('nobody was called');
    const { headers, body } = first;
    expect(headers).toMatchObject({ 'webhook-id': 'web.7', 'webhook-timestamp': String(NOW / 1000) });
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', bytes)
        .update(`web.7.${NOW / 1000}.${body}`)
        .digest('base64')}`,
    );
    expect(JSON.stringify(outcome)).not.toContain(String(headers['webhook-signature']));
  });

  it("agree with the specification's own example", async () => {
    // Key, id, time, body and signature as its libraries' tests have them.
    const { signatureHeaders, signingKey } = await import('../../functions/targets/webhook-signature.ts');
    const made = signingKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    expect(made.ok && signatureHeaders(made.value, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_000, '{"test": 2432232314}')).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('go into the Authorization header, and into no record, not even when the peer repeats them', async () => {
    const { told, url, allow } = await receiver({ status: 400, body: 'bad token Bearer very-secret-value' });
    const outcome = await apply(
      { url: `${url}?key=also-very-secret`, authorization: TOKEN },
      makeIo({ allow, secrets: { [TOKEN]: 'Bearer very-secret-value\n' } }),
    );
    expect(told[0]).toMatchObject({ url: '/deploy?key=also-very-secret', headers: { authorization: 'Bearer very-secret-value' } });
    expect(outcome).toMatchObject({ is: 'refused', exchange: { request: { url: `${url}?key=…`, headers: { authorization: '[redacted]' } } } });
    expect(JSON.stringify(outcome)).not.toMatch(/very-secret/);
  });

  it.each([
    ['does not exist', {}],
    ['is no base64 behind whsec_', { [SECRET]: 'whsec_!!!' }],
    ['is empty', { [SECRET]: '' }],
  ])('that %s are refused, and nobody is called', async (_, secrets) => {
    const { told, url, allow } = await receiver();
    const outcome = await apply({ url, secret: SECRET }, makeIo({ allow, secrets }));
    expect(outcome).toMatchObject({ is: 'refused', why: { code: 'secret-unreadable', detail: expect.stringContaining(SECRET) } });
    expect(told).toEqual([]);
  });

  it('that cannot be a header are refused without being told', async () => {
    const { told, url, allow } = await receiver();
    const outcome = await apply({ url, authorization: TOKEN }, makeIo({ allow, secrets: { [TOKEN]: 'first-part\nsecond-part' } }));
    expect(outcome).toMatchObject({ is: 'refused', why: { code: 'secret-unreadable' } });
    expect(JSON.stringify(outcome)).not.toContain('first-part');
    expect(told).toEqual([]);
  });

  it('that cannot be read just now are tried again later', async () => {
    const { told, url, allow } = await receiver();
    const io: TargetIo = {
      ...makeIo({ allow }),
      secret: async () => {
        throw new Error(`${SECRET} could not be read just now`);
      },
    };
    expect(await apply({ url, secret: SECRET }, io)).toMatchObject({
      is: 'unavailable',
      answered: true,
      why: { code: 'unavailable', detail: expect.stringContaining('just now') },
    });
    expect(told).toEqual([]);
  });
});
