/** Azure (its own webhooks and Event Grid), Amazon ECR, Google and Tencent, beside what was recorded of them. */
import { describe, expect, it, test } from 'vitest';
import { ecr } from '../../functions/registries/ecr.ts';
import { bodyOf } from './body.ts';
import { altered, readingOf, recorded } from './reading.ts';

const DIGEST = `sha256:${'4'.repeat(64)}`;
const first = (lines: readonly string[]): string | undefined => lines[0];

describe('azure-acr', () => {
  const read = (...pieces: readonly (readonly [string, string])[]) => first(readingOf('azure-acr', altered('azure-acr/push-docs-2017.json', ...pieces)));
  test.each<readonly [string, string, RegExp]>([
    ['"action": "push"', '"action": "quarantine"', /^ignored: the action is "quarantine".*hello-world:v1/],
    ['"tag": "v1"', '"tag": ""', /^ignored: it has no tag.*hello-world@sha256:80f0/],
    ['"tag": "v1"', '"name": "v1"', /^ignored: it has no tag/],
    ['80f0d5c8786b', 'xxxxxxxxxxxx', /^myregistry\.azurecr\.io\/hello-world:v1$/],
    ['"host": "myregistry.azurecr.io",', '', /^\/hello-world:v1@/],
    ['manifest.v2+json"', 'config.v1+json"', /^ignored: its media type/],
  ])('%s → %s', (piece, other, line) => expect(read([piece, other])).toMatch(line));

  it('knows a ping with and without its headers', () => {
    expect(first(readingOf('azure-acr', bodyOf({ id: 'x', timestamp: 'y', action: 'ping' })))).toMatch(/^ignored: a ping/);
    expect(first(readingOf('azure-acr', bodyOf({ action: 'pong' })))).toMatch(/^unreadable/);
  });
});

