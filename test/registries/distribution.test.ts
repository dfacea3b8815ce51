import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { distribution } from '../../functions/registries/distribution.ts';
import { bodyOf } from './body.ts';

const DIGEST = `sha256:${'4'.repeat(64)}`;
const OCI = 'application/vnd.oci.image.manifest.v1+json';
const target = { mediaType: OCI, digest: DIGEST, repository: 'team/app', tag: 'v1' };
const event = (more: object = {}, ofTarget: object = {}) => ({
  id: 'e1',
  timestamp: '2026-11-23T06:57:45.230548119Z',
  action: 'push',
  target: { ...target, ...ofTarget },
  request: { host: 'registry.example.com:5000' },
  actor: { name: 'ci' },
  ...more,
});
const read = (...events: readonly unknown[]) => {
  const reading = distribution.read(bodyOf({ events }), { hostAliases: [] });
  if (reading.is === 'unreadable') throw new Error(reading.why);
  return reading;
};

it('reads all that an event says', () => {
  expect(read(event())).toEqual({
    is: 'events',
    pushes: [
      {
        host: 'registry.example.com:5000',
        path: 'team/app',
        tag: 'v1',
        digest: DIGEST,
        mediaType: OCI,
        pushedAt: Date.UTC(2026, 10, 23, 6, 57, 45, 230),
        actor: 'ci',
        eventId: 'e1',
      },
    ],
    ignored: [],
  });
});

test.each([
  ['2026-11-23T06:57:45Z', Date.UTC(2026, 10, 23, 6, 57, 45)],
  ['2006-01-02T15:04:05-08:00', Date.UTC(2006, 0, 2, 23, 4, 5)],
  ['2018-03-25T23:25:46.7738079Z', Date.UTC(2018, 2, 25, 23, 25, 46, 773)],
  ['2018-03-25T23:25:46.1+05:30', Date.UTC(2018, 2, 25, 17, 55, 46, 100)],
  ['2026-11-23T06:57:45', undefined],
  ['2026-11-23 06:57:45Z', undefined],
  ['2026-13-45T99:00:00Z', undefined],
  ['yesterday', undefined],
  ['', undefined],
  [null, undefined],
  [1_700_000_000, undefined],
])('the time %j', (timestamp, at) => expect(read(event({ timestamp })).pushes[0]?.pushedAt).toBe(at));

