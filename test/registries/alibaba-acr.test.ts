import { describe, expect, it, test } from 'vitest';
import { type HookScope, toPush } from '../../functions/core/push.ts';
import { alibabaAcr } from '../../functions/registries/alibaba-acr.ts';
import { bodyOf } from './body.ts';

const DIGEST = `sha256:${'4'.repeat(64)}`;
const notification = (push: object = {}, repository: object = {}) =>
  bodyOf({
    push_data: { digest: DIGEST, pushed_at: '2016-11-29 12:25:46', tag: 'release-v1', ...push },
    repository: { name: 'web', namespace: 'shop', region: 'cn-beijing', repo_full_name: 'shop/web', ...repository },
  });
const read = (body: ReturnType<typeof bodyOf>, registryHost?: string, hostAliases: readonly string[] = []) => {
  const hook: HookScope & { name: string } = { name: 'release', hostAliases, ...(registryHost === undefined ? {} : { registryHost }) };
  const reading = alibabaAcr.read(body, hook);
  if (reading.is === 'unreadable') return reading.why;
  const [event] = reading.pushes;
  if (event === undefined) return reading.ignored;
  const push = toPush(event, hook, { id: 'i', receivedAt: 1 });
  return push.ok ? push.value.repository : push.why;
};

describe('the registry of a notification', () => {
  const ENTERPRISE = 'liusheng-registry.cn-beijing.cr.aliyuncs.com';
  test.each([
    [undefined, 'registry.cn-beijing.aliyuncs.com/shop/web'],
    [ENTERPRISE, `${ENTERPRISE}/shop/web`],
    ['crpi-abc123.cn-beijing.personal.cr.aliyuncs.com', 'crpi-abc123.cn-beijing.personal.cr.aliyuncs.com/shop/web'],
    ['images.example.com', 'images.example.com/shop/web'],
    ['registry.cn-beijing.aliyuncs.com', 'registry.cn-beijing.aliyuncs.com/shop/web'],
    ['registry-vpc.cn-beijing.aliyuncs.com', 'registry-vpc.cn-beijing.aliyuncs.com/shop/web'],
  ])('of a hook for %s', (registryHost, repository) => expect(read(notification(), registryHost)).toBe(repository));

  it('is refused when a hook of a shared host hears from another region', () => {
    expect(read(notification(), 'registry.cn-hangzhou.aliyuncs.com')).toMatch(
      /"registry\.cn-beijing\.aliyuncs\.com".*speaks for "registry\.cn-hangzhou\.aliyuncs\.com" only/,
    );
  });
  test.each([ENTERPRISE, 'crpi-abc123.cn-beijing.personal.cr.aliyuncs.com'])('is another one where the region is, and the hook for %s says so', (host) => {
    const elsewhere = notification({}, { region: 'cn-hangzhou' });
    expect(read(elsewhere, host)).toEqual([
      {
        reference: 'shop/web:release-v1',
        why: `the push is of the region cn-hangzhou, and ${host} lies in cn-beijing: make a hook for the instance there, or add its host to "hostAliases" of this one`,
      },
    ]);
    expect(read(elsewhere, host, ['liusheng-registry-vpc.cn-beijing.cr.aliyuncs.com'])).toHaveLength(1);
    expect(read(elsewhere, host, ['other-registry.cn-hangzhou.cr.aliyuncs.com'])).toBe(`${host}/shop/web`);
    // A name that says no region, or a region that is none, decides nothing.
    expect(read(elsewhere, 'images.example.com')).toBe('images.example.com/shop/web');
    expect(read(notification({}, { region: 'x/../y' }), host)).toBe(`${host}/shop/web`);
  });
  it('is needed where the notification has no region either', () => {
    expect(read(notification({}, { region: '' }))).toContain('set "registryHost"');
    expect(read(notification({}, { region: 'x/../y' }))).toContain('set "registryHost"');
    expect(read(notification({}, { region: 7 }), ENTERPRISE)).toBe(`${ENTERPRISE}/shop/web`);
  });
});

