/** What a target's configuration may hold: each problem with its field and a cure. */
import { describe, expect, it } from 'vitest';
import { targetOf, targetProblems } from '../../functions/targets/index.ts';

const http = (given: object) => ({ kind: 'http', url: 'https://example.com/deploy', ...given });
const ecs = (given: object) => ({
  kind: 'ecs',
  region: 'eu-west-1',
  cluster: 'shop',
  service: 'web',
  roleArn: 'arn:aws:iam::123456789012:role/image-triggers-target-web',
  ...given,
});
const parsedJson = (text: string): unknown => JSON.parse(text);

it.each([
  http({}),
  http({ url: 'http://127.0.0.1:8080/x?token=1' }),
  http({ template: null }),
  http({ template: { a: ['{{image}}', '{{ tag }}', '{{digest}}{{repository}}'] }, headers: { 'X-Environment': 'production' } }),
  http({ secret: 'ssm:/image-triggers/a/b', authorization: 'secretsmanager:image-triggers/token' }),
  http({ secret: 'env:IMAGE_TRIGGERS_SECRET_A' }),
  ecs({}),
  ecs({ containers: ['app'] }),
  ecs({ roleArn: 'arn:aws-cn:iam::123456789012:role/image-triggers-target-web', region: 'cn-north-1' }),
])('%j is fine', async (value) => {
  expect(await targetProblems(value)).toEqual([]);
});

it.each<readonly [string, unknown, string, RegExp]>([
  ['nothing', undefined, '', /must be an object/],
  ['a list', [], '', /must be an object/],
  ['no kind', {}, 'kind', /is missing: write "http" or "ecs"/],
  ['an unknown kind', { kind: 'ftp' }, 'kind', /"ftp" is not a kind of target: write "http" or "ecs"/],
  ['a kind of the prototype', { kind: 'constructor' }, 'kind', /is not a kind/],
  ['a surplus field', http({ method: 'GET' }), 'method', /not known here: allowed are kind, url, template, headers, secret, authorization/],
  ['a __proto__', parsedJson('{"kind":"http","url":"https://x.example","__proto__":{"a":1}}'), '__proto__', /not known here/],
  ['no URL', { kind: 'http' }, 'url', /is missing: write https/],
  ['a number as URL', http({ url: 5 }), 'url', /must be a text/],
  ['a text as URL', http({ url: 'example.com' }), 'url', /is not a URL/],
  ['another scheme', http({ url: 'ftp://example.com' }), 'url', /scheme "ftp"/],
  ['a URL with a password', http({ url: 'https://a:b@example.com' }), 'url', /"authorization"/],
  ['a long URL', http({ url: `https://example.com/${'x'.repeat(1024)}` }), 'url', /1044 characters: at most 1024/],
  ['an unknown placeholder', http({ template: { a: '{{images}}' } }), 'template', /"\{\{images\}\}" stands for nothing/],
  ['a deep template', http({ template: parsedJson(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) }), 'template', /at most 20 levels/],
  ['a long template', http({ template: 'x'.repeat(20_000) }), 'template', /20002 characters as JSON: at most 16384/],
  ['a credential as header', http({ headers: { Authorization: 'Bearer x' } }), 'headers', /name it as a secret in "authorization"/],
  ['a header of the request', http({ headers: { 'Idempotency-Key': 'x' } }), 'headers', /set by the request itself/],
  ['a header with a line break', http({ headers: { 'x-a': 'b\r\nc: d' } }), 'headers', /printable ASCII/],
  ['a header name that is none', http({ headers: { 'a b': 'c' } }), 'headers', /"a b" is not a header name/],
  ['many headers', http({ headers: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`x-${i}`, ''])) }), 'headers', /21 headers: at most 20/],
  ['a secret outside of the path', http({ secret: 'ssm:/other/name' }), 'secret', /"ssm:\/other\/name" is outside/],
  ['a secret that climbs', http({ secret: 'secretsmanager:image-triggers' }), 'secret', /is outside/],
  ['an ECS service by ARN', ecs({ service: 'arn:aws:ecs:eu-west-1:123456789012:service/shop/web' }), 'service', /not its ARN/],
  ['a region that is none', ecs({ region: 'europe' }), 'region', /as in eu-west-1/],
  ['another role', ecs({ roleArn: 'arn:aws:iam::123456789012:role/admin' }), 'roleArn', /image-triggers-target-/],
  ['a role under a path', ecs({ roleArn: 'arn:aws:iam::123456789012:role/x/image-triggers-target-web' }), 'roleArn', /image-triggers-target-/],
  ['a role of 65 characters', ecs({ roleArn: `arn:aws:iam::123456789012:role/image-triggers-target-${'x'.repeat(43)}` }), 'roleArn', /65 characters/],
  ['no containers', ecs({ containers: [] }), 'containers', /1 to 20/],
  ['a container that is no name', ecs({ containers: ['app', 'a b'] }), 'containers.1', /"a b" is not the name of a container/],
])('%s is refused', async (_, value, field, why) => {
  expect(await targetProblems(value)).toEqual([{ field, why: expect.stringMatching(why) }]);
});

it('a secret itself in place of its reference is refused without being repeated', async () => {
  const problems = await targetProblems(http({ secret: 'whsec_c2VjcmV0', authorization: 'Bearer hunter2' }));
  expect(problems.map(({ field }) => field)).toEqual(['secret', 'authorization']);
  expect(JSON.stringify(problems)).not.toMatch(/c2VjcmV0|hunter2/);
});

describe('a definition', () => {
  it('becomes a target by its kind', async () => {
    expect(await targetOf(http({}))).toMatchObject({ ok: true, value: { sight: 'blind' } });
    expect(await targetOf(ecs({}))).toMatchObject({ ok: true, value: { sight: 'readable', grant: expect.any(Function) } });
  });

  it('that is none any more is refused with all of its problems', async () => {
    expect(await targetOf({ kind: 'ecs', region: 'x' })).toMatchObject({ ok: false, why: expect.stringMatching(/region: .*cluster: .*service: .*roleArn: /) });
    expect(await targetOf({ kind: 'gone' })).toMatchObject({ ok: false, why: expect.stringContaining('"gone" is not a kind of target') });
  });
});