test.each([
  ['pull', event({ action: 'pull' }), /the action is "pull"/],
  ['mount', event({ action: 'mount' }, { fromRepository: 'a/b' }), /the action is "mount"/],
  ['delete by tag', event({ action: 'delete' }, { digest: undefined, mediaType: undefined }), /the action is "delete"/],
  ['something new', event({ action: 'prune'.repeat(20) }), /only "push" can fire/],
  ['a blob', event({}, { mediaType: 'application/octet-stream', tag: undefined }), /a blob/],
  ['a platform of an index', event({}, { tag: undefined }), /no tag/],
  ['an empty tag', event({}, { tag: '' }), /no tag/],
  ['a signature by its tag', event({}, { tag: `sha256-${'a'.repeat(64)}.sig` }), /signature/],
  ['an attestation by its tag', event({}, { tag: `sha256-${'a'.repeat(64)}.att` }), /attestation/],
  ['a list of referrers', event({}, { tag: `sha256-${'a'.repeat(64)}`, mediaType: 'application/vnd.oci.image.index.v1+json' }), /refers to another image/],
  [
    'a chart',
    event(
      {},
      { references: [{ mediaType: 'application/vnd.cncf.helm.config.v1+json' }, { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip' }] },
    ),
    /helm\.config/,
  ],
  ['an ORAS artifact', event({}, { references: [{ mediaType: 'application/vnd.oci.empty.v1+json' }, { mediaType: 'text/plain' }] }), /vnd\.oci\.empty/],
  [
    'cosign under a tag',
    event({}, { references: [{ mediaType: 'application/vnd.oci.image.config.v1+json' }, { mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json' }] }),
    /cosign/,
  ],
  [
    'an attestation under a tag',
    event({}, { references: [{ mediaType: 'application/vnd.oci.image.config.v1+json' }, { mediaType: 'application/vnd.in-toto+json' }] }),
    /in-toto/,
  ],
  ['another kind of manifest', event({}, { mediaType: 'application/vnd.oci.artifact.manifest.v1+json' }), /not that of an image/],
  ['no event', 7, /the whole body is missing or not of type object/],
  ['no target', { action: 'push' }, /"target"/],
  ['no repository', event({}, { repository: undefined }), /"target.repository"/],
])('ignores %s', (_what, value, why) => {
  const { pushes, ignored } = read(value);
  expect(pushes).toEqual([]);
  expect(ignored).toEqual([
    {
      why: expect.stringMatching(why),
      ...(typeof value === 'object' && 'id' in value && value.target.repository !== undefined ? { reference: expect.stringContaining('team/app') } : {}),
    },
  ]);
});

test.each([
  [
    'an image with its parts',
    { references: [{ mediaType: 'application/vnd.oci.image.config.v1+json' }, { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }] },
  ],
  [
    'a Docker image with its parts',
    { mediaType: 'application/vnd.docker.distribution.manifest.v2+json', references: [{ mediaType: 'application/vnd.docker.container.image.v1+json' }] },
  ],
  ['an index of manifests', { mediaType: 'application/vnd.oci.image.index.v1+json', references: [{ mediaType: OCI, annotations: {} }] }],
  [
    'a manifest of schema 1',
    { mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws', references: [{ mediaType: 'application/octet-stream' }] },
  ],
  ['a media type with a parameter', { mediaType: `${OCI}; charset=utf-8` }],
  ['references of an odd shape', { references: [null, 7, { mediaType: 9 }] }],
  ['references that are no list', { references: { a: 1 } }],
  ['no media type', { mediaType: undefined }],
  ['no digest', { digest: null }],
])('takes %s', (_what, more) => expect(read(event({}, more)).pushes).toHaveLength(1));

test.each([[{ actor: {} }], [{ actor: { '': '' } }], [{ actor: null }], [{ actor: { name: 5 } }]])('needs no actor: %j', (more) =>
  expect(read(event(more)).pushes[0]).not.toHaveProperty('actor'),
);

it('needs no host and no id', () => {
  const [push] = read(event({ request: undefined, id: '' })).pushes;
  expect(push).not.toHaveProperty('host');
  expect(push).not.toHaveProperty('eventId');
});

describe('an envelope of many events', () => {
  it('is read in its order, and one odd event spoils none', () => {
    const reading = read(event({ id: 'a' }), { odd: true }, event({ id: 'b', action: 'pull' }), event({ id: 'c' }, { tag: 'v2' }));
    expect(reading.pushes.map(({ eventId }) => eventId)).toEqual(['a', 'c']);
    expect(reading.ignored).toHaveLength(2);
  });
  it('may be empty', () => expect(read()).toEqual({ is: 'events', pushes: [], ignored: [] }));

  test.each([
    ['_sequence-buildx-2platform-13-requests', 13, ['acme/web:2.4.0']],
    ['_sequence-skopeo-single-4-requests', 4, ['tools/single:2.0']],
  ])('%s is one push', (name, requests, pushed) => {
    const lines = readFileSync(new URL(`../fixtures/registries/distribution/${name}.ndjson`, import.meta.url), 'utf8')
      .trim()
      .split('\n');
    expect(lines).toHaveLength(requests);
    const events = lines.flatMap((line) => JSON.parse(line).events);
    expect(read(...events).pushes.map(({ path, tag }) => `${path}:${tag}`)).toEqual(pushed);
  });
});

it('is recognised by its content type or by its events', () => {
  expect(distribution.recognises({ ...bodyOf({}), headers: { 'content-type': 'application/vnd.docker.distribution.events.v2+json' } })).toBe(true);
  expect(distribution.recognises(bodyOf({ events: [event()] }))).toBe(true);
  expect(distribution.recognises(bodyOf({ events: [{ id: 1, action: 'push' }] }))).toBe(false);
});
