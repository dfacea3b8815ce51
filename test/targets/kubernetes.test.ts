/** A workload that is given images or restarted, over the fake of its API server. */
import { describe, expect, it } from 'vitest';
import { at } from '../../functions/targets/kubernetes-fields.ts';
import type { WorkloadName } from '../../functions/targets/kubernetes-kinds.ts';
import { readableContract } from './contract.ts';
import { BLUE, GREEN, NOW, wanted } from './io.ts';
import { green, handleIn, inside, kubernetesWorld, POD_TEMPLATE, podOf, see, tell } from './kubernetes-world.ts';

const NEVER_FAILS = { 'a rollout that fails says why': 'its controller never gives up: only the deadline of the deployment ends it' };
readableContract('kubernetes statefulset', () => kubernetesWorld('statefulset'), NEVER_FAILS);
readableContract('kubernetes daemonset', () => kubernetesWorld('daemonset'), NEVER_FAILS);
readableContract('kubernetes rollout', () => kubernetesWorld('rollout'));

const IMAGE = 'registry.example.com/shop/web';
const KEY = 'image-triggers/key';
const set = { set: green } as const;
const restart = { restart: true, since: NOW } as const;
const annotationsOf = (object: object): unknown => at(object, 'spec', 'template', 'metadata', 'annotations');

