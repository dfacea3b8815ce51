/** Amazon ECR asked by the role of the function: the true SDK for the token, the distribution API for the rest. */
import { expect, test } from 'vitest';
import { digestOf, ECR_HOST, startFakeEcr } from './fake-ecr.ts';

const CONFIG = JSON.stringify({ os: 'linux', config: { Labels: { 'org.opencontainers.image.revision': 'abc123' } } });
const MANIFEST = JSON.stringify({ schemaVersion: 2, config: { digest: digestOf(CONFIG) }, layers: [] });
const DIGEST = digestOf(MANIFEST);
const STORED = { manifests: { v1: MANIFEST, [DIGEST]: MANIFEST }, blobs: { [digestOf(CONFIG)]: CONFIG } };

test('what a tag names, and of which commit it is: one token for both, of the region of the host', async () => {
  const { open, asked } = await startFakeEcr(STORED);
  const registry = open();
  expect(await registry.find('v1')).toEqual({ is: 'found', digest: DIGEST });
  expect(await registry.commit(DIGEST)).toEqual({ revision: 'abc123' });
  expect(asked).toEqual([
    'API GetAuthorizationToken eu-west-1',
    'HEAD manifests/v1',
    `GET manifests/${DIGEST}`,
    `GET blobs/${digestOf(CONFIG)}`,
    `GET /storage/${digestOf(CONFIG)}`,
  ]);
});

test('a token is kept until shortly before its end, for all repositories', async () => {
  const { open, asked, pass } = await startFakeEcr(STORED);
  await open().find('v1');
  await open().find('v1');
  expect(asked.filter((one) => one.startsWith('API'))).toHaveLength(1);
  pass(11.9);
  expect(await open().find('v1')).toEqual({ is: 'found', digest: DIGEST });
  expect(asked.filter((one) => one.startsWith('API'))).toHaveLength(2);
});

test('one that is not taken any more is replaced at once, and only once', async () => {
  const { open, asked, expire } = await startFakeEcr(STORED);
  await open().find('v1');
  expire();
  expect(await open().find('v1')).toEqual({ is: 'found', digest: DIGEST });
  expect(asked.slice(2)).toEqual(['HEAD manifests/v1', 'API GetAuthorizationToken eu-west-1', 'HEAD manifests/v1']);
});

test('tags are listed over pages whose marks are no tags', async () => {
  const { open } = await startFakeEcr({ ...STORED, tags: [['v2', 'v10'], [], ['v1']] });
  expect(await open().tags()).toEqual({ is: 'listed', tags: ['v2', 'v10', 'v1'] });
});

test('an image that is not there is said to be absent', async () => {
  expect(await (await startFakeEcr(STORED)).open().find('v2')).toMatchObject({ is: 'absent', why: expect.stringContaining('MANIFEST_UNKNOWN') });
});

test.each([
  ['ecr:GetAuthorizationToken', 'the role of the stack may not ecr:GetAuthorizationToken: deploy the stack with -c ecr=all', undefined],
  ['ecr:BatchGetImage', 'it answered 403: the policies of the role and of the repository do not allow ecr:BatchGetImage', true],
])('without %s it says so', async (action, why, denied) => {
  const registry = (await startFakeEcr({ ...STORED, denied: [action] })).open();
  expect(await registry.find('v1')).toEqual({ is: 'silent', why, ...(denied === undefined ? {} : { denied }) });
});

test('tags need another permission, and labels one that nobody misses', async () => {
  const registry = (await startFakeEcr({ ...STORED, denied: ['ecr:ListImages', 'ecr:GetDownloadUrlForLayer'] })).open();
  expect(await registry.tags()).toEqual({
    is: 'silent',
    why: 'it answered 403: the policies of the role and of the repository do not allow ecr:ListImages',
    denied: true,
  });
  expect(await registry.find('v1')).toEqual({ is: 'found', digest: DIGEST });
  expect(await registry.commit(DIGEST)).toBeUndefined();
});

test.each([`${ECR_HOST}.example.com/shop/web`, 'ghcr.io/shop/web', '123456789012.dkr.ecr.eu-west-1.example.com/shop/web'])(
  'no token is asked for where %s is',
  async (repository) => {
    const { open, asked } = await startFakeEcr(STORED);
    expect(await open(repository).find('v1')).toMatchObject({ is: 'silent', why: expect.stringContaining('is no registry of Amazon ECR') });
    expect(asked).toEqual([]);
  },
);
