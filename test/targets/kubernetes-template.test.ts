/** A whole template by server-side apply: compared by dry run, and applied in order. */
import { describe, expect, it } from 'vitest';
import { at } from '../../functions/targets/kubernetes-fields.ts';
import type { TemplateDocument } from '../../functions/targets/target.ts';
import { NOW } from './io.ts';
import { ALL, API, CONFIG, config, deployment, done, SERVICE, templateWorld, wish } from './kubernetes-templates.ts';
import { green, handleIn, inside, type KubernetesWorld, see, tell } from './kubernetes-world.ts';

describe('a template', () => {
  it('is taken by this configuration, and nothing else is', async () => {
    const world = await templateWorld();
    expect(world.target.takesTemplates).toBe(true);
    for (const other of [{ set: green }, { restart: true, since: NOW }] as const)
      expect(await world.target.read(other, world.io())).toMatchObject({
        is: 'refused',
        why: { code: 'target-misconfigured', detail: expect.stringContaining('has none') },
      });
  });

  it('is looked at without a change, applied in its order, and then there', async () => {
    const world = await templateWorld();
    const seen = await see(world, wish());
    expect(seen).toMatchObject({ running: false });
    expect(world.fake.changes).toBe(0);
    const outcome = await world.target.apply(wish(), seen, world.io());
    expect(outcome).toMatchObject({ is: 'applied' });
    expect(world.fake.asked.filter((asked) => asked.startsWith('patch'))).toEqual(['patch configmaps/web', 'patch services/web', 'patch deployments/api']);
    expect(world.fake.patches).toEqual(ALL.map((document) => ({ ...document, metadata: { name: at(document, 'metadata', 'name'), namespace: 'shop' } })));
    expect(world.fake.ownersOf(CONFIG, ['data', 'mode'])).toEqual(['image-triggers Apply']);
    expect(await see(world, wish())).toMatchObject({ running: true, settled: false, containers: ['deployment/api: api = registry.example.com/shop/api:v1'] });
    expect(await world.target.observe(handleIn(outcome), world.io())).toMatchObject({ is: 'progressing' });
    done(world);
    expect(await world.target.observe(handleIn(outcome), world.io())).toEqual({ is: 'healthy' });
    const again = await see(world, wish());
    expect(again).toMatchObject({ running: true, settled: true });
    expect(await world.target.apply(wish(), again, world.io())).toEqual({ is: 'unchanged' });
  });

  it.each<readonly [string, (world: KubernetesWorld) => void]>([
    ['a field is another one', (world) => world.fake.edit(CONFIG, (object) => void Object.assign(inside(object, 'data'), { mode: 'red' }))],
    ['an object is gone', (world) => world.fake.remove(SERVICE)],
  ])('is not what is there when %s, and takes it back by force', async (_, change) => {
    const world = await templateWorld();
    await tell(world, wish());
    change(world);
    expect(await see(world, wish())).toMatchObject({ running: false });
    await tell(world, wish());
    expect(await see(world, wish())).toMatchObject({ running: true });
    expect(world.fake.get(CONFIG).data).toEqual({ mode: 'blue' });
    expect(world.fake.ownersOf(CONFIG, ['data', 'mode'])).toEqual(['image-triggers Apply']);
  });

  it('leaves alone what others say of the same objects, and takes away what it says no more', async () => {
    const world = await templateWorld();
    await tell(world, wish([{ ...config(), data: { mode: 'blue', colour: 'x' } }]));
    world.fake.edit(CONFIG, (object) => void Object.assign(inside(object, 'data'), { theirs: '1' }));
    expect(await see(world, wish([{ ...config(), data: { mode: 'blue', colour: 'x' } }]))).toMatchObject({ running: true });
    await tell(world, wish([config()], { version: 2 }));
    expect(world.fake.get(CONFIG).data).toEqual({ mode: 'blue', theirs: '1' });
  });

  it('makes an Argo Rollout and a list of objects as well', async () => {
    const world = await templateWorld();
    const rollout = { ...deployment(), apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' };
    const outcome = await tell(world, wish([{ apiVersion: 'v1', kind: 'List', items: [config(), rollout] }]));
    expect(world.fake.has('/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/api')).toBe(true);
    expect(await world.target.observe(handleIn(outcome), world.io())).toMatchObject({ is: 'progressing' });
  });

  it('of many documents is looked at in turns', async () => {
    const world = await templateWorld();
    const many = Array.from({ length: 12 }, (_, i) => ({ ...config(), metadata: { name: `c-${i}` } }));
    expect(await tell(world, wish(many))).toMatchObject({ is: 'applied' });
    expect(await see(world, wish(many))).toMatchObject({ running: true, settled: true });
    expect(world.fake.asked.filter((asked) => asked === 'discover').length).toBeLessThan(5);
  });
});

describe('a template is refused', () => {
  it.each<readonly [string, readonly TemplateDocument[], string, RegExp]>([
    ['without a document', [], 'target-misconfigured', /holds no document/],
    ['with too many', Array.from({ length: 51 }, () => config()), 'target-misconfigured', /51 documents: at most 50/],
    ['without a kind', [{ apiVersion: 'v1', metadata: { name: 'x' } }], 'target-misconfigured', /^document 1 of 1 has no apiVersion or no kind/],
    [
      'without a name',
      [config(), { ...config(), metadata: { generateName: 'x-' } }],
      'target-misconfigured',
      /^document 2 of 2 \(ConfigMap\) has no metadata.name/,
    ],
    ['with a name that leads elsewhere', [{ ...config(), metadata: { name: '..' } }], 'target-misconfigured', /has the metadata.name "..", which is no name/],
    ['with a name of two parts', [{ ...config(), metadata: { name: 'a/b' } }], 'target-misconfigured', /has the metadata.name "a\/b"/],
    ['with a path for a version', [{ ...config(), apiVersion: '../v1' }], 'target-misconfigured', /has the apiVersion "..\/v1"/],
    [
      'for another namespace',
      [{ ...config(), metadata: { name: 'web', namespace: 'kube-system' } }],
      'target-misconfigured',
      /is for the namespace "kube-system": this application deploys to shop only/,
    ],
    ['with a kind that nobody knows', [{ ...config(), kind: 'Gadget' }], 'target-refused', /the cluster knows no Gadget of v1/],
    ['with a group that nobody knows', [{ ...config(), apiVersion: 'example.com/v1', kind: 'Gadget' }], 'target-refused', /knows no Gadget of example.com\/v1/],
  ])('%s', async (_, template, code, detail) => {
    const world = await templateWorld();
    expect(await tell(world, wish(template))).toMatchObject({ is: 'refused', why: { code, detail: expect.stringMatching(detail) } });
    expect(world.fake.changes).toBe(0);
  });

  it('with a document that the API server finds wrong, before anything is applied', async () => {
    const world = await templateWorld();
    world.fake.refuse.set('dry-run patch services', { times: 9, with: { status: 422, message: 'Service "web" is invalid: spec.ports: Required value' } });
    expect(await tell(world, wish())).toMatchObject({
      is: 'refused',
      why: { code: 'target-refused', detail: expect.stringMatching(/^document 2 of 3 \(Service web\): .*spec.ports: Required value$/) },
    });
    expect(world.fake.changes).toBe(0);
  });
});

describe('half of a template', () => {
  it.each([
    [503, 'unavailable'],
    [403, 'refused'],
  ] as const)('stays when the rest is answered %i, and the next attempt applies all of it', async (status, is) => {
    const world = await templateWorld();
    world.fake.refuse.set('patch services', { times: 1, with: { status, message: 'User "x" cannot patch resource "services"' } });
    expect(await tell(world, wish())).toMatchObject({
      is,
      why: { detail: expect.stringMatching(/^document 2 of 3 \(Service web\): .*; the 1 before it was applied$/) },
    });
    expect([world.fake.has(CONFIG), world.fake.has(SERVICE), world.fake.has(API)]).toEqual([true, false, false]);
    expect(await see(world, wish(), world.target, { attempted: true })).toMatchObject({ running: false });
    expect(await tell(world, wish(), world.target, { attempted: true })).toMatchObject({ is: 'applied' });
    expect(await see(world, wish())).toMatchObject({ running: true });
  });
});

describe('what the template brings itself', () => {
  const template = wish([
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.example.com' },
      spec: { group: 'example.com', names: { kind: 'Gadget' } },
    },
    { apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'one' } },
  ]);

  it('is a kind that the cluster does not serve yet: it is applied first and waited for', async () => {
    const world = await templateWorld();
    expect(await tell(world, template)).toMatchObject({
      is: 'unavailable',
      why: { detail: 'document 2 of 2 (Gadget one): the cluster does not serve the kind Gadget of example.com/v1 yet; the 1 before it was applied' },
    });
    world.fake.kinds.set('example.com/v1', [{ name: 'gadgets', kind: 'Gadget', namespaced: true }]);
    expect(await tell(world, template)).toMatchObject({ is: 'applied' });
    expect(world.fake.has('/apis/example.com/v1/namespaces/shop/gadgets/one')).toBe(true);
    expect(await see(world, template)).toMatchObject({ running: true, settled: true });
  });

  it('is a kind that the cluster serves as soon as it is defined: one attempt is enough', async () => {
    const world = await templateWorld();
    world.fake.before.set(
      'patch customresourcedefinitions',
      () => void world.fake.kinds.set('example.com/v1', [{ name: 'gadgets', kind: 'Gadget', namespaced: true }]),
    );
    expect(await tell(world, template)).toMatchObject({ is: 'applied' });
  });

  it('is its namespace, without which nothing in it can be tried', async () => {
    const world = await templateWorld();
    world.fake.namespaces.delete('shop');
    expect(await see(world, wish())).toMatchObject({ running: false });
    expect(await tell(world, wish())).toMatchObject({
      is: 'refused',
      why: { code: 'target-not-found', detail: expect.stringContaining('namespaces "shop" not found') },
    });
    const whole = wish([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, ...ALL]);
    expect(await tell(world, whole)).toMatchObject({ is: 'applied' });
    expect(await see(world, whole)).toMatchObject({ running: true });
  });
});

it('a webhook that takes no dry run makes the template be applied, not refused', async () => {
  const world = await templateWorld();
  world.fake.refuse.set('dry-run patch configmaps', { times: 9, with: { status: 400, message: 'admission webhook "x" does not support dry run' } });
  expect(await tell(world, wish())).toMatchObject({ is: 'applied' });
  expect(world.fake.has(API)).toBe(true);
});
