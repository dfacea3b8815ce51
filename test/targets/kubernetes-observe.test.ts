/** A rollout that is watched: what its pods say while it goes on, and who took its place. */
import { describe, expect, it } from 'vitest';
import { at } from '../../functions/targets/kubernetes-fields.ts';
import type { WorkloadName } from '../../functions/targets/kubernetes-kinds.ts';
import type { Json } from './fake-kubernetes.ts';
import { BLUE, GREEN, NOW, wanted } from './io.ts';
import { generationOf, handleIn, inside, type KubernetesWorld, kubernetesWorld, podOf, see, tell } from './kubernetes-world.ts';

const PODS = '/api/v1/namespaces/shop/pods';
const SETS = '/apis/apps/v1/namespaces/shop/replicasets';

const begun = async (kind: WorkloadName = 'deployment') => {
  const world = await kubernetesWorld(kind);
  const handle = handleIn(await tell(world));
  return { world, handle, observe: () => world.target.observe(handle, world.io()) };
};

/** The controller has seen the change and made the ReplicaSet of its second revision. */
const roll = (world: KubernetesWorld, more: Json = {}): void => {
  const uid = at(world.fake.get(world.path), 'metadata', 'uid');
  for (const [hash, revision] of [
    ['old', '9'],
    ['new', '10'],
  ])
    world.fake.put(`${SETS}/web-${hash}`, {
      metadata: {
        name: `web-${hash}`,
        labels: { app: 'web', 'pod-template-hash': hash },
        annotations: { 'deployment.kubernetes.io/revision': revision },
        ownerReferences: [{ uid }],
      },
    });
  world.fake.put(`${SETS}/foreign`, {
    metadata: {
      name: 'foreign',
      labels: { app: 'web', 'pod-template-hash': 'foreign' },
      annotations: { 'deployment.kubernetes.io/revision': '99' },
      ownerReferences: [{ uid: 'x' }],
    },
  });
  world.fake.edit(
    world.path,
    (object) =>
      void Object.assign(object, { status: { observedGeneration: generationOf(object), replicas: 3, updatedReplicas: 1, availableReplicas: 2, ...more } }),
  );
};

const pod = (world: KubernetesWorld, name: string, statuses: readonly Json[], labels: Json = { 'pod-template-hash': 'new' }, more: Json = {}): void =>
  world.fake.put(`${PODS}/${name}`, { metadata: { name, labels: { app: 'web', ...labels } }, status: { containerStatuses: statuses, ...more } });

const waiting = (reason: string, message?: string, more: Json = {}): Json => ({
  name: 'app',
  ready: false,
  state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
  ...more,
});
const ended = (exitCode: number, message?: string): Json => ({ terminated: { exitCode, reason: 'Error', ...(message === undefined ? {} : { message }) } });

