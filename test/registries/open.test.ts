/** What is no registry's own: CDEvents, CloudEvents and Diun, beside what was recorded of them. */
import { describe, expect, it, test } from 'vitest';
import { bodyOf } from './body.ts';
import { altered, readingOf, recorded } from './reading.ts';

const DIGEST = `sha256:${'4'.repeat(64)}`;
const first = (lines: readonly string[]): string | undefined => lines[0];
const like = (line: string | RegExp) => (typeof line === 'string' ? line : expect.stringMatching(line));

describe('cdevents', () => {
  const event = (id: string, type = 'dev.cdevents.artifact.published.0.3.0') => ({
    context: { id: 'e', source: '/s', type, timestamp: '2026-11-16T01:54:34Z' },
    subject: { id },
  });
  const ENCODED = DIGEST.replace(':', '%3A');
  test.each<readonly [string, string | RegExp]>([
    [`pkg:oci/app@${ENCODED}?repository_url=r.example:5000/team/app&tag=v1`, `r.example:5000/team/app:v1@${DIGEST}`],
    [`pkg:oci/app@${ENCODED}?repository_url=r.example:5000/team&tag=v1`, `r.example:5000/team/app:v1@${DIGEST}`],
    [`pkg:oci/app@${ENCODED}?repository_url=r.example%2Fteam%2Fapp%2F&tag=v1`, `r.example/team/app:v1@${DIGEST}`],
    [`pkg:oci/app@${ENCODED}?tag=v1`, `/app:v1@${DIGEST}`],
    ['pkg:oci/app?repository_url=r.example/team&tag=v1', 'r.example/team/app:v1'],
    ['pkg:oci/app@%zz?repository_url=r.example/team&tag=v1', 'r.example/team/app:v1'],
    [`pkg:oci/app@${ENCODED}?repository_url=r.example/team`, /^ignored: it has no tag/],
    ['pkg:docker/team/app@v1', /^ignored: its subject is no image/],
    ['pkg:golang/x/y@v1?tag=v1', /^ignored: its subject is no image/],
  ])('%s', (purl, line) => expect(first(readingOf('cdevents', bodyOf(event(purl))))).toEqual(like(line)));

  it('is found inside a CloudEvent too', () => {
    const data = event('pkg:oci/app?repository_url=r.example/team&tag=v1');
    expect(readingOf('cdevents', bodyOf({ specversion: '1.0', id: '1', source: '/s', type: data.context.type, data }))).toEqual(['r.example/team/app:v1']);
  });
  it('ignores what happens to an artifact beside', () => {
    for (const what of ['packaged', 'signed', 'deleted', 'downloaded'])
      expect(first(readingOf('cdevents', bodyOf(event('pkg:oci/a?tag=v1', `dev.cdevents.artifact.${what}.0.2.0`))))).toMatch(/^ignored: its type is/);
    expect(first(readingOf('cdevents', bodyOf(event('pkg:oci/a?tag=v1', 'com.example.published'))))).toMatch(/^unreadable/);
  });
});

describe('cloudevents', () => {
  const event = (data: object, type = 'com.example.image.pushed') => ({ specversion: '1.0', id: '1', source: '/ci', type, data });
  const data = { repository: 'team/app', tag: 'v1' };
  test.each<readonly [object, string | RegExp]>([
    [data, '/team/app:v1'],
    [{ ...data, registryUrl: 'https://r.example:5000/v2/' }, 'r.example:5000/team/app:v1'],
    [{ image: `r.example/team/app:v1@${DIGEST}` }, `r.example/team/app:v1@${DIGEST}`],
    [{ ...data, digest: 'sha256:abc' }, '/team/app:v1'],
    [{ ...data, mediaType: 'application/vnd.cncf.helm.config.v1+json' }, /^ignored: its media type/],
    [{ repository: 'team/app' }, /^ignored: it has no tag/],
    [{ tag: 'v1' }, /^ignored: .*names no image/],
  ])('%j', (said, line) => expect(first(readingOf('cloudevents', bodyOf(event(said))))).toEqual(like(line)));

  test.each(['org.container.image.published', 'x.ImageUploaded', 'PUSH'])('the type %s speaks of a push', (type) =>
    expect(readingOf('cloudevents', bodyOf(event(data, type)))).toEqual(['/team/app:v1']),
  );
  test.each(['x.image.deleted', 'x.image.pulled', 'x.push.failed', 'x.image.unpublished', 'x.image.scanned', 'x.chart.pushed', 'x.sbom.published', 'x.image'])(
    'the type %s does not',
    (type) => expect(first(readingOf('cloudevents', bodyOf(event(data, type))))).toMatch(/^ignored: its type is/),
  );

  it('comes in three modes', async () => {
    const { cloudevents } = await import('../../functions/registries/cloudevents.ts');
    const binary = bodyOf(data, { 'ce-type': 'x.pushed', 'ce-id': '7', 'ce-source': '/ci', 'ce-time': '2026-11-16T01:54:34Z' });
    expect(cloudevents.read(binary, { hostAliases: [] })).toMatchObject({
      pushes: [{ path: 'team/app', tag: 'v1', eventId: '/ci#7', pushedAt: Date.UTC(2026, 10, 16, 1, 54, 34) }],
    });
    expect(readingOf('cloudevents', bodyOf([event(data), event({ ...data, tag: 'v2' }), 7]))).toEqual(['/team/app:v1', '/team/app:v2']);
  });
  it('leaves to others what has a format of its own', () => {
    for (const file of [
      'zot/image-updated-tag.json',
      'harbor/cloudevents-artifact-pushed.json',
      'cdevents/artifact-published-oci-purl-tag.json',
      'ecr/cloudevents-transformed-push.json',
      'azure-eventgrid/image-pushed-cloudevents-array.json',
    ])
      expect(first(readingOf('cloudevents', recorded(file)))).toMatch(/^unreadable: .*format of their own/);
  });
  it('answers a sender that asks first', () =>
    expect(
      first(readingOf('cloudevents', { method: 'OPTIONS', headers: { 'webhook-request-origin': 'ci.example.com' }, query: {}, body: new Uint8Array() })),
    ).toMatch(/^handshake: 200 .*ci\.example\.com/));
});

describe('diun', () => {
  const FILE = 'diun/diun-webhook.json';
  it('says how to be heard where the body of a GET was lost', () =>
    expect(first(readingOf('diun', { ...recorded(FILE), body: new Uint8Array() }))).toMatch(/^unreadable: .*method: POST/));
  it('is the same by POST', () => expect(readingOf('diun', { ...recorded(FILE), method: 'POST' })).toEqual(readingOf('diun', recorded(FILE))));
  test.each<readonly [string, string, RegExp]>([
    ['"status": "new"', '"status": "unchange"', /^ignored: the status is "unchange"/],
    ['diun:latest', `diun@${DIGEST}`, /^ignored: it has no tag/],
    ['manifest.list.v2+json', 'plugin.v1+json', /^ignored: its media type/],
  ])('%s → %s', (piece, other, line) => expect(first(readingOf('diun', altered(FILE, [piece, other])))).toMatch(line));
});
