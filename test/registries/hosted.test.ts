/** Docker Hub, GitHub, Quay, JFrog and Cloudsmith, beside what was recorded of them. */
import { describe, expect, it, test } from 'vitest';
import { dockerhub } from '../../functions/registries/dockerhub.ts';
import { ghcr } from '../../functions/registries/ghcr.ts';
import { bodyOf } from './body.ts';
import { altered, asForm, readingOf, recorded } from './reading.ts';

const DIGEST = `sha256:${'4'.repeat(64)}`;
const SIGNATURE = `sha256-${'a'.repeat(64)}.sig`;
const first = (lines: readonly string[]): string | undefined => lines[0];

describe('dockerhub', () => {
  const read = (push_data: object, repository: object = { repo_name: 'team/app' }) =>
    first(readingOf('dockerhub', bodyOf({ push_data: { tag: 'v1', ...push_data }, repository })));
  test.each<readonly [object, object, string | RegExp]>([
    [{}, { repo_name: 'team/app' }, 'docker.io/team/app:v1'],
    [{}, { repo_name: 'busybox', namespace: 'library' }, 'docker.io/busybox:v1'],
    [{ tag: null }, { repo_name: 'team/app' }, /^ignored: it has no tag/],
    [{ tag: SIGNATURE }, { repo_name: 'team/app' }, /^ignored: its tag names a signature/],
    [{ media_type: 'application/vnd.cncf.helm.config.v1+json' }, { repo_name: 'team/app' }, /^ignored: it holds application\/vnd\.cncf\.helm/],
    [{ media_type: 'application/vnd.oci.image.config.v1+json' }, { repo_name: 'team/app' }, 'docker.io/team/app:v1'],
    [{}, { repo_full_name: 'team/app' }, /^unreadable/],
  ])('%j of %j', (push, repository, line) => expect(read(push, repository)).toEqual(typeof line === 'string' ? line : expect.stringMatching(line)));

  test.each<readonly [unknown, number | undefined]>([
    [1_417_566_161, 1_417_566_161_000],
    [1.417566161e9, 1_417_566_161_000],
    [1_417_566_161_000, undefined],
    ['1417566161', undefined],
    [-1, undefined],
    [null, undefined],
  ])('pushed_at %j', (pushed_at, pushedAt) => {
    const reading = dockerhub.read(bodyOf({ push_data: { tag: 'v1', pushed_at }, repository: { repo_name: 'a/b' } }), { hostAliases: [] });
    expect(reading.is === 'events' ? reading.pushes[0]?.pushedAt : reading).toBe(pushedAt);
  });
  it('has several names', () => expect(dockerhub.aliases('docker.io')).toEqual(['registry-1.docker.io', 'registry.hub.docker.com']));
});

describe('ghcr', () => {
  const FILE = 'ghcr/package-published-user-multiarch-2025.json';
  const read = (...pieces: readonly (readonly [string, string])[]) => first(readingOf('ghcr', altered(FILE, ...pieces)));
  const IMAGE = 'ghcr.io/theryangeary/www:0e2a89b@sha256:89160c587d0c36bf54090497a465445c14980ba48efbcf3b0d03c49b76f3feb8';
  it('reads the same from a form', () => {
    expect(readingOf('ghcr', asForm(recorded(FILE)))).toEqual([IMAGE]);
    expect(ghcr.recognises(asForm(recorded(FILE)))).toBe(true);
    const empty = { ...asForm(recorded(FILE)), body: Buffer.from('other=1') };
    expect(first(readingOf('ghcr', empty))).toMatch(/^unreadable: the delivery has no field "payload"/);
  });
  test.each<readonly [string, string, RegExp]>([
    ['"action": "published"', '"action": "updated"', /^ghcr\.io\/theryangeary\/www:0e2a89b@/],
    ['"action": "published"', '"action": "deleted"', /^ignored: the action is "deleted"/],
    ['"type": "CONTAINER"', '"type": "maven"', /^ignored: it is a package of the kind "MAVEN"/],
    [
      '"package_url": "ghcr.io/theryangeary/www:0e2a89b"',
      '"package_url": "containers.octo.ghe.com/theryangeary/www:0e2a89b"',
      /^containers\.octo\.ghe\.com\/theryangeary\/www:0e2a89b@/,
    ],
    ['"name": "0e2a89b"', `"name": "${SIGNATURE}"`, /^ignored: its tag names a signature/],
  ])('%s → %s', (piece, other, line) => expect(read([piece, other])).toMatch(line));

  it('knows an image by its address where there is no type of the registry', () => {
    const version = { version: DIGEST, package_url: 'ghcr.io/Team/App:v1', container_metadata: { tag: { name: 'v1' } } };
    expect(readingOf('ghcr', bodyOf({ action: 'published', package: { package_version: version } }))).toEqual([`ghcr.io/Team/App:v1@${DIGEST}`]);
    expect(first(readingOf('ghcr', bodyOf({ action: 'published', package: { package_version: { ...version, container_metadata: undefined } } })))).toMatch(
      /^ignored/,
    );
  });
  it('tells a chart by its config, where GitHub shows it', () => {
    const manifest = {
      media_type: 'application/vnd.oci.image.manifest.v1+json',
      config: { media_type: 'application/vnd.cncf.helm.config.v1+json' },
      layers: [],
    };
    const version = { version: DIGEST, package_url: 'ghcr.io/t/a:v1', container_metadata: { tag: { name: 'v1' }, manifest } };
    expect(first(readingOf('ghcr', bodyOf({ action: 'published', package: { registry: { type: 'CONTAINER' }, package_version: version } })))).toMatch(
      /^ignored: it holds .*helm/,
    );
  });
  it('ignores events of other kinds, and leaves those of Gitea alone', () => {
    expect(first(readingOf('ghcr', bodyOf({ ref: 'main' }, { 'x-github-event': 'push' })))).toMatch(/^ignored: the event is "push"/);
    expect(first(readingOf('ghcr', recorded('gitea/package-created-container-tag.json')))).toMatch(/^unreadable: .*Gitea/);
  });
});