it('spells a repository in lower case, and puts it together from its parts if need be', () => {
  expect(read(notification({}, { repo_full_name: 'namespace/repoTest' }))).toBe('registry.cn-beijing.aliyuncs.com/namespace/repotest');
  expect(read(notification({}, { repo_full_name: null, namespace: 'ns', name: 'App' }))).toBe('registry.cn-beijing.aliyuncs.com/ns/app');
  expect(read(notification({}, { repo_full_name: null, name: '' }))).toContain('names neither');
});

it('recognises all that it reads, or another format could claim it', () => {
  expect(alibabaAcr.recognises(notification({}, { repo_full_name: undefined }))).toBe(true);
  expect(alibabaAcr.recognises(notification({}, { repo_full_name: undefined, region: undefined }))).toBe(false);
  expect(read(notification({}, { repo_full_name: undefined, region: undefined }))).toContain('names neither');
});

it('never takes the time without a zone, and is not put off by an odd one', () => {
  for (const pushed_at of ['2016-11-29 12:25:46', '', null, 0, '0000-00-00', { a: 1 }])
    expect(alibabaAcr.read(notification({ pushed_at }), { hostAliases: [] })).toEqual({
      is: 'events',
      pushes: [{ host: 'registry.cn-beijing.aliyuncs.com', path: 'shop/web', tag: 'release-v1', digest: DIGEST }],
      ignored: [],
    });
});

test.each([
  [{ tag: '' }, 'it has no tag'],
  [{ tag: null }, 'it has no tag'],
  [{ tag: `sha256-${'a'.repeat(64)}.sig` }, 'signature'],
  [{ tag: `sha256-${'a'.repeat(64)}` }, 'refers to another image'],
])('ignores %j', (push, why) => expect(read(notification(push))).toMatchObject([{ why: expect.stringContaining(why) }]));

test.each([
  [{ tag: 'a'.repeat(129) }, 'is not a tag (129 characters)'],
  [{ tag: 1 }, 'the field "push_data.tag" is missing or not of type string'],
])('refuses %j', (push, why) => expect(read(notification(push))).toContain(why));

it('leaves out a digest that is none, and goes on by the tag', () =>
  expect(alibabaAcr.read(notification({ digest: 'sha256:abc' }), { hostAliases: [] })).toMatchObject({
    pushes: [{ host: 'registry.cn-beijing.aliyuncs.com', path: 'shop/web', tag: 'release-v1' }],
    ignored: [],
  }));

describe('aliases', () => {
  test.each([
    ['a-b-registry.cn-beijing.cr.aliyuncs.com', ['a-b-registry-vpc.cn-beijing.cr.aliyuncs.com', 'a-b-registry-internal.cn-beijing.cr.aliyuncs.com']],
    ['A-registry-vpc.cn-beijing.cr.aliyuncs.com', ['a-registry.cn-beijing.cr.aliyuncs.com', 'a-registry-internal.cn-beijing.cr.aliyuncs.com']],
    ['registry-internal.ap-southeast-1.aliyuncs.com', ['registry.ap-southeast-1.aliyuncs.com', 'registry-vpc.ap-southeast-1.aliyuncs.com']],
    [
      'crpi-x1.cn-hangzhou.personal.cr.aliyuncs.com',
      ['crpi-x1-vpc.cn-hangzhou.personal.cr.aliyuncs.com', 'crpi-x1-internal.cn-hangzhou.personal.cr.aliyuncs.com'],
    ],
    ['images.example.com', []],
    ['registry.cn-beijing.aliyuncs.com.example.com', []],
    ['evil.com/registry.cn-beijing.aliyuncs.com', []],
  ])('of %s', (host, aliases) => expect(alibabaAcr.aliases(host)).toEqual(aliases));

  it('stay with the instance', () => {
    const hosts = ['a-registry.cn-beijing.cr.aliyuncs.com', 'registry.cn-beijing.aliyuncs.com', 'crpi-a.cn-beijing.personal.cr.aliyuncs.com'];
    const names = hosts.flatMap((host) => [host, ...alibabaAcr.aliases(host)]);
    expect(new Set(names).size).toBe(9);
    for (const name of names)
      expect([name, ...alibabaAcr.aliases(name)].sort()).toEqual(names.filter((other) => alibabaAcr.aliases(other).includes(name) || other === name).sort());
  });
});