describe('images', () => {
  it.each<WorkloadName>(['deployment', 'statefulset', 'daemonset', 'cronjob', 'rollout'])(
    'of a %s change in containers and init containers, and nothing else does',
    async (kind) => {
      const world = await kubernetesWorld(kind);
      const before = world.fake.get(world.path);
      expect(await tell(world)).toMatchObject({ is: 'applied' });
      const image = `${IMAGE}:v2@${GREEN}`;
      const [app, sidecar] = POD_TEMPLATE.spec.containers;
      const after = podOf(kind, world.fake.get(world.path));
      expect(after).toMatchObject({ containers: [{ ...app, image }, sidecar], initContainers: [{ ...POD_TEMPLATE.spec.initContainers[0], image }] });
      // Put back, all is as it was but for what the server writes.
      Object.assign(after, { containers: podOf(kind, before).containers, initContainers: podOf(kind, before).initContainers });
      expect({ ...world.fake.get(world.path), spec: undefined, metadata: undefined }).toEqual({ ...before, spec: undefined, metadata: undefined });
      expect(after).toEqual(podOf(kind, before));
    },
  );

  it('are sent by name, with the version that was seen', async () => {
    const world = await kubernetesWorld();
    const version = at(world.fake.get(world.path), 'metadata', 'resourceVersion');
    await tell(world);
    const image = `${IMAGE}:v2@${GREEN}`;
    expect(world.fake.patches).toEqual([
      {
        metadata: { resourceVersion: version },
        spec: { template: { spec: { initContainers: [{ name: 'migrate', image }], containers: [{ name: 'app', image }] } } },
      },
    ]);
    expect(world.fake.ownersOf(world.path, ['spec', 'template', 'spec', 'containers', ['name', 'app'], 'image'])).toEqual(['image-triggers Update']);
  });

  it('of an Argo Rollout are sent with their whole lists, which a custom resource replaces', async () => {
    const world = await kubernetesWorld('rollout');
    await tell(world);
    expect(at(world.fake.patches[0], 'spec', 'template', 'spec')).toEqual({
      initContainers: [{ ...POD_TEMPLATE.spec.initContainers[0], image: `${IMAGE}:v2@${GREEN}` }],
      containers: [expect.objectContaining({ name: 'app', env: POD_TEMPLATE.spec.containers[0]?.env }), expect.objectContaining({ name: 'sidecar' })],
    });
  });

  it('change only in the containers that the configuration names', async () => {
    const world = await kubernetesWorld();
    expect(await tell(world, set, world.targetWith({ containers: ['migrate'] }))).toMatchObject({ is: 'applied' });
    expect(podOf('deployment', world.fake.get(world.path))).toMatchObject({
      containers: [{ image: `${IMAGE}:v1@${BLUE}` }, {}],
      initContainers: [{ image: `${IMAGE}:v2@${GREEN}` }],
    });
    expect(await tell(world, set, world.targetWith({ containers: ['other'] }))).toMatchObject({
      is: 'refused',
      why: { code: 'no-container', detail: expect.stringContaining('looked at other only') },
    });
  });

  it('keep the host that the workload has, when it is another name of the same registry', async () => {
    const world = await kubernetesWorld();
    world.fake.edit(
      world.path,
      (object) =>
        void Object.assign(podOf('deployment', object), { initContainers: [], containers: [{ name: 'app', image: 'vpc.example.com:5000/shop/web' }] }),
    );
    expect(await tell(world)).toMatchObject({ is: 'refused', why: { code: 'no-container' } });
    expect(await tell(world, { set: [wanted('v2', GREEN, ['vpc.example.com:5000'])] })).toMatchObject({ is: 'applied' });
    expect(podOf('deployment', world.fake.get(world.path)).containers).toMatchObject([{ image: `vpc.example.com:5000/shop/web:v2@${GREEN}` }]);
  });

  it('go in although a controller writes its status at the same moment', async () => {
    const world = await kubernetesWorld();
    world.fake.before.set('patch deployments', () =>
      world.fake.edit(world.path, (object) => void Object.assign(object, { status: { ...inside(object, 'status'), replicas: 3 } })),
    );
    expect(await tell(world)).toMatchObject({ is: 'applied' });
    expect(world.fake.asked.filter((asked) => asked.startsWith('patch'))).toHaveLength(2);
    expect(await world.changes()).toBe(1);
  });

  it('do not go into a workload that was deleted and made again meanwhile', async () => {
    const world = await kubernetesWorld();
    world.fake.before.set('patch deployments', () => {
      const object = world.fake.get(world.path);
      world.fake.remove(world.path);
      world.fake.put(world.path, object);
    });
    expect(await tell(world)).toEqual({ is: 'moved' });
    expect(await world.changes()).toBe(0);
  });

  it('are given up after a few tries where somebody writes all the time', async () => {
    const world = await kubernetesWorld();
    const write = (): void => {
      world.fake.edit(world.path, (object) => void Object.assign(object, { status: { ...inside(object, 'status'), replicas: 3 } }));
      world.fake.before.set('patch deployments', write);
    };
    world.fake.before.set('patch deployments', write);
    expect(await tell(world)).toEqual({ is: 'moved' });
    expect(await world.changes()).toBe(0);
  });

  it('of a CronJob are there at once: its next run takes them', async () => {
    const world = await kubernetesWorld('cronjob');
    const handle = handleIn(await tell(world));
    expect(await world.target.observe(handle, world.io())).toEqual({ is: 'healthy' });
    expect(await see(world, set)).toMatchObject({ running: true, settled: true });
  });

  it('have no place where a rollout refers to another workload', async () => {
    const world = await kubernetesWorld('rollout');
    world.fake.edit(world.path, (object) => void Object.assign(object, { spec: { workloadRef: { kind: 'Deployment', name: 'web' } } }));
    expect(await tell(world)).toMatchObject({
      is: 'refused',
      why: { code: 'target-misconfigured', detail: expect.stringContaining('no pod template of its own') },
    });
  });
});

describe('a tag without a digest', () => {
  const tag = { set: [wanted('v2')] };

  it('carries the mark of its deployment, and no image with a digest does', async () => {
    const world = await kubernetesWorld();
    await tell(world);
    expect(annotationsOf(world.fake.get(world.path))).toBeUndefined();
    await tell(world, tag);
    expect(annotationsOf(world.fake.get(world.path))).toEqual({ [KEY]: 'web.7' });
  });

  it('that is there already is rolled out once more by a new mark', async () => {
    const world = await kubernetesWorld();
    await tell(world, tag);
    world.finish('healthy');
    const before = at(world.fake.get(world.path), 'metadata', 'generation');
    expect(await tell(world, tag, world.target, { idempotencyKey: 'web.8' })).toMatchObject({ is: 'applied' });
    const after = world.fake.get(world.path);
    expect([annotationsOf(after), at(after, 'metadata', 'generation')]).toEqual([{ [KEY]: 'web.8' }, Number(before) + 1]);
  });

  it('runs after a crash around the change; an attempt that never arrived proves nothing', async () => {
    const world = await kubernetesWorld();
    await tell(world, tag, world.target, { idempotencyKey: 'web.6' });
    expect(await see(world, tag, world.target, { attempted: true })).toMatchObject({ running: false });
    await tell(world, tag);
    expect(await see(world, tag, world.target, { attempted: true })).toMatchObject({ running: true, settled: false });
  });
});