describe('quay', () => {
  const quay = (more: object) =>
    readingOf('quay', bodyOf({ docker_url: 'quay.example.com:8443/team/app', repository: 'team/app', updated_tags: ['v1'], ...more }));
  test.each<readonly [object, readonly (string | RegExp)[]]>([
    [{}, ['quay.example.com:8443/team/app:v1']],
    [{ docker_url: 'https://quay.io/team/app' }, ['quay.io/team/app:v1']],
    [{ updated_tags: ['v1', 'latest'] }, ['quay.io/team/app:v1', 'quay.io/team/app:latest'].map((image) => image.replace('quay.io', 'quay.example.com:8443'))],
    [{ updated_tags: ['v1', SIGNATURE, 7] }, ['quay.example.com:8443/team/app:v1', /signature/, /no text/]],
    [{ updated_tags: ['latest', 'foo'], pruned_image_count: 3 }, [/^ignored: a test notification/]],
    [{ updated_tags: ['latest', 'foo'] }, ['quay.example.com:8443/team/app:latest', 'quay.example.com:8443/team/app:foo']],
    [{ build_id: '1', docker_tags: ['v1'] }, [/^ignored: it is no push/]],
    [{ updated_tags: undefined, vulnerability: {} }, [/^ignored: it is no push/]],
    [{ updated_tags: { v1: 'x' } }, [/^ignored: it is no push/]],
    [{ docker_url: undefined }, [/^unreadable/]],
  ])('%j', (more, lines) => expect(quay(more)).toEqual(lines.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line)))));
});

describe('artifactory', () => {
  const read = (data: object, more: object = {}, registryHost?: string) =>
    first(
      readingOf(
        'artifactory',
        bodyOf({
          ...{ domain: 'docker', event_type: 'pushed', jpd_origin: 'https://acme.jfrog.io' },
          data: { repo_key: 'docker-local', path: 'team/app/v1/manifest.json', image_name: 'app', tag: 'v1', sha256: '4'.repeat(64), ...data },
          ...more,
        }),
        registryHost === undefined ? {} : { registryHost },
      ),
    );
  test.each<readonly [object, object, string | undefined, string | RegExp]>([
    [{}, {}, undefined, `acme.jfrog.io/docker-local/team/app:v1@${DIGEST}`],
    [{ path: undefined }, {}, undefined, `acme.jfrog.io/docker-local/app:v1@${DIGEST}`],
    [{}, { jpd_origin: 'https://jfrog.example.com:8443/artifactory' }, undefined, `jfrog.example.com:8443/docker-local/team/app:v1@${DIGEST}`],
    [{}, { jpd_origin: '' }, undefined, `/docker-local/team/app:v1@${DIGEST}`],
    [{}, {}, 'docker-local.acme.com', `acme.jfrog.io/team/app:v1@${DIGEST}`],
    [{}, {}, 'acme-docker-local.jfrog.io', `acme.jfrog.io/team/app:v1@${DIGEST}`],
    [{ sha256: 'cut' }, {}, undefined, 'acme.jfrog.io/docker-local/team/app:v1'],
    [{ path: `team/app/sha256:${'5'.repeat(64)}/manifest.json` }, {}, undefined, /^ignored: it has no tag/],
    [{ sha256: 'sample_checksum' }, {}, undefined, /^ignored: a test/],
    [{}, { event_type: 'promoted' }, undefined, /^ignored: the event is "promoted" of "docker"/],
    [{}, { domain: 'artifact' }, undefined, /^ignored: the event is "pushed" of "artifact"/],
    [{ repo_key: 7 }, {}, undefined, /^unreadable/],
  ])('%j %j for %s', (data, more, host, line) => expect(read(data, more, host)).toEqual(typeof line === 'string' ? line : expect.stringMatching(line)));
});

describe('cloudsmith', () => {
  const FILE = 'cloudsmith/package-synced-docker-derived.json';
  test.each(['package.created', 'package.deleted', 'package.quarantined', 'package.tags_updated', 'package.security_scanned', 'ping'])('ignores %s', (name) =>
    expect(first(readingOf('cloudsmith', altered(FILE, ['package.synced', name])))).toMatch(/^ignored: the event is/),
  );
  it('makes a push of each tag, each with an id of its own, and reads a list', async () => {
    const { cloudsmith } = await import('../../functions/registries/cloudsmith.ts');
    const two = altered(FILE, ['"1.4.0"', '"1.4.0", "latest"']);
    const list = { ...two, body: Buffer.from(`[${Buffer.from(two.body).toString()}]`) };
    for (const request of [two, list]) {
      const reading = cloudsmith.read(request, { hostAliases: [] });
      const ids = reading.is === 'events' ? reading.pushes.map(({ tag, eventId }) => [tag, eventId]) : [];
      expect(ids.map(([tag]) => tag)).toEqual(['1.4.0', 'latest']);
      expect(new Set(ids.map(([, id]) => id)).size).toBe(2);
    }
    expect(first(readingOf('cloudsmith', altered(FILE, ['"1.4.0"', ''])))).toMatch(/^ignored: it has no tag/);
  });
});
