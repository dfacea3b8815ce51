/** What a trigger URL reads out of a body: the contract of its own, since it also knows to restart. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { appCenter } from '../../functions/registries/app-center.ts';
import { isRegistryName, looksLike, REGISTRY_NAMES } from '../../functions/registries/index.ts';
import { bodyOf } from './body.ts';
import { claimedBy, fixtures } from './fixtures.ts';

const HOOK = { hostAliases: [] };
const patch = (spec: unknown) => bodyOf({ resource: { deployment: { metadata: { name: 'demo' }, spec: { template: { spec } } } } });
const image = (text: string) => patch({ containers: [{ name: 'demo', image: text }] });
const read = (request: ReturnType<typeof bodyOf>, hook: { registryHost?: string; hostAliases: readonly string[] } = HOOK) => appCenter.read(request, hook);
const only = (text: string, hook?: Parameters<typeof read>[1]): unknown => {
  const reading = read(image(text), hook);
  return reading.is === 'events' ? reading.pushes[0] : reading;
};
const DIGEST = `sha256:${'a'.repeat(64)}`;

it('is no format that a hook can be made of, and none that another delivery is taken for', async () => {
  expect(isRegistryName('app-center')).toBe(false);
  expect(REGISTRY_NAMES).not.toContain('app-center');
  for (const { request, format } of fixtures) {
    expect(appCenter.recognises(request)).toBe(false);
    expect(await looksLike(request, 'app-center')).toBe(claimedBy(format));
  }
  expect(appCenter.recognises(image('a:b'))).toBe(true);
  expect(await looksLike(image('a:b'), 'generic')).toBeUndefined();
});

test.each([
  ['r.example:5000/shop/web:v1', { host: 'r.example:5000', path: 'shop/web', tag: 'v1' }],
  [`r.example/shop/web:v1@${DIGEST}`, { host: 'r.example', path: 'shop/web', tag: 'v1', digest: DIGEST }],
  [`r.example/shop/web@${DIGEST}`, { host: 'r.example', path: 'shop/web', tag: '', digest: DIGEST }],
  ['redis:8', { host: 'docker.io', path: 'library/redis', tag: '8' }],
  ['shop/web:v1', { host: 'docker.io', path: 'shop/web', tag: 'v1' }],
])('the image %s', (text, event) => expect(only(text)).toEqual(event));

test('on the registry of the hook, where the image names none', () => {
  const hook = { registryHost: 'r.example', hostAliases: [] };
  expect(only('shop/web:v1', hook)).toEqual({ path: 'shop/web', tag: 'v1' });
  expect(only('q.example/shop/web:v1', hook)).toEqual({ host: 'q.example', path: 'shop/web', tag: 'v1' });
});

test('what every notification of ACR says is read as its own format reads it', () => {
  const own = fixtures.filter(({ format, kind }) => format === 'alibaba-acr' && kind === 'image-push');
  expect(own.length).toBeGreaterThan(1);
  for (const { request, expected } of own) {
    const reading = appCenter.read(request, HOOK);
    const [first] = expected;
    expect(reading).toMatchObject({ is: 'events', anyHost: true, ignored: [], pushes: [{ host: first?.registry, path: first?.repository, tag: first?.tag }] });
    expect(appCenter.read(request, { registryHost: 'r.example', hostAliases: [] })).toMatchObject({ is: 'events', anyHost: false });
    expect(appCenter.read(request, { hostAliases: ['r.example'] })).toMatchObject({ is: 'events', anyHost: false });
  }
});

describe('a field that would not be set is refused by its name', () => {
  test.each<readonly [string, unknown]>([
    ['resource.deployment.spec.template.spec.containers.0.command', { containers: [{ name: 'a', image: 'a:b', command: ['x'] }] }],
    ['resource.deployment.spec.template.spec.volumes', { containers: [{ image: 'a:b' }], volumes: [] }],
  ])('%s', (field, spec) => expect(read(patch(spec))).toEqual({ is: 'unreadable', why: expect.stringContaining(`"${field}" cannot be given`) }));

  it('kind, version and namespace say which one is meant, and may stand there', () => {
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'demo', namespace: 'shop' }, spec: { template: { spec: {} } } };
    expect(read(bodyOf({ resource: { deployment } }))).toMatchObject({ is: 'unreadable', why: expect.stringContaining('names no container') });
    expect(read(bodyOf({ resource: { deployment: { ...deployment, metadata: { labels: {} } } } }))).toMatchObject({
      why: expect.stringContaining('metadata.labels'),
    });
    expect(read(bodyOf({ resource: { statefulSet: {} } }))).toMatchObject({ is: 'unreadable' });
  });
});

it('answers anything, and every image that it reads is one that was sent', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('r.example/a/b:v1', 'a:b', `a@${DIGEST}`, 'A/B:c', ':', '@', `r.example/${'a/'.repeat(200)}b:c`));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), fc.boolean(), (images, bare) => {
      const containers = images.map((each) => (bare ? { image: each } : { name: 'x', image: each }));
      const reading = read(patch({ containers }), bare ? { registryHost: 'r.example', hostAliases: [] } : HOOK);
      if (reading.is === 'unreadable') expect(reading.why.length).toBeGreaterThan(20);
      else if (reading.is === 'events') {
        expect(reading.pushes.length).toBeGreaterThan(0);
        for (const { tag, digest } of reading.pushes) expect(images.some((each) => each.includes(digest ?? `:${tag}`))).toBe(true);
      } else expect.unreachable('a patch is no restart');
      return true;
    }),
    { numRuns: 300 },
  );
});

it('takes in no foreign prototype', () => {
  const body = (text: string) => ({ ...image('a:b'), body: new TextEncoder().encode(text) });
  expect(read(body('{"__proto__":{"resource":{}}}'))).toMatchObject({ is: 'unreadable' });
  expect(read(body('{"__proto__":{"push_data":{"tag":"x"}}}'))).toMatchObject({ is: 'unreadable' });
  expect(Object.hasOwn(Object.prototype, 'resource')).toBe(false);
});

it('shows commands that hold the URL whole, each in one line', () => {
  const url = 'https://x.example/hook/trigger?token=it_a_b';
  const guide = appCenter.guide({ url });
  for (const line of guide.slice(0, 2)) expect(line).toContain(`'${url}'`);
  expect(guide.join('')).not.toContain('\n');
  const sent = /-d '(.+)'$/.exec(guide[1] ?? '')?.[1] ?? '';
  // With names put in, the example is a body that is read.
  expect(read(bodyOf(JSON.parse(sent.replace('HOST/PATH:TAG', 'r.example/a:b'))))).toMatchObject({ is: 'events' });
});