describe('pods', () => {
  it.each<readonly [string, Json, string]>([
    [
      'cannot pull',
      waiting('ImagePullBackOff', 'Back-off pulling image "registry.example.com/shop/web:v2"'),
      'app: ImagePullBackOff: Back-off pulling image "registry.example.com/shop/web:v2"',
    ],
    ['miss a secret', waiting('CreateContainerConfigError', 'secret "db" not found'), 'app: CreateContainerConfigError: secret "db" not found'],
    [
      'crash, by how they ended and not by how long they wait',
      waiting('CrashLoopBackOff', 'back-off 40s restarting failed container', { lastState: ended(1, 'panic:\n  no DATABASE_URL'), restartCount: 3 }),
      'app: CrashLoopBackOff, last ended with Error (exit code 1): panic: no DATABASE_URL, restarted 3 times',
    ],
    [
      'have crashed and begin again',
      waiting('ContainerCreating', undefined, { lastState: ended(137), restartCount: 1 }),
      'app: last ended with Error (exit code 137), restarted 1 times',
    ],
    ['have ended', { name: 'app', ready: false, state: ended(2) }, 'app: ended with Error (exit code 2)'],
    ['are not ready', { name: 'app', ready: false, state: { running: {} } }, 'app: runs and is not ready'],
  ])('that %s are named', async (_, status, told) => {
    const { world, observe } = await begun();
    roll(world);
    pod(world, 'web-new-1', [status]);
    expect(await observe()).toEqual({ is: 'progressing', lookAgainIn: 10_000, detail: `1 of 2 pods are new; web-new-1: ${told}` });
  });

  it('that begin, run, or ended well are not', async () => {
    const { world, observe } = await begun();
    roll(world);
    pod(world, 'web-new-1', [waiting('ContainerCreating'), { name: 'sidecar', ready: true, state: { running: {} } }], undefined, {
      initContainerStatuses: [{ name: 'migrate', ready: true, state: ended(0) }],
    });
    expect(await observe()).toMatchObject({ is: 'progressing', detail: '1 of 2 pods are new' });
  });

  it('that find no node, and init containers, are named as well', async () => {
    const { world, observe } = await begun();
    roll(world);
    pod(world, 'web-new-1', [], undefined, { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }] });
    pod(world, 'web-new-2', [], undefined, { initContainerStatuses: [{ ...waiting('ErrImagePull', 'not found'), name: 'migrate' }] });
    expect(await observe()).toMatchObject({
      detail: expect.stringContaining('web-new-1: is not scheduled: 0/3 nodes are available; web-new-2: migrate: ErrImagePull: not found'),
    });
  });

  it('of the revision before, and those of others, are not looked at; the same of several is told once', async () => {
    const { world, observe } = await begun();
    roll(world);
    for (const [name, hash] of [
      ['a', 'old'],
      ['b', 'new'],
      ['c', 'new'],
      ['d', 'foreign'],
    ] as const)
      pod(world, name, [waiting('ErrImagePull', 'no such image')], { 'pod-template-hash': hash });
    expect(await observe()).toMatchObject({ detail: '1 of 2 pods are new; b and 1 more: app: ErrImagePull: no such image' });
  });

  it('are not asked before the controller has seen the change: the newest ones are old then', async () => {
    const { world, observe } = await begun();
    pod(world, 'web-old-1', [waiting('ErrImagePull')], { 'pod-template-hash': 'old' });
    expect(await observe()).toMatchObject({ detail: 'its controller has not seen the change yet' });
    expect(world.fake.asked).not.toContain('list pods');
  });

  it.each<readonly [WorkloadName, Json, Json]>([
    ['statefulset', { updateRevision: 'web-2', currentRevision: 'web-1', updatedReplicas: 1, readyReplicas: 1 }, { 'controller-revision-hash': 'web-2' }],
    ['daemonset', { desiredNumberScheduled: 2, updatedNumberScheduled: 1 }, { 'pod-template-generation': '2' }],
    ['rollout', { phase: 'Progressing', currentPodHash: 'h2' }, { 'rollouts-pod-template-hash': 'h2' }],
  ])('of a %s are found by the label of their revision', async (kind, status, labels) => {
    const { world, observe } = await begun(kind);
    world.fake.edit(world.path, (object) => {
      Object.assign(inside(object, 'metadata'), { annotations: { 'deprecated.daemonset.template.generation': '2' } });
      Object.assign(object, { status: { observedGeneration: kind === 'rollout' ? String(generationOf(object)) : generationOf(object), ...status } });
    });
    pod(world, 'mine', [waiting('ErrImagePull', 'no')], labels);
    pod(world, 'old', [waiting('ErrImagePull', 'other')], {});
    expect(await observe()).toMatchObject({ is: 'progressing', detail: expect.stringMatching(/; mine: app: ErrImagePull: no$/) });
  });

  it('that may not be listed leave the verdict as it is', async () => {
    const { world, observe } = await begun();
    roll(world);
    world.fake.refuse.set('list pods', { times: 9, with: { status: 403, message: 'pods is forbidden: User "x" cannot list resource "pods"' } });
    expect(await observe()).toMatchObject({
      is: 'progressing',
      detail: expect.stringContaining('what its pods say is not known (it may not list pods in the namespace shop'),
    });
  });
});