describe('azure-eventgrid', () => {
  const ask = (origin: string) => ({ method: 'OPTIONS', headers: { 'webhook-request-origin': origin }, query: {}, body: new Uint8Array() });
  it('answers OPTIONS with the origin that asked, and nothing that is no host', () => {
    expect(first(readingOf('azure-eventgrid', ask('eventgrid.azure.net')))).toBe(
      'handshake: 200 {"allow":"POST","webhook-allowed-origin":"eventgrid.azure.net","webhook-allowed-rate":"*"} ',
    );
    for (const origin of ['a\r\nx: y', 'https://a/b', '*', 'a'.repeat(300)]) expect(first(readingOf('azure-eventgrid', ask(origin)))).toMatch(/^unreadable/);
  });
  it('answers a code, and none that is missing or long', () => {
    for (const code of ['', 'x'.repeat(201)])
      expect(
        first(readingOf('azure-eventgrid', altered('azure-eventgrid/subscription-validation.json', ['512d38b6-c7b8-40c8-89fe-f46f9e9622b6', code]))),
      ).toMatch(code === '' ? /^unreadable: .*validationCode/ : /^unreadable/);
  });
  it('takes one event alone, the long type, and each of a list under its own id', () => {
    const event = (id: string, type: string) => ({
      ...{ specversion: '1.0', id, type, source: '/s', subject: 'a:b' },
      data: { id: 'other', action: 'push', target: { repository: 'a', tag: id }, request: { host: 'r.azurecr.io' } },
    });
    expect(readingOf('azure-eventgrid', bodyOf(event('1', 'Microsoft.ContainerRegistry.ImagePushed')))).toEqual(['r.azurecr.io/a:1']);
    const list = [
      event('1', 'Microsoft.ContainerRegistry.ImagePushed'),
      event('2', 'Microsoft.ContainerRegistry.ImageDeleted'),
      event('3', 'ImagePushed'),
      event('4', 'Microsoft.Storage.BlobCreated'),
      7,
    ];
    expect(readingOf('azure-eventgrid', bodyOf(list))).toEqual([
      'r.azurecr.io/a:1',
      'r.azurecr.io/a:3',
      expect.stringMatching(/^ignored: its type is "Microsoft\.ContainerRegistry\.ImageDeleted"/),
      expect.stringMatching(/^ignored: its type is "Microsoft\.Storage/),
    ]);
  });
  it('is not for CloudEvents of others, nor for an empty list', () => {
    expect(first(readingOf('azure-eventgrid', recorded('cloudevents/container-push.json')))).toMatch(/^unreadable/);
    expect(first(readingOf('azure-eventgrid', bodyOf([])))).toMatch(/^unreadable/);
  });
});

describe('ecr', () => {
  const detail = { 'action-type': 'PUSH', result: 'SUCCESS', 'repository-name': 'team/app', 'image-digest': DIGEST, 'image-tag': 'v1' };
  const read = (more: object = {}, of: object = {}) =>
    first(
      readingOf(
        'ecr',
        bodyOf({
          id: 'e',
          'detail-type': 'ECR Image Action',
          source: 'aws.ecr',
          account: '123456789012',
          region: 'eu-west-1',
          time: '2026-11-16T01:54:34Z',
          detail: { ...detail, ...more },
          ...of,
        }),
      ),
    );
  const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
  test.each<readonly [object, object, string | RegExp]>([
    [{}, {}, `${HOST}/team/app:v1@${DIGEST}`],
    [{}, { region: 'cn-north-1' }, `123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/app:v1@${DIGEST}`],
    [{ 'image-digest': undefined }, {}, `${HOST}/team/app:v1`],
    [
      { 'artifact-media-type': 'application/vnd.oci.image.config.v1+json', 'manifest-media-type': 'application/vnd.oci.image.index.v1+json' },
      {},
      `${HOST}/team/app:v1@${DIGEST}`,
    ],
    [{}, { region: 'x/../y' }, `/team/app:v1@${DIGEST}`],
    [{}, { account: 123456789012 }, `/team/app:v1@${DIGEST}`],
    [{ 'image-tag': undefined }, {}, /^ignored: it has no tag.*team\/app@sha256/],
    [{ 'image-tag': `sha256-${'a'.repeat(64)}.sig` }, {}, /^ignored: its tag names a signature/],
    [{ 'artifact-media-type': 'application/vnd.cncf.helm.config.v1+json' }, {}, /^ignored: it holds application\/vnd\.cncf\.helm/],
    [{ 'manifest-media-type': 'application/vnd.oci.artifact.manifest.v1+json' }, {}, /^ignored: its media type/],
    [{ result: 'FAILURE' }, {}, /^ignored: the action is "PUSH" with the result "FAILURE"/],
    [{ 'action-type': 'UPDATE_STORAGE_CLASS' }, {}, /^ignored: the action is "UPDATE_STORAGE_CLASS"/],
    [{}, { 'detail-type': 'ECR Replication Action' }, /^ignored: its type is "ECR Replication Action"/],
    [{}, { 'detail-type': 'ECR Pull Through Cache Action' }, /^ignored: its type is/],
    [{}, { source: 'aws.s3' }, /^unreadable/],
    [{}, { detail: null }, /^ignored/],
  ])('%j %j', (more, of, line) => expect(read(more, of)).toEqual(typeof line === 'string' ? line : expect.stringMatching(line)));

  it('reads no other transformed event as a push', () =>
    expect(first(readingOf('ecr', altered('ecr/cloudevents-transformed-push.json', ['ecr.image.push', 'ecr.image.delete'])))).toMatch(/^ignored: its type is/));

  it('knows the names of one registry', () => {
    expect(ecr.aliases(HOST)).toContain('123456789012.dkr-ecr.eu-west-1.on.aws');
    expect(ecr.aliases('123456789012.dkr-ecr.eu-west-1.on.aws')).toContain(HOST);
    expect(ecr.aliases('123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.com')).toEqual([]);
  });
});

describe('google', () => {
  const wrapped = (data: string) => bodyOf({ message: { data, messageId: 'm', publishTime: '2026-11-16T01:54:34.5Z' }, subscription: 's' });
  const b64 = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64');
  const image = 'europe-docker.pkg.dev/p/r/app';
  test.each<readonly [string, ReturnType<typeof bodyOf>, string | RegExp]>([
    ['with both', wrapped(b64({ action: 'INSERT', tag: `${image}:v1`, digest: `${image}@${DIGEST}` })), `${image}:v1@${DIGEST}`],
    ['with a tag alone', wrapped(b64({ action: 'INSERT', tag: `${image}:v1` })), `${image}:v1`],
    ['of a project with a domain', bodyOf({ action: 'INSERT', tag: 'gcr.io/example.com/p/app:v1' }), 'gcr.io/example.com/p/app:v1'],
    ['with a digest of another image', bodyOf({ action: 'INSERT', tag: `${image}:v1`, digest: `gcr.io/p/x@${DIGEST}` }), `${image}:v1`],
    ['with a digest alone', bodyOf({ action: 'INSERT', digest: `${image}@${DIGEST}` }), /^ignored: it has no tag/],
    ['of a deletion', wrapped(b64({ action: 'DELETE', tag: `${image}:v1` })), /^ignored: the action is "DELETE"/],
    ['with neither', bodyOf({ action: 'INSERT' }), /^unreadable: .*neither "tag" nor "digest"/],
    ['of another topic', wrapped(b64({ hello: 1 })), /^unreadable/],
    ['that is not base64', wrapped('%%%'), /^unreadable: .*not base64/],
    ['that is not JSON', wrapped(Buffer.from('hello').toString('base64')), /^unreadable/],
    ['of another action', bodyOf({ action: 'UPDATE', tag: `${image}:v1` }), /^unreadable/],
  ])('a message %s', (_what, request, line) =>
    expect(first(readingOf('google', request))).toEqual(typeof line === 'string' ? line : expect.stringMatching(line)),
  );

  it('takes id and time of an unwrapped message from its headers', async () => {
    const { google } = await import('../../functions/registries/google.ts');
    const request = bodyOf({ action: 'INSERT', tag: `${image}:v1` }, { 'x-goog-pubsub-message-id': '7', 'x-goog-pubsub-publish-time': '2026-11-16T01:54:34Z' });
    expect(google.read(request, { hostAliases: [] })).toMatchObject({ pushes: [{ eventId: '7', pushedAt: Date.UTC(2026, 10, 16, 1, 54, 34) }] });
  });
});

describe('tencent-tcr', () => {
  test.each(['deleteImage', 'uploadChart', 'deleteChart'])('ignores %s', (type) =>
    expect(first(readingOf('tencent-tcr', altered('tencent-tcr/push-image.json', ['pushImage', type])))).toMatch(/^ignored: its type is/),
  );
  it('is not for Harbor 2', () => expect(first(readingOf('tencent-tcr', recorded('harbor/push-artifact-tagged.json')))).toMatch(/^unreadable: .*pushImage/));
  it('works for an instance with a host of its own', () =>
    expect(readingOf('tencent-tcr', altered('tencent-tcr/push-image.json', ['xxx-bj.tencentcloudcr.com', 'images.example.com']))).toEqual([
      'images.example.com/public/nginx:v1.10.0',
    ]));
});
