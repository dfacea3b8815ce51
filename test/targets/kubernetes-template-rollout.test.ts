/** The workloads of a template: restarted, failed, begun once more, and watched until all of them are healthy. */
import { describe, expect, it } from 'vitest';
import { GREEN, NOW } from './io.ts';
import { ALL, API, config, deployment, done, keyOf, late, service, templateWorld, wish } from './kubernetes-templates.ts';
import { generationOf, handleIn, see, tell } from './kubernetes-world.ts';

describe('a restart of a template', () => {
  const restarting = wish(ALL, { restart: true });

  it('marks its workloads after they were applied, once', async () => {
    const world = await templateWorld();
    await tell(world, wish());
    done(world);
    expect(await see(world, restarting)).toMatchObject({ running: false });
    const outcome = await tell(world, restarting);
    expect(keyOf(world)).toBe('web.7');
    expect(await world.target.observe(handleIn(outcome), world.io())).toMatchObject({ is: 'progressing' });
    expect(await see(world, restarting, world.target, { attempted: true })).toMatchObject({ running: true, settled: false });
    expect(await see(world, restarting, world.target, { attempted: true, idempotencyKey: 'web.8' })).toMatchObject({ running: false });
  });

  it('is not undone by the next version of the template', async () => {
    const world = await templateWorld();
    await tell(world, restarting);
    const generation = generationOf(world.fake.get(API));
    await tell(world, wish([config('green'), service, deployment()]));
    expect([keyOf(world), generationOf(world.fake.get(API))]).toEqual(['web.7', generation]);
  });

  it('goes on where a crash left it between the apply and the mark', async () => {
    const world = await templateWorld();
    world.fake.before.set('patch deployments', () =>
      world.fake.before.set('patch deployments', () => world.fake.refuse.set('patch deployments', { times: 1, with: { status: 500, message: 'no' } })),
    );
    expect(await tell(world, restarting)).toMatchObject({ is: 'unavailable' });
    expect(keyOf(world)).toBeUndefined();
    expect(await tell(world, restarting, world.target, { attempted: true })).toMatchObject({ is: 'applied' });
    expect(keyOf(world)).toBe('web.7');
  });
});

describe('a rollout of a template', () => {
  it('that failed is the end of its own deployment, and is begun once more by the next one although nothing differs', async () => {
    const world = await templateWorld();
    const outcome = await tell(world, wish());
    late(world);
    expect(await world.target.observe(handleIn(outcome), world.io())).toMatchObject({ is: 'failed', why: { detail: expect.stringContaining('late') } });
    expect(await see(world, wish(), world.target, { attempted: true })).toMatchObject({ running: true });
    const later = wish(ALL, { since: NOW + 60_000 });
    expect(await see(world, later, world.target, { attempted: true })).toMatchObject({ running: false });
    const generation = generationOf(world.fake.get(API));
    expect(await tell(world, later, world.target, { idempotencyKey: 'web.9' })).toMatchObject({ is: 'applied' });
    expect([keyOf(world), generationOf(world.fake.get(API))]).toEqual(['web.9', generation + 1]);
  });

  it('of several workloads says which one it waits for, and which one was replaced', async () => {
    const world = await templateWorld();
    const other = { ...deployment(), metadata: { name: 'worker' } };
    const handle = handleIn(await tell(world, wish([deployment(), other])));
    done(world);
    expect(await world.target.observe(handle, world.io())).toMatchObject({
      is: 'progressing',
      detail: 'deployment/worker: its controller has not seen the change yet',
    });
    await tell(world, wish([deployment(`registry.example.com/shop/api:v2@${GREEN}`)]));
    expect(await world.target.observe(handle, world.io())).toMatchObject({ is: 'replaced', detail: expect.stringMatching(/^deployment\/api: replaced/) });
  });
});
