/** The stand-in for the API server says no where the real one does: otherwise the tests over it would prove nothing. */
import { describe, expect, it } from 'vitest';
import { makeOutbound } from '../../functions/outbound/request.ts';
import { at } from '../../functions/targets/kubernetes-fields.ts';
import { CERTIFICATE } from '../outbound/certificate.ts';
import { type Json, startFakeKubernetes, TOKEN } from './fake-kubernetes.ts';
import { offence } from './fake-kubernetes-openapi.ts';
import { inside } from './kubernetes-world.ts';

const PATH = '/api/v1/namespaces/shop/configmaps/web';
const DEPLOYMENT = '/apis/apps/v1/namespaces/shop/deployments/web';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

const started = async () => {
  const fake = await startFakeKubernetes();
  const outbound = makeOutbound({ allow: [`127.0.0.1:${fake.port}`], clock: () => 0, ca: CERTIFICATE });
  const patch = async (path: string, type: string, body: Json) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': type };
    const answer = await outbound({ method: 'PATCH', url: `${fake.origin}${path}`, headers, body: JSON.stringify(body) }, new AbortController().signal);
    if (answer.is !== 'answered') throw new Error(answer.why);
    return { status: answer.status, body: JSON.parse(answer.body) };
  };
  return { fake, patch };
};

const map = (data: Json): Json => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data });

describe('the fake of Kubernetes', () => {
  it('refuses a patch of another version than the present one, and takes one of that', async () => {
    const { fake, patch } = await started();
    fake.put(PATH, map({ mode: 'blue' }));
    const stale = at(fake.get(PATH), 'metadata', 'resourceVersion');
    fake.edit(PATH, (object) => void Object.assign(object, { status: { seen: true } }));
    expect(await patch(PATH, STRATEGIC, { metadata: { resourceVersion: stale }, data: { mode: 'red' } })).toMatchObject({
      status: 409,
      body: { reason: 'Conflict' },
    });
    const present = at(fake.get(PATH), 'metadata', 'resourceVersion');
    expect(await patch(PATH, STRATEGIC, { metadata: { resourceVersion: present }, data: { mode: 'red' } })).toMatchObject({
      status: 200,
      body: { data: { mode: 'red' } },
    });
    expect(fake.changes).toBe(1);
  });

  it('counts a generation for a specification, and none for a status or for nothing', async () => {
    const { fake, patch } = await started();
    fake.put(DEPLOYMENT, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 1, template: { spec: { containers: [{ name: 'a', image: 'x:1' }] } } },
    });
    const meta = () => inside(fake.get(DEPLOYMENT), 'metadata');
    const first = meta();
    fake.edit(DEPLOYMENT, (object) => void Object.assign(object, { status: { observedGeneration: 1 } }));
    expect([meta().generation, meta().resourceVersion === first.resourceVersion]).toEqual([1, false]);
    const second = meta();
    await patch(DEPLOYMENT, STRATEGIC, { spec: { replicas: 1 } });
    expect(meta()).toEqual(second);
    await patch(DEPLOYMENT, STRATEGIC, { spec: { template: { spec: { containers: [{ name: 'a', image: 'x:2' }] } } } });
    expect(meta().generation).toBe(2);
  });

  it('refuses to apply a field that somebody else owns with another value, unless by force', async () => {
    const { fake, patch } = await started();
    await patch(`${PATH}?fieldManager=one`, APPLY, map({ mode: 'blue', own: '1' }));
    expect(await patch(`${PATH}?fieldManager=two`, APPLY, map({ mode: 'blue' }))).toMatchObject({ status: 200 });
    expect(await patch(`${PATH}?fieldManager=two`, APPLY, map({ mode: 'red' }))).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('conflict with "one"') },
    });
    expect(await patch(`${PATH}?fieldManager=two&force=true`, APPLY, map({ mode: 'red' }))).toMatchObject({ status: 200 });
    expect([fake.ownersOf(PATH, ['data', 'mode']), fake.ownersOf(PATH, ['data', 'own'])]).toEqual([['two Apply'], ['one Apply']]);
    expect(await patch(`${PATH}?fieldManager=two&force=true`, APPLY, map({}))).toMatchObject({ status: 200 });
    expect(fake.get(PATH).data).toEqual({ own: '1' });
  });

  it('keeps nothing of a dry run', async () => {
    const { fake, patch } = await started();
    expect(await patch(`${PATH}?fieldManager=one&dryRun=All`, APPLY, map({ mode: 'blue' }))).toMatchObject({ status: 200, body: { data: { mode: 'blue' } } });
    expect([fake.has(PATH), fake.changes]).toEqual([false, 0]);
  });

  it.each([
    ['an apply without a manager', `${PATH}`, APPLY, map({}), 422],
    ['force without an apply', `${PATH}?force=true`, STRATEGIC, { data: {} }, 422],
    ['an apply under another name', `${PATH}?fieldManager=one`, APPLY, { ...map({}), metadata: { name: 'other' } }, 422],
    ['an apply into another namespace', `${PATH}?fieldManager=one`, APPLY, { ...map({}), metadata: { name: 'web', namespace: 'other' } }, 422],
    ['a merge of what is not there', PATH, STRATEGIC, { data: {} }, 404],
    ['an apply into a namespace that is not there', PATH.replace('shop', 'nowhere').concat('?fieldManager=one'), APPLY, map({}), 404],
  ] as const)('refuses %s', async (_, path, type, body, status) => {
    const { fake, patch } = await started();
    expect(await patch(path, type, body)).toMatchObject({ status });
    expect(fake.changes).toBe(0);
  });
});

describe('the published operations', () => {
  const asked = (method: string, path: string, type?: string) => offence(method, new URL(path, 'https://x'), type);

  it.each([
    ['GET', DEPLOYMENT, undefined],
    ['PATCH', `${DEPLOYMENT}?fieldManager=x&dryRun=All&force=true`, APPLY],
    ['GET', '/api/v1/namespaces/shop/pods?labelSelector=a%3Db&limit=5', undefined],
    ['PATCH', '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web', 'application/merge-patch+json'],
    ['GET', '/apis/apps/v1', undefined],
  ] as const)('know %s %s (%s)', (method, path, type) => expect(asked(method, path, type)).toBeUndefined());

  it.each([
    ['DELETE', DEPLOYMENT, undefined, 'no such operation'],
    ['GET', '/apis/apps/v1/namespaces/shop/deployment/web', undefined, 'no such operation'],
    ['GET', `${DEPLOYMENT}?labelSelector=x`, undefined, 'no parameter labelSelector'],
    ['PATCH', DEPLOYMENT, 'application/json', 'takes application/apply-patch+yaml'],
    ['PATCH', DEPLOYMENT, undefined, 'takes application/apply-patch+yaml'],
    ['GET', DEPLOYMENT, 'application/json', 'takes no body'],
    ['PATCH', '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web', STRATEGIC, 'takes application/apply-patch+yaml'],
  ] as const)('do not know %s %s (%s)', (method, path, type, why) => expect(asked(method, path, type)).toContain(why));
});