describe('a rollout', () => {
  it('that is late has failed, with what its pods say', async () => {
    const { world, observe } = await begun();
    roll(world);
    world.finish('failed');
    pod(world, 'web-new-1', [waiting('CrashLoopBackOff', 'back-off')]);
    expect(await observe()).toEqual({
      is: 'failed',
      why: { code: 'rollout-failed', detail: 'ProgressDeadlineExceeded: ReplicaSet "web-2" has timed out progressing.' },
      evidence: 'web-new-1: app: CrashLoopBackOff: back-off',
    });
  });

  it('goes on while an autoscaler changes the number of pods', async () => {
    const { world, observe } = await begun();
    world.fake.edit(world.path, (object) => void Object.assign(inside(object, 'spec'), { replicas: 5 }), 'horizontal-pod-autoscaler');
    roll(world, { replicas: 6 });
    expect(await observe()).toMatchObject({ is: 'progressing', detail: '1 of 5 pods are new' });
  });

  it('is replaced when somebody else changes the pods, even with the same image', async () => {
    const { world, observe } = await begun();
    world.fake.edit(world.path, (object) => void Object.assign(podOf('deployment', object), { terminationGracePeriodSeconds: 5 }));
    expect(await observe()).toMatchObject({ is: 'replaced', detail: expect.stringContaining(`app = registry.example.com/shop/web:v2@${GREEN}`) });
    const present = await see(world, { set: [wanted('v2', GREEN)] }, world.target, { attempted: true });
    expect(present).toMatchObject({ running: true, settled: false });
    world.finish('healthy');
    expect(await world.target.observe(present.handle, world.io())).toEqual({ is: 'healthy' });
  });

  it('is replaced when the workload is made again, and failed when it is gone', async () => {
    const { world, observe } = await begun();
    const object = world.fake.get(world.path);
    world.fake.remove(world.path);
    expect(await observe()).toMatchObject({ is: 'failed', why: { code: 'target-not-found' } });
    world.fake.put(world.path, object);
    expect(await observe()).toMatchObject({ is: 'replaced', detail: expect.stringContaining('made again') });
  });

  it('is not ended by an answer from before it began', async () => {
    const world = await kubernetesWorld();
    const before = world.fake.get(world.path);
    const outcome = await tell(world, { restart: true, since: NOW });
    const handle: { workloads: Json[] } = JSON.parse(handleIn(outcome));
    const stale = await see(world, { set: [wanted('v1', BLUE)] });
    // The same pods as the answer has, of a later generation than it knows.
    const same: { workloads: Json[] } = JSON.parse(stale.handle);
    const later = { ...same, workloads: [{ ...same.workloads[0], generation: Number(handle.workloads[0]?.generation) + 1 }] };
    expect(await world.target.observe(JSON.stringify(later), world.io())).toMatchObject({
      is: 'progressing',
      detail: expect.stringContaining('from before the change'),
    });
    expect(generationOf(before)).toBe(1);
  });

  it.each([
    [403, 'User "x" cannot get', 'access-denied'],
    [401, 'Unauthorized', 'access-denied'],
    [503, 'no', 'unavailable'],
  ])('cannot be seen while it is answered %i', async (status, message, code) => {
    const { world, observe } = await begun();
    world.fake.refuse.set('get deployments', { times: 1, with: { status, message } });
    expect(await observe()).toMatchObject({ is: 'unavailable', why: { code } });
  });

  it('is looked at less often after two minutes', async () => {
    const { world, handle } = await begun();
    const observedAfter = (ms: number) => world.target.observe(handle, { ...world.io(), now: () => NOW + ms });
    expect(await observedAfter(120_000)).toMatchObject({ lookAgainIn: 10_000 });
    expect(await observedAfter(120_001)).toMatchObject({ lookAgainIn: 30_000 });
  });
});
