/** What a tag names, asked of registries of every kind of manners. */
import { describe, expect, test } from 'vitest';
import { readChallenge } from '../../functions/outbound/registry-challenge.ts';
import { registryUrl } from '../../functions/outbound/registry-request.ts';
import { type Content, digestOf, startFakeRegistry, USER } from './fake-registry.ts';

const MANIFEST = JSON.stringify({ schemaVersion: 2, config: { digest: digestOf('config') }, layers: [] });
const DIGEST = digestOf(MANIFEST);
const V1: Content = { headers: { 'docker-content-digest': DIGEST }, body: MANIFEST };
const content = { 'manifests/v1': V1 };

test('one HEAD is enough where nothing has to be proved, and no password is sent unasked', async () => {
  const registry = await startFakeRegistry({ content });
  expect(await registry.open().find('v1')).toEqual({ is: 'found', digest: DIGEST });
  expect(registry.asked).toEqual([{ method: 'HEAD', url: '/v2/team/web/manifests/v1', status: 200 }]);
});

test('a password, where the registry asks for one', async () => {
  const registry = await startFakeRegistry({ content, login: 'basic' });
  expect(await registry.open().find('v1')).toEqual({ is: 'found', digest: DIGEST });
  expect(registry.asked.map(({ authorization }) => authorization?.split(' ')[0])).toEqual([undefined, 'Basic']);
});

test('a token, had for the password at the address that the registry names, and sent with the next question too', async () => {
  const registry = await startFakeRegistry({ content, login: 'token' });
  const open = registry.open();
  expect(await open.find('v1')).toEqual({ is: 'found', digest: DIGEST });
  expect(await open.find('v1')).toEqual({ is: 'found', digest: DIGEST });
  expect(registry.asked.map(({ url, authorization }) => [url, authorization?.split(' ')[0]])).toEqual([
    ['/v2/team/web/manifests/v1', undefined],
    ['/token?service=r%2Cs&scope=repository%3Ateam%2Fweb%3Apull', 'Basic'],
    ['/v2/team/web/manifests/v1', 'Bearer'],
    ['/v2/team/web/manifests/v1', 'Bearer'],
  ]);
});

test('a public repository: a token without any password', async () => {
  const registry = await startFakeRegistry({ content, login: 'token', anonymous: true });
  expect(await registry.open(false).find('v1')).toEqual({ is: 'found', digest: DIGEST });
  expect(registry.asked.every(({ authorization }) => authorization === undefined || authorization === 'Bearer given')).toBe(true);
});

describe('a digest that is known already', () => {
  test('is sent along, and a registry that knows of no change need not say it again', async () => {
    const registry = await startFakeRegistry({ content, login: 'token', etag: true });
    expect(await registry.open().find('v1', DIGEST)).toEqual({ is: 'found', digest: DIGEST });
    expect(registry.asked.at(-1)).toMatchObject({ method: 'HEAD', unless: `"${DIGEST}"`, status: 304 });
  });

  test.each([
    ['it has another one', { content, etag: true }, digestOf('former')],
    ['it does not look', { content }, DIGEST],
  ])('where %s, its answer counts', async (_, shape, known) => {
    const registry = await startFakeRegistry(shape);
    expect(await registry.open().find('v1', known)).toEqual({ is: 'found', digest: DIGEST });
    expect(registry.asked.at(-1)).toMatchObject({ status: 200 });
  });

  test('a 304 that nobody asked for says nothing', async () => {
    const registry = await startFakeRegistry({ content: { 'manifests/v1': { status: 304 } } });
    expect(await registry.open().find('v1')).toMatchObject({ is: 'silent', why: expect.stringContaining('304') });
  });
});

test('an image that is not there, by the word of the registry', async () => {
  const registry = await startFakeRegistry({ content, login: 'token' });
  expect(await registry.open().find('v2')).toEqual({ is: 'absent', why: 'the registry has no image under the tag "v2" (MANIFEST_UNKNOWN)' });
});

