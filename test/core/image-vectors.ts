/**
 * The published test vectors of distribution/reference (github.com/distribution/reference at 0965666:
 * reference_test.go, regexp_test.go, normalize_test.go, sort_test.go has none of its own), typed again as facts.
 * What depends on this project is in `image.test.ts`, not here.
 */
const F64 = 'f'.repeat(64);
const A255 = 'a'.repeat(255);
const IDENTIFIER = '1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a';

export type Refusal = 'empty' | 'format' | 'uppercase' | 'too-long' | 'digest-length' | 'digest-algorithm';
export interface ParseVector {
  readonly input: string;
  readonly refusal?: Refusal;
  readonly domain?: string;
  readonly path?: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** TestReferenceParse. Upstream gives the repository; here it is cut into domain and path. */
export const PARSE: readonly ParseVector[] = [
  { input: 'test_com', path: 'test_com' },
  { input: 'test.com:tag', path: 'test.com', tag: 'tag' },
  { input: 'test.com:5000', path: 'test.com', tag: '5000' },
  { input: 'test.com/repo:tag', domain: 'test.com', path: 'repo', tag: 'tag' },
  { input: 'test:5000/repo', domain: 'test:5000', path: 'repo' },
  { input: 'test:5000/repo:tag', domain: 'test:5000', path: 'repo', tag: 'tag' },
  { input: `test:5000/repo@sha256:${F64}`, domain: 'test:5000', path: 'repo', digest: `sha256:${F64}` },
  { input: `test:5000/repo:tag@sha256:${F64}`, domain: 'test:5000', path: 'repo', tag: 'tag', digest: `sha256:${F64}` },
  { input: '', refusal: 'empty' },
  { input: ':justtag', refusal: 'format' },
  { input: `@sha256:${F64}`, refusal: 'format' },
  { input: `repo@sha256:${'f'.repeat(34)}`, refusal: 'digest-length' },
  { input: `validname@invaliddigest:${F64}`, refusal: 'digest-algorithm' },
  { input: 'Uppercase:tag', refusal: 'uppercase' },
  { input: 'test:5000/Uppercase/lowercase:tag', refusal: 'uppercase' },
  { input: 'lowercase:Uppercase', path: 'lowercase', tag: 'Uppercase' },
  { input: `domain/${'a'.repeat(256)}:tag`, refusal: 'too-long' },
  { input: `${'a/'.repeat(127)}a:tag-puts-this-over-max`, domain: 'a', path: `${'a/'.repeat(126)}a`, tag: 'tag-puts-this-over-max' },
  { input: 'aa/asdf$$^/aa', refusal: 'format' },
  { input: 'sub-dom1.foo.com/bar/baz/quux', domain: 'sub-dom1.foo.com', path: 'bar/baz/quux' },
  { input: 'sub-dom1.foo.com/bar/baz/quux:some-long-tag', domain: 'sub-dom1.foo.com', path: 'bar/baz/quux', tag: 'some-long-tag' },
  { input: 'b.gcr.io/test.example.com/my-app:test.example.com', domain: 'b.gcr.io', path: 'test.example.com/my-app', tag: 'test.example.com' },
  { input: 'xn--n3h.com/myimage:xn--n3h.com', domain: 'xn--n3h.com', path: 'myimage', tag: 'xn--n3h.com' },
  { input: `xn--7o8h.com/myimage:xn--7o8h.com@sha256:${F64}`, domain: 'xn--7o8h.com', path: 'myimage', tag: 'xn--7o8h.com', digest: `sha256:${F64}` },
  { input: 'foo_bar.com:8080', path: 'foo_bar.com', tag: '8080' },
  { input: 'foo/foo_bar.com:8080', domain: 'foo', path: 'foo_bar.com', tag: '8080' },
  { input: '192.168.1.1', path: '192.168.1.1' },
  { input: '192.168.1.1:tag', path: '192.168.1.1', tag: 'tag' },
  { input: '192.168.1.1:5000', path: '192.168.1.1', tag: '5000' },
  { input: '192.168.1.1/repo', domain: '192.168.1.1', path: 'repo' },
  { input: '192.168.1.1:5000/repo', domain: '192.168.1.1:5000', path: 'repo' },
  { input: '192.168.1.1:5000/repo:5050', domain: '192.168.1.1:5000', path: 'repo', tag: '5050' },
  { input: '[2001:db8::1]', refusal: 'format' },
  { input: '[2001:db8::1]:5000', refusal: 'format' },
  { input: '[2001:db8::1]:tag', refusal: 'format' },
  { input: '[2001:db8::1]/repo', domain: '[2001:db8::1]', path: 'repo' },
  { input: '[2001:db8:1:2:3:4:5:6]/repo:tag', domain: '[2001:db8:1:2:3:4:5:6]', path: 'repo', tag: 'tag' },
  { input: '[2001:db8::1]:5000/repo', domain: '[2001:db8::1]:5000', path: 'repo' },
  { input: '[2001:db8::1]:5000/repo:tag', domain: '[2001:db8::1]:5000', path: 'repo', tag: 'tag' },
  { input: `[2001:db8::1]:5000/repo@sha256:${F64}`, domain: '[2001:db8::1]:5000', path: 'repo', digest: `sha256:${F64}` },
  { input: `[2001:db8::1]:5000/repo:tag@sha256:${F64}`, domain: '[2001:db8::1]:5000', path: 'repo', tag: 'tag', digest: `sha256:${F64}` },
  { input: '[2001:db8::]:5000/repo', domain: '[2001:db8::]:5000', path: 'repo' },
  { input: '[::1]:5000/repo', domain: '[::1]:5000', path: 'repo' },
  { input: '[fe80::1%eth0]:5000/repo', refusal: 'format' },
  { input: '[fe80::1%@invalidzone]:5000/repo', refusal: 'format' },
  { input: `example.com/${A255}:tag`, domain: 'example.com', path: A255, tag: 'tag' },
  // TestSerialization, TestWithTag and TestWithDigest, as far as they are texts that Parse takes.
  { input: 'example.com:8000/named', domain: 'example.com:8000', path: 'named' },
  { input: 'example.com:8000/named:tagged', domain: 'example.com:8000', path: 'named', tag: 'tagged' },
  {
    input: 'other.com/named@sha256:1234567890098765432112345667890098765432112345667890098765432112',
    domain: 'other.com',
    path: 'named',
    digest: 'sha256:1234567890098765432112345667890098765432112345667890098765432112',
  },
  { input: 'test.com/foo:tag', domain: 'test.com', path: 'foo', tag: 'tag' },
  { input: 'foo:tag2', path: 'foo', tag: 'tag2' },
  { input: 'test.com:8000/foo:tag4', domain: 'test.com:8000', path: 'foo', tag: 'tag4' },
  { input: 'test.com:8000/foo:TAG5', domain: 'test.com:8000', path: 'foo', tag: 'TAG5' },
];

/** TestReferenceParse notes that sha512 is valid and only not registered in that test; here it is registered. */
export const REGISTERED_HERE = `validname@sha512:${'f'.repeat(128)}`;

/** TestWithNameFailure: no name, although some are references. */
export const NO_NAMES: readonly string[] = [
  '',
  ':justtag',
  `@sha256:${F64}`,
  `validname@invaliddigest:${F64}`,
  'example.com/repo:tag',
  `example.com/${'a'.repeat(256)}`,
  'aa/asdf$$^/aa',
];

/** TestDomainAndPath: input, domain, path. */
export const DOMAIN_AND_PATH: readonly (readonly [string, string | undefined, string])[] = [
  ['test.com/foo', 'test.com', 'foo'],
  ['test_com/foo', undefined, 'test_com/foo'],
  ['test:8080/foo', 'test:8080', 'foo'],
  ['test.com:8080/foo', 'test.com:8080', 'foo'],
  ['test-com:8080/foo', 'test-com:8080', 'foo'],
  ['xn--n3h.com:18080/foo', 'xn--n3h.com:18080', 'foo'],
];

/** TestParseNamed: those that are canonical names already, and those that are not. */
export const CANONICAL: readonly string[] = ['test.com/foo', 'test:8080/foo', 'docker.io/library/foo'];
export const NOT_CANONICAL: readonly string[] = ['test_com/foo', 'test.com', 'foo', 'library/foo', 'docker.io/foo'];

/** TestDomainRegexp. */
export const DOMAINS: readonly string[] = [
  'test.com',
  'test.com:10304',
  'localhost',
  'localhost:8080',
  'a',
  'a.b',
  'ab.cd.com',
  'a-b.com',
  'ab.c-om',
  '0101.com',
  '001a.com',
  'b.gbc.io:443',
  'b.gbc.io',
  'xn--n3h.com',
  'Asdf.com',
  '192.168.1.1:75050',
  '192.168.1.1:750050',
  '[fd00:1:2::3]:75050',
  '[fd00123123123]:75050',
  '[2001:0db8:85a3:0000:0000:8a2e:0370:7334]:75050',
  '[2001:0db8:85a3:0000:0000:8a2e:0370:7334]:750505',
];
export const NO_DOMAINS: readonly string[] = [
  'test.com:http',
  '-ab.com',
  'ab-.com',
  'ab.-com',
  'ab.com-',
  '[fd00:1:2::3]75050',
  '[fd00:1:2::3]::75050',
  '[fd00:1:2::3%eth0]:75050',
  'fd00:1:2::3:75050',
];

/** TestFullNameRegexp: input, domain, path; without the one that only its length refuses (`LONG_NAME`). */
export const FULL_NAMES: readonly (readonly [string, string | undefined, string])[] = [
  ['short', undefined, 'short'],
  ['simple/name', 'simple', 'name'],
  ['library/ubuntu', 'library', 'ubuntu'],
  ['docker/stevvooe/app', 'docker', 'stevvooe/app'],
  ['aa/aa/aa/aa/aa/aa/aa/aa/aa/bb/bb/bb/bb/bb/bb', 'aa', 'aa/aa/aa/aa/aa/aa/aa/aa/bb/bb/bb/bb/bb/bb'],
  ['aa/aa/bb/bb/bb', 'aa', 'aa/bb/bb/bb'],
  ['a/a/a/a', 'a', 'a/a/a'],
  ['a', undefined, 'a'],
  ['a/aa', 'a', 'aa'],
  ['a/aa/a', 'a', 'aa/a'],
  ['foo.com', undefined, 'foo.com'],
  ['foo.com:8080/bar', 'foo.com:8080', 'bar'],
  ['foo.com/bar', 'foo.com', 'bar'],
  ['foo.com/bar/baz', 'foo.com', 'bar/baz'],
  ['localhost:8080/bar', 'localhost:8080', 'bar'],
  ['sub-dom1.foo.com/bar/baz/quux', 'sub-dom1.foo.com', 'bar/baz/quux'],
  ['blog.foo.com/bar/baz', 'blog.foo.com', 'bar/baz'],
  ['aa-a/a', 'aa-a', 'a'],
  ['foo_bar', undefined, 'foo_bar'],
  ['foo_bar.com', undefined, 'foo_bar.com'],
  ['foo.com/foo_bar', 'foo.com', 'foo_bar'],
  ['b.gcr.io/test.example.com/my-app', 'b.gcr.io', 'test.example.com/my-app'],
  ['xn--n3h.com/myimage', 'xn--n3h.com', 'myimage'],
  ['xn--7o8h.com/myimage', 'xn--7o8h.com', 'myimage'],
  ['example.com/xn--7o8h.com/myimage', 'example.com', 'xn--7o8h.com/myimage'],
  ['example.com/some_separator__underscore/myimage', 'example.com', 'some_separator__underscore/myimage'],
  ['do__cker/docker', undefined, 'do__cker/docker'],
  ['registry.io/foo/project--id.module--name.ver---sion--name', 'registry.io', 'foo/project--id.module--name.ver---sion--name'],
  ['Asdf.com/foo/bar', 'Asdf.com', 'foo/bar'],
];
export const LONG_NAME = `${'a/'.repeat(128)}a`;
export const NO_FULL_NAMES: readonly string[] = [
  '',
  'a/a/a/a/',
  'a//a/a',
  'foo.com/',
  'foo.com:http/bar',
  'a^a',
  'aa/asdf$$^/aa',
  'asdf$$^/aa',
  'a-/a/a/a',
  'foo.com/a-/a/a',
  '-foo/bar',
  'foo/bar-',
  'foo-/bar',
  'foo/-bar',
  '_foo/bar',
  'foo_bar.com:8080/app',
  '____/____',
  '_docker/_docker',
  'docker_/docker_',
  'example.com/__underscore/myimage',
  'example.com/..dots/myimage',
  'example.com/.dots/myimage',
  'example.com/nodouble..dots/myimage',
  'docker./docker',
  '.docker/docker',
  'docker-/docker',
  '-docker/docker',
  'do..cker/docker',
  'do__cker:8080/docker',
  'Foo/FarB',
];

const BE = 'sha256:be178c0543eb17f5f3043021c9e5fcf30285e557a4fc309cce97ff9ca6182912';
/** TestReferenceRegexp: input, name, tag, digest. */
export const REFERENCES: readonly (readonly [string, string, string | undefined, string | undefined])[] = [
  ['registry.com:8080/myapp:tag', 'registry.com:8080/myapp', 'tag', undefined],
  [`registry.com:8080/myapp@${BE}`, 'registry.com:8080/myapp', undefined, BE],
  [`registry.com:8080/myapp:tag2@${BE}`, 'registry.com:8080/myapp', 'tag2', BE],
  [`localhost:8080@${BE}`, 'localhost', '8080', BE],
  [`localhost:8080/name@${BE}`, 'localhost:8080/name', undefined, BE],
  [`localhost@${BE}`, 'localhost', undefined, BE],
];
export const NO_REFERENCES: readonly string[] = [
  'registry.com:8080/myapp@sha256:badbadbadbad',
  'registry.com:8080/myapp:invalid~tag',
  'bad_hostname.com:8080/myapp:tag',
  `localhost:http/name@${BE}`,
  'registry.com:8080/myapp@bad',
  'registry.com:8080/myapp@2bad',
];

/** TestIdentifierRegexp. */
export const IDENTIFIERS: readonly string[] = ['da304e823d8ca2b9d863a3c897baeb852ba21ea9a9f1414736394ae7fcaf9821'];
export const NO_IDENTIFIERS: readonly string[] = [
  '7EC43B381E5AEFE6E04EFB0B3F0693FF2A4A50652D64AEC573905F2DB5889A1C',
  'da304e823d8ca2b9d863a3c897baeb852ba21ea9a9f1414736394ae7fcaf',
  'sha256:da304e823d8ca2b9d863a3c897baeb852ba21ea9a9f1414736394ae7fcaf9821',
  'da304e823d8ca2b9d863a3c897baeb852ba21ea9a9f1414736394ae7fcaf98218482',
];

/** TestValidateReferenceName and TestValidateRemoteName (the valid ones of the second add nothing new but are kept). */
export const NORMALISABLE: readonly string[] = [
  'docker/docker',
  'library/debian',
  'debian',
  'localhost/library/debian',
  'localhost/debian',
  'LOCALDOMAIN/library/debian',
  'LOCALDOMAIN/debian',
  'docker.io/docker/docker',
  'docker.io/library/debian',
  'docker.io/debian',
  'index.docker.io/docker/docker',
  'index.docker.io/library/debian',
  'index.docker.io/debian',
  '127.0.0.1:5000/docker/docker',
  '127.0.0.1:5000/library/debian',
  '127.0.0.1:5000/debian',
  '192.168.0.1',
  '192.168.0.1:80',
  '192.168.0.1:8/debian',
  '192.168.0.2:25000/debian',
  'thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev',
  '[fc00::1]:5000/docker',
  '[fc00::1]:5000/docker/docker',
  '[fc00:1:2:3:4:5:6:7]:5000/library/debian',
  `docker.io/${IDENTIFIER}`,
  'Docker/docker',
  'DOCKER/docker',
  'docker-rules/docker',
  'docker---rules/docker',
  'doc/docker',
  'd/docker',
  'jess/t',
  'dock__er/docker',
];
export const NOT_NORMALISABLE: readonly string[] = [
  'https://github.com/docker/docker',
  'docker/Docker',
  '-docker',
  '-docker/docker',
  '-docker.io/docker/docker',
  'docker///docker',
  'docker.io/docker/Docker',
  'docker.io/docker///docker',
  '[fc00::1]',
  '[fc00::1]:5000',
  'fc00::1:5000/debian',
  '[fe80::1%eth0]:5000/debian',
  '[2001:db8:3:4::192.0.2.33]:5000/debian',
  IDENTIFIER,
  'docker-/docker',
  '-docker-/docker',
  '____/____',
  '_docker/_docker',
  'dock..er/docker',
  'dock_.er/docker',
  'dock-.er/docker',
  'docker/',
  `${'this_is_not_a_valid_namespace_because_its_lenth_is_greater_than_255_'.repeat(4).slice(0, -1)}/docker`,
  // TestInvalidReferenceComponents
  '-foo',
  'busybox:-foo',
  'busybox@foo',
];

/** TestParseRepositoryInfo: every spelling, then the domain and the path of the full name. */
export const SPELLINGS: readonly { readonly of: readonly string[]; readonly domain: string; readonly path: string }[] = [
  { of: ['localhost/fooo'], domain: 'localhost', path: 'fooo' },
  { of: ['localhost/fooo/bar'], domain: 'localhost', path: 'fooo/bar' },
  { of: ['LOCALDOMAIN/fooo'], domain: 'LOCALDOMAIN', path: 'fooo' },
  { of: ['LOCALDOMAIN/fooo/bar'], domain: 'LOCALDOMAIN', path: 'fooo/bar' },
  { of: ['fooo/bar', 'docker.io/fooo/bar', 'index.docker.io/fooo/bar'], domain: 'docker.io', path: 'fooo/bar' },
  { of: ['ubuntu', 'docker.io/library/ubuntu', 'library/ubuntu'], domain: 'docker.io', path: 'library/ubuntu' },
  { of: ['nonlibrary/ubuntu', 'docker.io/nonlibrary/ubuntu'], domain: 'docker.io', path: 'nonlibrary/ubuntu' },
  { of: ['other/library', 'docker.io/other/library'], domain: 'docker.io', path: 'other/library' },
  { of: ['127.0.0.1:8000/private/moonbase'], domain: '127.0.0.1:8000', path: 'private/moonbase' },
  { of: ['127.0.0.1:8000/privatebase'], domain: '127.0.0.1:8000', path: 'privatebase' },
  { of: ['example.com/private/moonbase'], domain: 'example.com', path: 'private/moonbase' },
  { of: ['example.com/privatebase'], domain: 'example.com', path: 'privatebase' },
  { of: ['example.com:8000/private/moonbase'], domain: 'example.com:8000', path: 'private/moonbase' },
  { of: ['example.com:8000/privatebasee'], domain: 'example.com:8000', path: 'privatebasee' },
  {
    of: ['ubuntu-12.04-base', 'docker.io/library/ubuntu-12.04-base', 'index.docker.io/library/ubuntu-12.04-base'],
    domain: 'docker.io',
    path: 'library/ubuntu-12.04-base',
  },
  { of: ['foo', 'docker.io/library/foo', 'docker.io/foo'], domain: 'docker.io', path: 'library/foo' },
  { of: ['library/foo/bar', 'docker.io/library/foo/bar'], domain: 'docker.io', path: 'library/foo/bar' },
  { of: ['store/foo/bar', 'docker.io/store/foo/bar'], domain: 'docker.io', path: 'store/foo/bar' },
  { of: ['Foo/bar'], domain: 'Foo', path: 'bar' },
  { of: ['FOO/bar'], domain: 'FOO', path: 'bar' },
  // TestNormalizedSplitHostname
  { of: ['test.com/foo'], domain: 'test.com', path: 'foo' },
  { of: ['test_com/foo'], domain: 'docker.io', path: 'test_com/foo' },
  { of: ['docker/migrator'], domain: 'docker.io', path: 'docker/migrator' },
  { of: ['test.com:8080/foo'], domain: 'test.com:8080', path: 'foo' },
  { of: ['test-com:8080/foo'], domain: 'test-com:8080', path: 'foo' },
  { of: ['xn--n3h.com/foo'], domain: 'xn--n3h.com', path: 'foo' },
  { of: ['xn--n3h.com:18080/foo'], domain: 'xn--n3h.com:18080', path: 'foo' },
];

const DB = 'sha256:dbcc1c35ac38df41fd2f5e4130b32ffdb93ebae8b3dbe638c23575912276fc9c';
const E6 = 'sha256:e6693c20186f837fc393390135d8a598a96a833917917789d63766cab6c59582';
const T86 = 'sha256:86e0e091d0da6bde2456dbb48306f3956bbeb2eae1b5b9a43045843f69fe4aaa';
/** TestParseAnyReference, TestParseReferenceWithTagAndDigest, and the inputs of TestParseDockerRef (whose defaults `latest` and digest-only are not ours). */
export const NORMALISED: readonly (readonly [string, string])[] = [
  ['redis', 'docker.io/library/redis'],
  ['redis:latest', 'docker.io/library/redis:latest'],
  ['docker.io/library/redis:latest', 'docker.io/library/redis:latest'],
  [`redis@${DB}`, `docker.io/library/redis@${DB}`],
  [`docker.io/library/redis@${DB}`, `docker.io/library/redis@${DB}`],
  ['dmcgowan/myapp', 'docker.io/dmcgowan/myapp'],
  ['dmcgowan/myapp:latest', 'docker.io/dmcgowan/myapp:latest'],
  ['docker.io/mcgowan/myapp:latest', 'docker.io/mcgowan/myapp:latest'],
  [`dmcgowan/myapp@${DB}`, `docker.io/dmcgowan/myapp@${DB}`],
  [`docker.io/dmcgowan/myapp@${DB}`, `docker.io/dmcgowan/myapp@${DB}`],
  ['dbcc1c35ac38df41fd2f5e4130b32ffdb93ebae8b3dbe638c23575912276fc9', 'docker.io/library/dbcc1c35ac38df41fd2f5e4130b32ffdb93ebae8b3dbe638c23575912276fc9'],
  ['dbcc1', 'docker.io/library/dbcc1'],
  [`busybox:latest@${T86}`, `docker.io/library/busybox:latest@${T86}`],
  ['busybox', 'docker.io/library/busybox'],
  ['busybox:latest', 'docker.io/library/busybox:latest'],
  [`busybox@${E6}`, `docker.io/library/busybox@${E6}`],
  ['library/busybox', 'docker.io/library/busybox'],
  ['docker.io/busybox', 'docker.io/library/busybox'],
  ['docker.io/library/busybox', 'docker.io/library/busybox'],
  ['docker.io/busybox:latest', 'docker.io/library/busybox:latest'],
  ['library/busybox:latest', 'docker.io/library/busybox:latest'],
  ['docker.io/library/busybox:latest', 'docker.io/library/busybox:latest'],
  ['gcr.io/library/busybox', 'gcr.io/library/busybox'],
  [`gcr.io/library/busybox:latest@${E6}`, `gcr.io/library/busybox:latest@${E6}`],
];
/** TestParseAnyReference: an image id and a bare digest, which name no repository. */
export const IDS_ONLY: readonly string[] = [DB.slice(7), DB];
