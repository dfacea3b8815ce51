import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { forApplication, type HookScope, type PushEvent, pushText, toPush, toRestart } from '../../functions/core/push.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const made = { id: '01J0000000000000000000000A', receivedAt: 1_700_000_000_000 };
const scope = (more: Partial<HookScope> = {}): HookScope & { name: string } => ({ name: 'release', hostAliases: [], ...more });
const event = (more: Partial<PushEvent> = {}): PushEvent => ({ host: 'registry.example.com', path: 'team/app', tag: 'v1', ...more });
const said = (one: PushEvent, hook = scope()): string => {
  const push = toPush(one, hook, made);
  return push.ok ? push.value.repository : push.why;
};

it('binds an event to its hook', () => {
  const full = event({ digest: DIGEST, mediaType: 'application/vnd.oci.image.index.v1+json', pushedAt: 5, actor: 'ci', eventId: 'e' });
  const { host: _host, path: _path, ...rest } = full;
  expect(toPush(full, scope(), made)).toEqual({ ok: true, value: { ...rest, ...made, hook: 'release', repository: 'registry.example.com/team/app' } });
  expect(toPush(event(), scope(), made)).toEqual({ ok: true, value: { ...made, hook: 'release', repository: 'registry.example.com/team/app', tag: 'v1' } });
});

it('takes an image without a tag only by its digest', () => {
  expect(toPush(event({ tag: '', digest: DIGEST }), scope(), made)).toMatchObject({ ok: true, value: { tag: '', digest: DIGEST } });
  expect(said(event({ tag: '' }))).toContain('"" is not a tag');
  expect(said(event({ tag: '-', digest: DIGEST }))).toContain('is not a tag');
});

it('binds a push, or a restart, to the application of a trigger URL, which is who asked', () => {
  const push = toPush(event({ digest: DIGEST, actor: 'ci' }), scope(), made);
  if (!push.ok) return expect.unreachable(push.why);
  const bound = forApplication(push.value, 'web');
  expect(bound).toEqual({ ...push.value, application: 'web', actor: 'trigger URL release' });
  const restart = toRestart('release', 'web', made);
  expect(restart).toEqual({ ...made, hook: 'release', repository: '*', tag: '', application: 'web', actor: 'trigger URL release', restart: true });
  expect([bound, { ...bound, tag: '' }, restart].map(pushText)).toEqual([
    'registry.example.com/team/app:v1',
    `registry.example.com/team/app@${DIGEST}`,
    'restart',
  ]);
});

describe('the host', () => {
  const hook = scope({
    registryHost: 'a-registry.cn-beijing.cr.aliyuncs.com',
    hostAliases: ['a-registry-vpc.cn-beijing.cr.aliyuncs.com', 'Mirror.example.com:5000'],
  });
  test.each([
    ['its own', 'a-registry.cn-beijing.cr.aliyuncs.com', true],
    ['in another case', 'A-Registry.cn-beijing.cr.aliyuncs.com', true],
    ['an alias', 'a-registry-vpc.cn-beijing.cr.aliyuncs.com', true],
    ['an alias with a port', 'mirror.example.com:5000', true],
    ['an alias without its port', 'mirror.example.com', false],
    ['another', 'evil.example.com', false],
    ['a longer one', 'a-registry.cn-beijing.cr.aliyuncs.com.evil.com', false],
    ['none at all', 'https://a-registry.cn-beijing.cr.aliyuncs.com', false],
    ['nothing', '', false],
  ])('%s', (_name, host, allowed) => {
    const text = said(event({ host }), hook);
    if (allowed) expect(text).toBe('a-registry.cn-beijing.cr.aliyuncs.com/team/app');
    else expect(text).toMatch(/speaks for "a-registry|is not a registry host|write only host/);
  });
  it('is the hook’s where the event has none', () => {
    expect(said({ path: 'Team/App', tag: 'v1' }, hook)).toBe('a-registry.cn-beijing.cr.aliyuncs.com/team/app');
    expect(said({ path: 'team/app', tag: 'v1' })).toContain('set "registryHost" of the hook "release"');
  });
  it('of a hook with aliases only is one of them, under its own name', () => {
    expect(said(event(), scope({ hostAliases: ['registry.example.com'] }))).toBe('registry.example.com/team/app');
    expect(said(event(), scope({ hostAliases: ['other.example.com'] }))).toContain('speaks for "other.example.com" only');
  });
  it('knows Docker Hub by each of its names', () => {
    expect(said(event({ host: 'index.docker.io', path: 'redis' }), scope({ registryHost: 'docker.io' }))).toBe('docker.io/library/redis');
    expect(said(event({ host: 'docker.io', path: 'redis' }), scope({ registryHost: 'index.docker.io' }))).toBe('docker.io/library/redis');
  });
});

test.each([
  [['team/*'], 'registry.example.com/team/app'],
  [['team/app'], 'registry.example.com/team/app'],
  [['registry.example.com/team/*'], 'registry.example.com/team/app'],
  [['other/*', 'team/app2'], 'the hook "release" may not speak for "registry.example.com/team/app"'],
  [[], 'may not speak for'],
])('repositories %j', (repositories, text) => expect(said(event(), scope({ repositories }))).toContain(text));

test.each([
  [{ tag: 'a'.repeat(129) }, 'is not a tag (129 characters)'],
  [{ tag: '' }, 'is not a tag'],
  [{ tag: 'a b' }, '"a b" is not a tag'],
  [{ digest: 'sha256:xyz' }, '"sha256:xyz" is not a digest'],
  [{ digest: `sha256:${'A'.repeat(64)}` }, 'is not a digest'],
  [{ digest: 'latest' }, 'is not a digest'],
  [{ path: '../etc' }, 'is not a repository path'],
  [{ path: 'a'.repeat(256) }, 'at most 255'],
])('refuses %j', (more, why) => expect(said(event(more))).toContain(why));

test.each([
  ['a time that is none', { pushedAt: Number.NaN }, 'pushedAt'],
  ['an endless time', { pushedAt: Number.POSITIVE_INFINITY }, 'pushedAt'],
  ['an empty actor', { actor: '' }, 'actor'],
  ['an empty id', { eventId: '' }, 'eventId'],
  ['an id too long for a key', { eventId: 'x'.repeat(201) }, 'eventId'],
  ['a media type without end', { mediaType: 'x'.repeat(201) }, 'mediaType'],
])('leaves out %s', (_name, more, field) => {
  const push = toPush(event(more), scope(), made);
  expect(push.ok).toBe(true);
  if (push.ok) expect(push.value).not.toHaveProperty(field);
});

it.each([
  ['written by the sender', { actor: 'ci \ud800', eventId: '\udfff' }, { actor: 'ci \ufffd', eventId: '\ufffd' }],
  ['left by a cut', { actor: `${'a'.repeat(99)}\u{1f600}` }, { actor: `${'a'.repeat(99)}\ufffd` }],
])('keeps no half character %s', (_name, more, kept) => {
  expect(toPush(event(more), scope(), made)).toMatchObject({ value: kept });
});

it('stays small, and any text gets an answer', () => {
  const text = fc.string({ unit: 'binary', maxLength: 2_000 });
  fc.assert(
    fc.property(
      fc.record({ path: fc.oneof(text, fc.constant('team/app')), tag: fc.oneof(text, fc.constant('v1')), actor: text, eventId: text, mediaType: text }),
      (more) => {
        const push = toPush(event(more), scope(), made);
        expect(JSON.stringify(push).length).toBeLessThan(5_000);
      },
    ),
    { numRuns: 50 },
  );
});