test('a digest that nobody says is made of the bytes', async () => {
  const registry = await startFakeRegistry({ content: { 'manifests/v1': { body: MANIFEST } } });
  expect(await registry.open().find('v1')).toEqual({ is: 'found', digest: DIGEST });
  expect(registry.asked.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
});

describe('what leaves the question open', () => {
  test.each([
    ['a 404 of something that is no registry', { content: { 'manifests/v1': { status: 404, body: '<h1>not here</h1>' } } }, /answered 404 and does not say/],
    ['a refusal', { content: { 'manifests/v1': { status: 403 } } }, /answered 403: this access may not read/],
    ['a redirect', { content: { 'manifests/v1': { status: 307, headers: { location: 'http://127.0.0.1:1/' } } } }, /307, and redirects are not followed/],
    ['a busy registry', { content: { 'manifests/v1': { status: 429 } } }, /answered 429/],
    ['a page instead of a manifest', { content: { 'manifests/v1': { body: '<h1>welcome</h1>' } } }, /no manifest/],
    ['a digest that is none', { content: { 'manifests/v1': { headers: { 'docker-content-digest': 'latest' }, body: 'x' } } }, /no manifest/],
    ['a refused password', { content, login: 'token' as const, secret: JSON.stringify({ ...USER, password: 'wrong' }) }, /answered 401 instead of a token/],
    ['a token that does not help', { content, login: 'token' as const, token: { body: '{"token":"other"}' } }, /answered 401: this access may not read/],
    ['an answer without a token', { content, login: 'token' as const, token: { body: '{"token":"a\\nb"}' } }, /holds no token/],
    ['a secret of another form', { content, login: 'basic' as const, secret: 'correct horse' }, /is not JSON of the form/],
    ['no way to log in', { content, login: 'basic' as const, challenge: 'Negotiate' }, /does not say how to log in/],
    ['a token server where none may be', { content, login: 'token' as const, challenge: 'Bearer realm="http://169.254.169.254/token"' }, /169\.254\.169\.254/],
    ['a token server that is no address', { content, login: 'token' as const, challenge: 'Bearer realm="here"' }, /names no address/],
    ['silence', { content, mute: true, timeoutMs: 200 }, /did not answer within 0\.2 s/],
  ])('%s', async (_, shape, why) => {
    const registry = await startFakeRegistry(shape);
    const answer = await registry.open().find('v1');
    const denied = /answered 40[13]: /.test(why.source) ? { denied: true } : {};
    expect(answer).toEqual({ is: 'silent', why: expect.stringMatching(why), ...denied });
    expect(JSON.stringify(answer)).not.toContain('horse');
  });

  test('a password that the hook does not have', async () => {
    const registry = await startFakeRegistry({ content, login: 'basic' });
    expect(await registry.open(false).find('v1')).toMatchObject({ is: 'silent', why: expect.stringContaining('the hook says that it is public') });
  });
});

describe('all tags', () => {
  const page = (tags: unknown, next?: string): Content => ({
    headers: next === undefined ? {} : { link: `<${next}>; rel="next"` },
    body: JSON.stringify({ name: 'team/web', tags }),
  });

  test('page by page, whatever else stands there', async () => {
    const registry = await startFakeRegistry({
      content: { 'tags/list?n=1000': page(['v1', 'v2', '../x', 7], '/v2/team/web/tags/list?n=2&last=v2'), 'tags/list?n=1000&last=v2': page(['v3']) },
      login: 'token',
    });
    expect(await registry.open().tags()).toEqual({ is: 'listed', tags: ['v1', 'v2', 'v3'] });
  });

  test('by a mark of its own, over empty pages, and nowhere but at the same repository', async () => {
    const registry = await startFakeRegistry({
      content: {
        'tags/list?n=1000': page(['v1'], 'https://169.254.169.254/v2/other/tags/list?last=b%2Fw%3D%3D'),
        'tags/list?last=b%2Fw%3D%3D&n=1000': page([], '?last=c'),
        'tags/list?last=c&n=1000': page(['v2'], '/elsewhere'),
      },
    });
    expect(await registry.open().tags()).toEqual({ is: 'listed', tags: ['v1', 'v2'] });
  });

  test('of a repository without any', async () => {
    const registry = await startFakeRegistry({ content: { 'tags/list?n=1000': page(null) } });
    expect(await registry.open().tags()).toEqual({ is: 'listed', tags: [] });
  });

  test('of a repository before its first push, by the word of the registry alone', async () => {
    const path = 'tags/list?n=1000';
    expect(await (await startFakeRegistry({ content: {} })).open().tags()).toEqual({ is: 'listed', tags: [] });
    expect(await (await startFakeRegistry({ content: { [path]: { status: 404, body: 'x' } } })).open().tags()).toEqual({
      is: 'silent',
      why: 'it answered 404',
    });
  });

  test.each([
    ['a page of a proxy', '<html>Back in a minute</html>'],
    ['another document', '{"errors":[]}'],
    ['more than is read', JSON.stringify({ name: 'team/web', tags: Array.from({ length: 200_000 }, (_, i) => `v${i}`) })],
  ])('%s is no empty list', async (_name, body) => {
    const registry = await startFakeRegistry({ content: { 'tags/list?n=1000': { body } } });
    expect(await registry.open().tags()).toEqual({ is: 'silent', why: 'it answered 200 and no list of tags of at most 1000000 bytes' });
  });

  test.each([
    [
      'that does not end',
      Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`tags/list?${i === 0 ? '' : `last=${i}&`}n=1000`, page([], `?last=${i + 1}`)])),
      20,
    ],
    ['of too many at once', { 'tags/list?n=1000': page(new Array(200_000).fill('a')) }, 1],
    ['of too many in all', { 'tags/list?n=1000': page(new Array(9_000).fill('a'), '?last=a'), 'tags/list?last=a&n=1000': page(new Array(9_000).fill('b')) }, 2],
  ])('a list %s is not taken in part, and is a matter of this repository alone', async (_name, content, asked) => {
    const registry = await startFakeRegistry({ content });
    expect(await registry.open().tags()).toEqual({ is: 'silent', why: expect.stringContaining('more than 10000 tags'), denied: true });
    expect(registry.asked).toHaveLength(asked);
  });

  test('a page that leads to itself is the last one', async () => {
    const content = { 'tags/list?n=1000': page(['v1'], '?last=v1'), 'tags/list?last=v1&n=1000': page(['v2'], '?last=v1') };
    expect(await (await startFakeRegistry({ content })).open().tags()).toEqual({ is: 'listed', tags: ['v1', 'v2'] });
  });

  test('a later page that is not there is no end of the list', async () => {
    const registry = await startFakeRegistry({ content: { 'tags/list?n=1000': page(['v1'], '?last=v1') } });
    expect(await registry.open().tags()).toEqual({ is: 'silent', why: 'it answered 404' });
  });

  test.each([
    ['of a list', { 'tags/list?n=1000': { status: 429, headers: { 'retry-after': '120' } } }, 'tags' as const],
    ['of a tag', { 'manifests/v1': { status: 503, headers: { 'retry-after': '120' } } }, 'find' as const],
  ])('how long a registry wants to be left alone is told, %s', async (_, refusing, what) => {
    const open = (await startFakeRegistry({ content: refusing })).open();
    expect(await (what === 'tags' ? open.tags() : open.find('v1'))).toMatchObject({ is: 'silent', retryAfter: 120_000 });
  });
});

