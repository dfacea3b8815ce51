/** The same images rolled out once more: a tag that may have moved, a rollout that failed and is asked for again. */
import { describe, expect, it } from 'vitest';
import type { WantedImage } from '../../functions/targets/target.ts';
import { NOW } from './fake-ecs.ts';
import { wanted } from './io.ts';
import { ecs, green, tell } from './telling.ts';
import { type EcsWorld, ecsWorld, FIRST } from './worlds.ts';

const latest = [wanted('latest')];
const later = (images: readonly WantedImage[], ms = 1): readonly WantedImage[] => images.map((image) => ({ ...image, since: NOW + ms }));

const onLatest = (): Promise<EcsWorld> => ecsWorld({ ...FIRST, containerDefinitions: [{ name: 'app', image: 'registry.example.com/shop/web:latest' }] });

const seenBy = async (world: EcsWorld, images: readonly WantedImage[], attempted = false) => {
  const seen = await ecs.read({ set: images }, world.io({ attempted }));
  if (seen.is !== 'seen') throw new Error(JSON.stringify(seen));
  return seen;
};

const handleOf = (outcome: object): string => {
  if (!('handle' in outcome) || typeof outcome.handle !== 'string') throw new Error(JSON.stringify(outcome));
  return outcome.handle;
};

describe('a tag that moved', () => {
  it('is pulled again by a new deployment of the same revision', async () => {
    const world = await onLatest();
    expect(await seenBy(world, latest)).toMatchObject({ running: false, settled: true });
    const outcome = await tell(world, latest);
    expect(outcome).toMatchObject({ is: 'applied', handle: expect.stringContaining('web:1') });
    expect([world.fake.updates, world.fake.revisions.length, world.fake.service.deployments.length]).toEqual([1, 1, 2]);
    expect(await ecs.observe(handleOf(outcome), world.io())).toMatchObject({ is: 'progressing' });
    world.finish?.('healthy');
    expect(await ecs.observe(handleOf(outcome), world.io())).toEqual({ is: 'healthy' });
  });

  it('runs after a crash around the change, which is not made again', async () => {
    const world = await onLatest();
    const handle = handleOf(await tell(world, latest));
    const seen = await seenBy(world, latest, true);
    expect(seen).toMatchObject({ running: true, settled: false });
    expect(await ecs.observe(seen.handle, world.io())).toEqual(await ecs.observe(handle, world.io()));
  });

  it('does not run just because an attempt was made: ECS may never have heard of it', async () => {
    const world = await onLatest();
    world.crashInside?.();
    expect(await tell(world, latest)).toMatchObject({ is: 'unavailable' });
    expect(await seenBy(world, latest, true)).toMatchObject({ running: false });
  });

  it('is pulled again for the next push too', async () => {
    const world = await onLatest();
    await tell(world, latest);
    world.finish?.('healthy');
    expect(await seenBy(world, later(latest), true)).toMatchObject({ running: false });
    expect(await tell(world, later(latest))).toMatchObject({ is: 'applied' });
    expect(world.fake.updates).toBe(2);
  });

  it('is looked at again when a killed worker’s restart came in between', async () => {
    const world = await onLatest();
    const seen = await seenBy(world, latest);
    world.fake.deploy(world.fake.arnOf(1));
    expect(await ecs.apply({ set: latest }, seen, world.io())).toEqual({ is: 'moved' });
    expect(world.fake.updates).toBe(0);
    expect(await seenBy(world, latest, true)).toMatchObject({ running: true });
  });

  it('undoes nobody: a change in the very gap before ours is moved', async () => {
    const world = await onLatest();
    const seen = await seenBy(world, latest);
    world.fake.before.set('UpdateService', () => void world.overtake());
    expect(await ecs.apply({ set: latest }, seen, world.io())).toEqual({ is: 'moved' });
    expect(world.fake.service.taskDefinition).toBe(world.fake.arnOf(2));
  });

  it('is pulled again although its revision was deregistered', async () => {
    const world = await onLatest();
    world.fake.inactive.add(1);
    expect(await tell(world, latest)).toMatchObject({ is: 'applied' });
  });
});

describe('a rollout that failed and was not rolled back', () => {
  const failed = async () => {
    const world = await ecsWorld();
    await tell(world);
    world.finish?.('failed');
    return world;
  };

  it('is tried again, and the failure of before is not taken for the new one’s', async () => {
    const world = await failed();
    expect(await seenBy(world, later(green))).toMatchObject({ running: false });
    const failedBefore = structuredClone(world.fake.service);
    const outcome = await tell(world, later(green));
    expect(outcome).toMatchObject({ is: 'applied', handle: expect.stringContaining('web:2') });
    expect([world.fake.updates, world.fake.revisions.length]).toEqual([2, 2]);
    world.fake.behind = failedBefore;
    expect(await ecs.observe(handleOf(outcome), world.io())).toMatchObject({ is: 'progressing', detail: 'ECS does not list the deployment yet' });
    world.fake.behind = undefined;
    expect(await ecs.observe(handleOf(outcome), world.io())).toMatchObject({ is: 'progressing', detail: expect.stringContaining('0 of 2 tasks run') });
    world.finish?.('healthy');
    expect(await ecs.observe(handleOf(outcome), world.io())).toEqual({ is: 'healthy' });
    expect(await seenBy(world, later(green))).toMatchObject({ running: true, settled: true });
  });

  it('is reported, not tried again, by the deployment that it is', async () => {
    const world = await failed();
    const seen = await seenBy(world, green, true);
    expect(seen).toMatchObject({ running: true, settled: false });
    expect(await ecs.observe(seen.handle, world.io())).toMatchObject({ is: 'failed', why: { code: 'rollout-failed' } });
  });

  it('is not that of a deployment whose attempt never reached ECS', async () => {
    const world = await failed();
    expect(await seenBy(world, later(green), true)).toMatchObject({ running: false });
  });
});
