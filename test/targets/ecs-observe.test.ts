/** Races around a change, and the rollout after it, through the real SDK clients over the fake. */
import { describe, expect, it } from 'vitest';
import { NOW } from './fake-ecs.ts';
import { BLUE, makeIo } from './io.ts';
import { ecs, green, tell } from './telling.ts';
import { ecsWorld } from './worlds.ts';

describe('a race', () => {
  it('lost inside of the change itself is moved', async () => {
    const world = await ecsWorld();
    world.fake.before.set('RegisterTaskDefinition', () => void world.overtake());
    expect(await tell(world)).toEqual({ is: 'moved' });
    expect(world.fake.updates).toBe(0);
  });

  it('against our own late request is no race: the change is there', async () => {
    const world = await ecsWorld();
    // A killed worker's UpdateService arrives between our look and our own.
    world.fake.before.set('RegisterTaskDefinition', () => world.fake.deploy(world.fake.arnOf(2)));
    expect(await tell(world)).toMatchObject({ is: 'applied', handle: expect.stringContaining('web:2') });
    expect(world.fake.updates).toBe(0);
  });
});

describe('a rollout', () => {
  const begun = async () => {
    const world = await ecsWorld();
    const outcome = await tell(world);
    if (outcome.is !== 'applied') throw new Error(JSON.stringify(outcome));
    return { world, handle: outcome.handle };
  };

  it('that fails tells the reason, why tasks stopped, and the last events of its own time', async () => {
    const { world, handle } = await begun();
    const at = (world.fake.service.deployments[0]?.createdAt ?? 0) + 5;
    world.fake.service.events.push({ createdAt: at, message: '(service web) is unable to start tasks.' }, { createdAt: at - 500, message: 'an older one' });
    world.fake.stoppedTasks.push(
      {
        taskDefinitionArn: world.fake.arnOf(2),
        stoppedReason: 'Essential container in task exited',
        containers: [
          { name: 'app', exitCode: 1 },
          { name: 'sidecar', exitCode: 0 },
        ],
      },
      { taskDefinitionArn: world.fake.arnOf(1), stoppedReason: 'Scaling activity initiated' },
    );
    world.fake.finish('FAILED', 'ECS deployment circuit breaker: tasks failed to start.', { rollBack: true });
    expect(await ecs.observe(handle, world.io())).toEqual({
      is: 'failed',
      why: { code: 'rollout-failed', detail: 'ECS deployment circuit breaker: tasks failed to start.; the service runs web:1' },
      evidence: 'Essential container in task exited – app: exit code 1; (service web) is unable to start tasks.',
    });
    expect(await ecs.read({ set: green }, world.io())).toMatchObject({ is: 'seen', running: false });
  });

  it('has failed even if nobody may say why its tasks stopped', async () => {
    const { world, handle } = await begun();
    world.fake.refuse.set('ListTasks', { times: 9, with: { status: 400, type: 'AccessDeniedException', message: 'no' } });
    world.fake.finish('FAILED', 'no');
    expect(await ecs.observe(handle, world.io())).toMatchObject({ is: 'failed', evidence: 'why its tasks stopped is not known (ecs:ListTasks failed)' });
  });

  it('cannot be seen while access is denied; a service that is gone has failed', async () => {
    const { world, handle } = await begun();
    world.fake.refuse.set('DescribeServices', {
      times: 1,
      with: { status: 400, type: 'AccessDeniedException', message: 'not authorized to perform: ecs:DescribeServices' },
    });
    expect(await ecs.observe(handle, world.io())).toMatchObject({ is: 'unavailable', why: { code: 'access-denied' } });
    world.fake.service.status = 'INACTIVE';
    expect(await ecs.observe(handle, world.io())).toMatchObject({ is: 'failed', why: { code: 'target-not-found' } });
  });

  it('that ended well did, whoever deploys after it', async () => {
    const { world, handle } = await begun();
    world.finish?.('healthy');
    await world.overtake();
    expect(await ecs.observe(handle, world.io())).toEqual({ is: 'healthy' });
  });

  it('is not failed by an answer from before it began', async () => {
    const world = await ecsWorld();
    const before = structuredClone(world.fake.service);
    const outcome = await tell(world);
    if (outcome.is !== 'applied') throw new Error(JSON.stringify(outcome));
    world.fake.behind = before;
    expect(await ecs.observe(outcome.handle, world.io())).toEqual({
      is: 'progressing',
      lookAgainIn: 10_000,
      detail: 'ECS does not list the deployment yet',
    });
    expect(await ecs.observe(outcome.handle, { ...world.io(), now: () => NOW + 60_000 })).toMatchObject({ is: 'replaced' });
  });

  it('of one repository is carried on by that of another one of the same service', async () => {
    const { world, handle } = await begun();
    const envoy = [{ image: { repository: 'public.ecr.aws/envoy/envoy', tag: 'v1.31', digest: BLUE }, hosts: [], since: NOW }];
    const theirs = await tell(world, envoy);
    if (theirs.is !== 'applied') throw new Error(JSON.stringify(theirs));
    expect(await ecs.observe(handle, world.io())).toMatchObject({
      is: 'replaced',
      detail: 'replaced before it was healthy: the service runs web:3 and not web:2',
    });
    const seen = await ecs.read({ set: green }, world.io({ attempted: true }));
    if (seen.is !== 'seen') throw new Error(JSON.stringify(seen));
    expect(seen).toMatchObject({ running: true, settled: false });
    world.finish?.('healthy');
    for (const either of [seen.handle, theirs.handle]) expect(await ecs.observe(either, world.io())).toEqual({ is: 'healthy' });
  });

  it('of a restart is not ended by an answer from before it began', async () => {
    const world = await ecsWorld();
    const seen = await ecs.read({ restart: true, since: NOW }, world.io());
    if (seen.is !== 'seen') throw new Error(JSON.stringify(seen));
    const before = structuredClone(world.fake.service);
    const outcome = await ecs.apply({ restart: true, since: NOW }, seen, world.io());
    if (outcome.is !== 'applied') throw new Error(JSON.stringify(outcome));
    world.fake.behind = before;
    expect(await ecs.observe(outcome.handle, world.io())).toMatchObject({ is: 'progressing' });
  });

  it('of a restart is another deployment of the same revision', async () => {
    const world = await ecsWorld();
    const seen = await ecs.read({ restart: true, since: NOW }, world.io());
    if (seen.is !== 'seen') throw new Error(JSON.stringify(seen));
    const outcome = await ecs.apply({ restart: true, since: NOW }, seen, world.io());
    if (outcome.is !== 'applied') throw new Error(JSON.stringify(outcome));
    expect(outcome.handle).not.toBe(seen.handle);
    expect(await ecs.observe(outcome.handle, world.io())).toMatchObject({ is: 'progressing' });
    world.finish?.('healthy');
    expect(await ecs.observe(outcome.handle, world.io())).toEqual({ is: 'healthy' });
    expect(world.fake.revisions).toHaveLength(1);
  });
});

it('a handle of somebody else is an error, not an outcome', async () => {
  await expect(ecs.observe('{"x":1}', makeIo())).rejects.toThrow('names no task definition');
});
