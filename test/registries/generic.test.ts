import { expect, it, test } from 'vitest';
import { type HookScope, toPush } from '../../functions/core/push.ts';
import { generic } from '../../functions/registries/generic.ts';
import { bodyOf } from './body.ts';

const DIGEST = `sha256:${'4'.repeat(64)}`;
const hook: HookScope & { name: string } = { name: 'ci', registryHost: 'registry.example.com:5000', hostAliases: ['internal.example.com'] };
const read = (json: unknown, scope = hook) => {
  const reading = generic.read(bodyOf(json), scope);
  if (reading.is === 'unreadable') return reading.why;
  const [event] = reading.pushes;
  if (event === undefined) return `ignored: ${reading.ignored.map(({ why }) => why).join()}`;
  const push = toPush(event, scope, { id: 'i', receivedAt: 1 });
  return push.ok ? `${push.value.repository}:${push.value.tag}${push.value.digest === undefined ? '' : '@'}` : push.why;
};

const APP = 'registry.example.com:5000/team/app';
test.each([
  [{ image: `${APP}:v1` }, `${APP}:v1`],
  [{ image: `${APP}:v1@${DIGEST}` }, `${APP}:v1@`],
  [{ image: APP, tag: 'v1' }, `${APP}:v1`],
  [{ image: `${APP}:v1`, tag: 'v1', digest: DIGEST }, `${APP}:v1@`],
  [{ image: `${APP}@${DIGEST}`, tag: 'v1', digest: DIGEST }, `${APP}:v1@`],
  [{ repository: APP, tag: 'v1' }, `${APP}:v1`],
  [{ name: APP, tag: 'v1', digest: DIGEST }, `${APP}:v1@`],
  [{ name: 'ci job', repository: APP, tag: 'v1' }, `${APP}:v1`],
  [{ image: 'internal.example.com/Team/App:v1' }, `${APP}:v1`],
  [{ image: 'team/app:v1' }, `${APP}:v1`],
  [{ image: 'app:v1' }, 'registry.example.com:5000/app:v1'],
  [{ image: '', repository: 'team/app', tag: 'v1', digest: '' }, `${APP}:v1`],
  [{ image: `${APP}:v1`, mime_type: 'application/vnd.oci.image.index.v1+json', created: 'never', status: 'new' }, `${APP}:v1`],
])('reads %j', (json, push) => expect(read(json)).toBe(push));

test.each([
  [{ image: 'ghcr.io/team/app:v1' }, 'speaks for "registry.example.com:5000, internal.example.com" only'],
  [{ image: 'localhost/team/app:v1' }, 'speaks for'],
  [{ image: `${APP}@${DIGEST}` }, 'ignored: it has no tag'],
  [{ image: APP }, 'ignored: it has no tag'],
  [{ image: `${APP}:sha256-${'a'.repeat(64)}.sig` }, 'ignored: its tag names a signature'],
  [{ image: `${APP}:v1`, mime_type: 'application/vnd.cncf.helm.config.v1+json' }, 'ignored: its media type'],
  [{ image: `${APP}:v1`, tag: 'v2' }, 'names two tags, "v1" and "v2"'],
  [{ image: `${APP}:v1@${DIGEST}`, digest: `sha256:${'5'.repeat(64)}` }, 'names two digests'],
  [{ image: `${APP}:${'a'.repeat(129)}` }, 'is not a tag (129 characters)'],
  [{ image: `${APP}:`, tag: '' }, 'ignored: it has no tag'],
  [{ image: `${APP}:v1`, digest: 'sha256:12' }, 'is not a digest'],
  [{ image: 'registry.example.com:5000/te am/app:v1' }, 'is not a repository path'],
  [{ image: ':v1' }, 'is not a repository path'],
  [{ tag: 'v1' }, 'it has neither "image" nor "repository" nor "name"'],
  [{ image: 5 }, 'the field "image" is missing or not of type string'],
  [{ repository: { name: 'x' }, tag: 'v1' }, 'the field "repository"'],
])('answers %j', (json, why) => expect(read(json)).toContain(why));

it('puts a bare name on Docker Hub for a hook of Docker Hub', () => {
  const hub = { name: 'hub', registryHost: 'docker.io', hostAliases: [] };
  expect(read({ image: 'redis:7' }, hub)).toBe('docker.io/library/redis:7');
  expect(read({ image: 'index.docker.io/team/app:7' }, hub)).toBe('docker.io/team/app:7');
});