describe('a rollout that failed', () => {
  it('is the end of the deployment that began it, and is begun once more by the next one', async () => {
    const world = await kubernetesWorld();
    await tell(world);
    world.finish('failed');
    // Crashed before the end was recorded.
    const own = await see(world, set, world.target, { attempted: true });
    expect(own).toMatchObject({ running: true, settled: false });
    expect(await world.target.observe(own.handle, world.io())).toMatchObject({ is: 'failed' });
    const later = { set: [{ ...wanted('v2', GREEN), since: NOW + 60_000 }] };
    for (const attempted of [true, false]) expect(await see(world, later, world.target, { attempted })).toMatchObject({ running: false });
    expect(await tell(world, later, world.target, { idempotencyKey: 'web.9' })).toMatchObject({ is: 'applied' });
    expect(annotationsOf(world.fake.get(world.path))).toEqual({ [KEY]: 'web.9' });
    expect(await see(world, later, world.target, { idempotencyKey: 'web.9', attempted: true })).toMatchObject({ running: true, settled: false });
  });
});

it('a rollout that failed, and that somebody else began, is begun once more even by an attempt that may have done it', async () => {
  const world = await kubernetesWorld();
  const image = `${IMAGE}:v2@${GREEN}`;
  world.fake.edit(world.path, (object) => void Object.assign(podOf('deployment', object), { initContainers: [], containers: [{ name: 'app', image }] }));
  world.finish('failed');
  expect(await see(world, set, world.target, { attempted: true })).toMatchObject({ running: false });
});

describe('a restart', () => {
  it.each<WorkloadName>(['deployment', 'statefulset', 'daemonset', 'rollout'])(
    'of a %s is what kubectl writes and our mark, and took place once the mark is there',
    async (kind) => {
      const world = await kubernetesWorld(kind);
      const outcome = await tell(world, restart);
      expect(annotationsOf(world.fake.get(world.path))).toEqual({ 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z', [KEY]: 'web.7' });
      expect(await world.target.observe(handleIn(outcome), world.io())).toMatchObject({ is: 'progressing' });
      expect(await see(world, restart, world.target, { attempted: true })).toMatchObject({ running: true, settled: false });
      expect(await see(world, restart, world.target, { attempted: true, idempotencyKey: 'web.8' })).toMatchObject({ running: false });
      expect(await see(world, restart)).toMatchObject({ running: false });
      world.finish('healthy');
      expect(await world.target.observe(handleIn(outcome), world.io())).toEqual({ is: 'healthy' });
    },
  );

  it('changes no image', async () => {
    const world = await kubernetesWorld();
    const before = podOf('deployment', world.fake.get(world.path));
    await tell(world, restart);
    expect(podOf('deployment', world.fake.get(world.path))).toEqual(before);
  });

  it('of a CronJob is refused, with what to do instead', async () => {
    const world = await kubernetesWorld('cronjob');
    expect(await tell(world, restart)).toMatchObject({
      is: 'refused',
      why: { code: 'target-refused', detail: expect.stringContaining('kubectl create job --from=cronjob/web') },
    });
    expect(await world.changes()).toBe(0);
  });
});

it('a template is no wish for a workload', async () => {
  const world = await kubernetesWorld();
  expect(world.target.takesTemplates).toBe(false);
  expect(await world.target.read({ template: [], version: 1, since: NOW }, world.io())).toMatchObject({ is: 'refused', why: { code: 'target-misconfigured' } });
});

it('the state of somebody else is an error, not an outcome', async () => {
  const world = await kubernetesWorld();
  const seen = await see(world, set);
  await expect(world.target.apply(set, { ...seen, state: {} }, world.io())).rejects.toThrow('its own read');
  await expect(world.target.observe('{"x":1}', world.io())).rejects.toThrow('not written by this target');
});