describe('the commit', () => {
  const config = (labels: object, pad = ''): string => JSON.stringify({ os: 'linux', pad, config: { Labels: labels } });
  const manifestOf = (text: string): string => JSON.stringify({ schemaVersion: 2, config: { digest: digestOf(text) }, layers: [] });
  const LABELS = { 'org.opencontainers.image.revision': 'abc123', 'org.opencontainers.image.source': 'https://git.example/web', other: 'x' };
  const COMMIT = { revision: 'abc123', source: 'https://git.example/web' };
  const stored = (...texts: readonly string[]): Record<string, Content> =>
    Object.fromEntries(texts.flatMap((body) => ['manifests', 'blobs'].map((kind) => [`${kind}/${digestOf(body)}`, { body }])));

  test('of a single image', async () => {
    const manifest = manifestOf(config(LABELS));
    const registry = await startFakeRegistry({ content: stored(manifest, config(LABELS)), login: 'token' });
    expect(await registry.open().commit(digestOf(manifest))).toEqual(COMMIT);
  });

  test('of an index: its first platform, and no attestation', async () => {
    const manifest = manifestOf(config(LABELS));
    const attestation = { digest: digestOf('sbom'), platform: { os: 'unknown', architecture: 'unknown' } };
    const index = JSON.stringify({ manifests: [attestation, { digest: digestOf(manifest), platform: { os: 'linux', architecture: 'arm64' } }] });
    const registry = await startFakeRegistry({ content: stored(index, manifest, config(LABELS)) });
    expect(await registry.open().commit(digestOf(index))).toEqual(COMMIT);
  });

  test('whose configuration lies elsewhere: asked there once, without the password', async () => {
    const text = config(LABELS);
    const manifest = manifestOf(text);
    const moved = { status: 307, headers: { location: '{tokens}/storage' } };
    const registry = await startFakeRegistry({
      content: { ...stored(manifest), [`blobs/${digestOf(text)}`]: moved },
      login: 'basic',
      token: { body: text },
    });
    expect(await registry.open().commit(digestOf(manifest))).toEqual(COMMIT);
    expect(registry.asked.at(-1)).toEqual({ method: 'GET', url: '/storage', status: 200 });
  });

  test.each([
    ['no labels', config({})],
    ['labels of another type', config({ 'org.opencontainers.image.revision': 7 })],
    ['more bytes than are read', config(LABELS, 'x'.repeat(300_000))],
  ])('with %s: none', async (_, text) => {
    const manifest = manifestOf(text);
    const registry = await startFakeRegistry({ content: stored(manifest, text) });
    expect(await registry.open().commit(digestOf(manifest))).toBeUndefined();
  });

  test('of content that is not what its digest says: none', async () => {
    const manifest = manifestOf(config(LABELS));
    const registry = await startFakeRegistry({
      content: { ...stored(manifest), [`blobs/${digestOf(config(LABELS))}`]: { body: config({ ...LABELS, other: 'y' }) } },
    });
    expect(await registry.open().commit(digestOf(manifest))).toBeUndefined();
  });
});

