/** Which containers match, how an image is written, and when two registrations are one. */
import { describe, expect, it } from 'vitest';
import { digestOnly, isWanted, matchContainers, tagAndDigest } from '../../functions/targets/containers.ts';
import { isSameRegistration, readTaskDefinition, withImages } from '../../functions/targets/ecs-task-definition.ts';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;
const definitionOf = (...images: readonly string[]) => {
  const read = readTaskDefinition({
    taskDefinition: {
      taskDefinitionArn: 'arn:x:task-definition/web:1',
      family: 'web',
      containerDefinitions: images.map((image, i) => ({ name: `c${i}`, image })),
    },
  });
  if (!read.ok) throw new Error(read.why);
  return read.value;
};
const wanted = (repository: string, tag: string, digest?: string, hosts: readonly string[] = []) => ({
  image: { repository, tag, ...(digest === undefined ? {} : { digest }) },
  hosts,
});

it.each([
  ['nginx', 'docker.io/library/nginx', [], true],
  ['docker.io/library/nginx:1', 'docker.io/library/nginx', [], true],
  ['team/app', 'docker.io/team/app', [], true],
  ['Registry.Example.com/shop/web', 'registry.example.com/shop/web', [], true],
  ['registry.example.com:5000/shop/web', 'registry.example.com/shop/web', [], false],
  ['registry.example.com:5000/shop/web', 'registry.example.com/shop/web', ['registry.example.com:5000'], true],
  ['other.example.com/shop/web', 'registry.example.com/shop/web', ['vpc.example.com'], false],
  ['registry.example.com/shop/web-admin', 'registry.example.com/shop/web', [], false],
  ['registry.example.com/x/shop/web', 'registry.example.com/shop/web', ['registry.example.com'], false],
  ['', 'registry.example.com/shop/web', [], false],
  ['<image>', 'registry.example.com/shop/web', [], false],
] as const)('%j for %s under %j: %s', (image, repository, hosts, expected) => {
  expect(matchContainers(definitionOf(image).containers, [wanted(repository, 'v1', A, hosts)]).ok).toBe(expected);
});

it.each([
  ['x.example/a:v1', 'v1', undefined, true],
  ['x.example/a:v1', 'v2', undefined, false],
  ['x.example/a', 'latest', undefined, false],
  [`x.example/a:v1@${A}`, 'v1', undefined, false],
  [`x.example/a:old@${A}`, 'new', A, true],
  [`x.example/a@${A}`, 'new', A, true],
  [`x.example/a:v1@${B}`, 'v1', A, false],
  ['x.example/a:v1', 'v1', A, false],
])('%s is %s with digest %s: %s', (image, tag, digest, expected) => {
  const matches = matchContainers(definitionOf(image).containers, [wanted('x.example/a', tag, digest)]);
  expect(matches.ok && matches.value.every(isWanted)).toBe(expected);
});

describe('an image is written', () => {
  it.each([
    ['X.Example:5000/a', 'X.Example:5000/a'],
    ['X.Example:5000/a:old', 'X.Example:5000/a'],
    [`X.Example:5000/a@${B}`, 'X.Example:5000/a'],
    [`X.Example:5000/a:old@${B}`, 'X.Example:5000/a'],
  ])('over %s with its own spelling of host and path', (image, name) => {
    const definition = definitionOf(image);
    const matches = matchContainers(definition.containers, [wanted('x.example:5000/a', 'v2', A)]);
    if (!matches.ok) throw new Error(matches.why);
    expect(withImages(definition, matches.value, tagAndDigest).containerDefinitions).toEqual([{ name: 'c0', image: `${name}:v2@${A}` }]);
    expect(withImages(definition, matches.value, digestOnly).containerDefinitions).toEqual([{ name: 'c0', image: `${name}@${A}` }]);
  });

  it('by its tag when that is all there is', () => {
    expect(digestOnly({ repository: 'x.example/a', tag: 'v1' })).toBe(':v1');
  });
});

it('every image needs a container', () => {
  const { containers } = definitionOf('x.example/a', 'x.example/b');
  expect(matchContainers(containers, [wanted('x.example/a', '1'), wanted('x.example/c', '1')])).toEqual({
    ok: false,
    why: 'none uses x.example/c; there is c0 = x.example/a, c1 = x.example/b',
  });
});

it.each([
  [
    {
      family: 'a',
      tags: [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ],
    },
    {
      tags: [
        { value: '2', key: 'b' },
        { key: 'a', value: '1' },
      ],
      family: 'a',
    },
    true,
  ],
  [{ family: 'a', tags: [] }, { family: 'a' }, true],
  [{ a: { x: 1, y: [1, 2] } }, { a: { y: [1, 2], x: 1 } }, true],
  [{ a: [1, 2] }, { a: [2, 1] }, false],
  [{ family: 'a', cpu: '1' }, { family: 'a' }, false],
  [{ family: 'a', tags: [{ key: 'a', value: '1' }] }, { family: 'a' }, false],
])('%j and %j are the same: %s', (a, b, expected) => {
  expect(isSameRegistration(a, b)).toBe(expected);
});

it.each([undefined, null, [], {}, { taskDefinition: {} }, { taskDefinition: { taskDefinitionArn: 'a', family: 'b' } }])(
  '%j is no task definition',
  (answer) => {
    expect(readTaskDefinition(answer)).toMatchObject({ ok: false });
  },
);
