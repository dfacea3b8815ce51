/** Harbor, Gitea and Forgejo, Nexus and zot, beside what was recorded of them. */
import { createHmac } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import { gitea } from '../../functions/registries/gitea.ts';
import { harbor } from '../../functions/registries/harbor.ts';
import { bodyOf } from './body.ts';
import { altered, asForm, asQuery, readingOf, recorded } from './reading.ts';

const DIGEST = `sha256:${'4'.repeat(64)}`;
const first = (lines: readonly string[]): string | undefined => lines[0];
const like = (line: string | RegExp) => (typeof line === 'string' ? line : expect.stringMatching(line));

describe('harbor', () => {
  const resource = { digest: DIGEST, tag: 'v1', resource_url: 'harbor.example.com:8443/lib/team/app:v1' };
  const read = (more: object, type = 'PUSH_ARTIFACT') =>
    readingOf('harbor', bodyOf({ type, occur_at: 1, event_data: { resources: [{ ...resource, ...more }], repository: { repo_full_name: 'lib/team/app' } } }));
  const IMAGE = 'harbor.example.com:8443/lib/team/app';
  test.each<readonly [object, string, string | RegExp]>([
    [{}, 'PUSH_ARTIFACT', `${IMAGE}:v1@${DIGEST}`],
    [{}, 'pushImage', `${IMAGE}:v1@${DIGEST}`],
    [{ tag: undefined }, 'PUSH_ARTIFACT', `${IMAGE}:v1@${DIGEST}`],
    [{ resource_url: undefined }, 'PUSH_ARTIFACT', `/lib/team/app:v1@${DIGEST}`],
    [{ resource_url: 'harbor/lib/app:v1' }, 'PUSH_ARTIFACT', `harbor/lib/app:v1@${DIGEST}`],
    [{ resource_url: '[::1]:5000/lib/app:v1' }, 'PUSH_ARTIFACT', `[::1]:5000/lib/app:v1@${DIGEST}`],
    [{ tag: DIGEST, resource_url: `${IMAGE}@${DIGEST}` }, 'PUSH_ARTIFACT', /^ignored: its tag is its digest/],
    [{ tag: `sha256-${'a'.repeat(64)}.sig` }, 'PUSH_ARTIFACT', /^ignored: its tag names a signature/],
    [{}, 'REPLICATION', /^ignored: its type is "REPLICATION"/],
    [{}, 'UPLOAD_CHART', /^ignored/],
  ])('%j of %s', (more, type, line) => expect(read(more, type)).toEqual([like(line)]));

  it('reads each resource of a CloudEvent under an id of its own', () => {
    const event = { specversion: '1.0', id: 'e', source: '/p', type: 'harbor.artifact.pushed', time: '2023-04-03T06:04:46Z', operator: 'ci' };
    const data = { resources: [resource, { ...resource, tag: 'v2' }], repository: {} };
    const reading = harbor.read(bodyOf({ ...event, data }), { hostAliases: [] });
    expect(reading).toMatchObject({
      pushes: [
        { tag: 'v1', eventId: 'e#v1', actor: 'ci' },
        { tag: 'v2', eventId: 'e#v2' },
      ],
    });
    expect(first(readingOf('harbor', bodyOf({ ...event, type: 'harbor.scan.completed', data })))).toMatch(/^ignored: its type is "harbor.scan/);
    expect(first(readingOf('harbor', bodyOf({ ...event, type: 'com.example.pushed', data })))).toMatch(/^unreadable/);
  });
  it('reads 1.8, and of its events only the push', () =>
    expect(first(readingOf('harbor', altered('harbor/push-image-1.8-derived.json', ['pushImage', 'deleteImage'])))).toMatch(/^ignored/));
});

describe('gitea', () => {
  const FILE = 'gitea/package-created-container-tag.json';
  const IMAGE = 'localhost:3000/org1/GiteaContainer:latest';
  test.each([
    ['JSON', recorded(FILE)],
    ['a form', asForm(recorded(FILE))],
    ['a query', asQuery(recorded(FILE))],
  ])('reads %s, and its signature is over the payload', (_what, request) => {
    expect(readingOf('gitea', request)).toEqual([IMAGE]);
    const [proof] = gitea.proofs;
    const over = proof?.by === 'hmac' ? proof.over?.(request) : undefined;
    expect(
      createHmac('sha256', 'fixture-secret')
        .update(over ?? '')
        .digest('hex'),
    ).toBe(request.headers['x-gitea-signature']);
  });
  it('reads Forgejo, which has headers of its own', () => {
    const { 'x-gitea-event': _, ...headers } = recorded(FILE).headers;
    expect(readingOf('gitea', { ...recorded(FILE), headers: { ...headers, 'x-forgejo-event': 'package' } })).toEqual([IMAGE]);
    expect(gitea.recognises({ ...recorded(FILE), headers: { 'x-forgejo-event': 'package' } })).toBe(true);
  });
  test.each<readonly [readonly (readonly [string, string])[], RegExp]>([
    [[['"version": "latest"', `"version": "${DIGEST}"`]], /^ignored: its tag is its digest/],
    [[['"type": "container"', '"type": "npm"']], /^ignored: it is a package of the kind "npm"/],
    [[['"html_url": "http://localhost:3000/org1/-/packages', '"x": "http://localhost:3000/org1/-/packages']], /^\/org1\/GiteaContainer:latest$/],
    [[['"name": "GiteaContainer"', '"name": "team/app"']], /^localhost:3000\/org1\/team\/app:latest$/],
  ])('%j', (pieces, line) => expect(first(readingOf('gitea', altered(FILE, ...pieces)))).toMatch(line));

  it('ignores other events, such as that of its test button', () =>
    expect(first(readingOf('gitea', bodyOf({ ref: 'refs/heads/main' }, { 'x-gitea-event': 'push' })))).toMatch(/^ignored: the event is "push"/));
});

describe('nexus', () => {
  const read = (json: object, query: Readonly<Record<string, string>> = {}) =>
    first(readingOf('nexus', { ...bodyOf({ timestamp: 'x', initiator: 'ci/10.0.0.1', repositoryName: 'docker-hosted', action: 'CREATED', ...json }), query }));
  const component = { format: 'docker', name: 'team/app', version: 'v1' };
  test.each<readonly [object, Readonly<Record<string, string>>, string | RegExp]>([
    [{ component }, {}, '/team/app:v1'],
    [{ component }, { routing: 'path' }, '/docker-hosted/team/app:v1'],
    [{ component, action: 'UPDATED' }, {}, '/team/app:v1'],
    [{ asset: { format: 'docker', name: 'v2/team/app/manifests/v1' } }, {}, '/team/app:v1'],
    [{ asset: { format: 'docker', name: '/v2/team/app/manifests/v1' } }, {}, '/team/app:v1'],
    [{ asset: { format: 'docker', name: `v2/team/app/manifests/${DIGEST}` } }, {}, /^ignored: its tag is its digest/],
    [{ asset: { format: 'docker', name: `v2/-/blobs/${DIGEST}` } }, {}, /^ignored: it has no tag/],
    [{ component: { ...component, version: DIGEST } }, {}, /^ignored: its tag is its digest/],
    [{ component, action: 'DELETED' }, {}, /^ignored: the action is "DELETED"/],
    [{ component: { ...component, format: 'helm' } }, {}, /^ignored: its format is "helm"/],
    [{ action: 'PURGED', ids: [] }, {}, /^ignored/],
    [{ action: 7 }, {}, /^unreadable/],
  ])('%j %j', (json, query, line) => expect(read(json, query)).toEqual(like(line)));
});

describe('zot', () => {
  const headers = { 'ce-type': 'zotregistry.image.updated', 'ce-id': '1', 'ce-specversion': '1.0', 'ce-time': '2026-08-21T10:38:00.123456789Z' };
  const OCI = 'application/vnd.oci.image.manifest.v1+json';
  const read = (more: object, of: object = {}) =>
    first(readingOf('zot', bodyOf({ name: 'team/app', reference: 'v1', digest: DIGEST, mediaType: OCI, ...more }, { ...headers, ...of })));
  const manifest = (config: string, layer: string) => JSON.stringify({ config: { mediaType: config }, layers: [{ mediaType: layer }] });
  const IMAGE_CONFIG = 'application/vnd.oci.image.config.v1+json';
  test.each<readonly [object, object, string | RegExp]>([
    [{}, {}, `/team/app:v1@${DIGEST}`],
    [{ manifest: manifest(IMAGE_CONFIG, 'application/vnd.oci.image.layer.v1.tar+gzip') }, {}, `/team/app:v1@${DIGEST}`],
    [{ manifest: '{broken' }, {}, `/team/app:v1@${DIGEST}`],
    [{ reference: DIGEST }, {}, /^ignored: its tag is its digest/],
    [{ manifest: manifest('application/vnd.cncf.helm.config.v1+json', 'x') }, {}, /^ignored: it holds .*helm/],
    [{ manifest: manifest(IMAGE_CONFIG, 'application/vnd.dev.cosign.simplesigning.v1+json') }, {}, /^ignored: it holds .*cosign/],
    [{}, { 'ce-type': 'zotregistry.image.lint_failed' }, /^ignored: its type is "zotregistry.image.lint_failed"/],
    [{}, { 'ce-type': 'com.example.pushed' }, /^unreadable/],
    [{}, { 'ce-type': '' }, /^unreadable/],
    [{ name: 7 }, {}, /^ignored: the body is not an event of zot/],
  ])('%j %j', (more, of, line) => expect(read(more, of)).toEqual(like(line)));
});