test.each([
  [
    'Bearer realm="https://auth.example/t",service="r",scope="repository:a/b:pull,push"',
    { scheme: 'bearer', realm: 'https://auth.example/t', service: 'r', scope: 'repository:a/b:pull,push' },
  ],
  ['bearer realm=https://auth.example/t', { scheme: 'bearer', realm: 'https://auth.example/t' }],
  ['Basic realm="r", Bearer realm="https://auth.example/t"', { scheme: 'bearer', realm: 'https://auth.example/t' }],
  ['Basic realm="Bearer realm=\\"https://evil.example\\""', { scheme: 'basic' }],
  ['Negotiate, Basic realm="r"', { scheme: 'basic' }],
  ['Bearer service="r"', undefined],
  ['', undefined],
])('the challenge %s', (header, challenge) => {
  expect(readChallenge(header)).toEqual(challenge);
});

test('a challenge of any length is read at once', () => {
  for (const part of ['a', ' ', 'a ', 'a=', '"', '\\', 'a="']) expect(readChallenge(part.repeat(16_000))).toBeUndefined();
});

test.each([
  ['docker.io/library/redis', 'https://registry-1.docker.io/v2/library/redis'],
  ['ghcr.io/team/web', 'https://ghcr.io/v2/team/web'],
  ['127.0.0.1:5000/a', 'http://127.0.0.1:5000/v2/a'],
  ['localhost/a', 'http://localhost/v2/a'],
  ['localhost.example.com/a', 'https://localhost.example.com/v2/a'],
])('%s is asked at %s', (repository, url) => {
  expect(registryUrl(repository)).toBe(url);
});
