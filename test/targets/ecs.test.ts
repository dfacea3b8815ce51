/** The `ecs` target through the real SDK clients over a fake of ECS and STS on loopback. */
import { describe, expect, it, vi } from 'vitest';
import type { Json } from './fake-ecs.ts';
import { BLUE, GREEN, wanted } from './io.ts';
import { ecs, green, targetWith, tell } from './telling.ts';
import { ecsWorld, FIRST } from './worlds.ts';

const containersOf = (definition: Json | undefined): readonly Json[] =>
  Array.isArray(definition?.containerDefinitions) ? definition.containerDefinitions : [];

describe('a new revision', () => {
  it('differs in the matching image alone, down to fields that no SDK knows; tags of AWS itself are left to AWS', async () => {
    const world = await ecsWorld();
    expect(await tell(world)).toMatchObject({ is: 'applied' });
    const [app, sidecar] = containersOf(FIRST);
    expect(world.fake.revisions[1]).toEqual({
      ...FIRST,
      containerDefinitions: [{ ...app, image: `registry.example.com/shop/web:v2@${GREEN}` }, sidecar],
      tags: [{ key: 'team', value: 'shop' }],
    });
    expect(world.fake.service.taskDefinition).toBe(world.fake.arnOf(2));
  });

  it('keeps the host that the definition has, when it is another name of the same registry', async () => {
    const world = await ecsWorld({ ...FIRST, containerDefinitions: [{ name: 'app', image: 'vpc.example.com:5000/shop/web' }] });
    expect(await tell(world)).toMatchObject({ is: 'refused', why: { code: 'no-container' } });
    expect(await tell(world, [wanted('v2', GREEN, ['vpc.example.com:5000'])])).toMatchObject({ is: 'applied' });
    expect(containersOf(world.fake.revisions[1])).toEqual([{ name: 'app', image: `vpc.example.com:5000/shop/web:v2@${GREEN}` }]);
  });

  it('changes only the containers that the configuration names', async () => {
    const image = 'registry.example.com/shop/web:v1';
    const world = await ecsWorld({
      ...FIRST,
      containerDefinitions: [
        { name: 'app', image },
        { name: 'migrate', image },
      ],
    });
    expect(await tell(world, green, targetWith({ containers: ['migrate'] }))).toMatchObject({ is: 'applied' });
    expect(containersOf(world.fake.revisions[1])).toEqual([
      { name: 'app', image },
      { name: 'migrate', image: `registry.example.com/shop/web:v2@${GREEN}` },
    ]);
    expect(await tell(world, [wanted('v2', GREEN)], targetWith({ containers: ['other'] }))).toMatchObject({
      is: 'refused',
      why: { code: 'no-container', detail: expect.stringContaining('looked at other only') },
    });
  });

  it('is not made again when a crash left it behind', async () => {
    const world = await ecsWorld();
    world.crashInside?.();
    expect(await tell(world)).toMatchObject({ is: 'unavailable', why: { detail: expect.stringContaining('ecs:UpdateService') } });
    expect(await tell(world)).toMatchObject({ is: 'applied' });
    expect(world.fake.revisions).toHaveLength(2);
  });

  it('is made where no other of its family is left', async () => {
    const world = await ecsWorld();
    world.fake.inactive.add(1);
    expect(await tell(world)).toMatchObject({ is: 'applied', handle: expect.stringContaining('web:2') });
    expect(world.fake.revisions).toHaveLength(2);
  });

  it('waits when a look at the others of its family fails for another reason', async () => {
    const world = await ecsWorld();
    // Only the second look is at the family.
    world.fake.before.set('DescribeTaskDefinition', () =>
      world.fake.before.set('DescribeTaskDefinition', () =>
        world.fake.refuse.set('DescribeTaskDefinition', { times: 9, with: { status: 500, type: 'ServerException', message: 'no' } }),
      ),
    );
    expect(await tell(world)).toMatchObject({ is: 'unavailable' });
    expect(world.fake.revisions).toHaveLength(1);
  });

  it('drops the tag if ECS does not take it beside a digest', async () => {
    const world = await ecsWorld();
    world.fake.refuse.set('RegisterTaskDefinition', {
      times: 1,
      with: { status: 400, type: 'ClientException', message: 'Container.image contains invalid characters.' },
    });
    expect(await tell(world)).toMatchObject({ is: 'applied' });
    expect(containersOf(world.fake.revisions[1])[0]).toMatchObject({ image: `registry.example.com/shop/web@${GREEN}` });
    expect(await ecs.read({ set: green }, world.io())).toMatchObject({ is: 'seen', running: true });
  });

  it('is wanted by its tag where no digest is known', async () => {
    const world = await ecsWorld();
    expect(await tell(world, [wanted('v2')])).toMatchObject({ is: 'applied' });
    expect(containersOf(world.fake.revisions[1])[0]).toMatchObject({ image: 'registry.example.com/shop/web:v2' });
    expect(await ecs.read({ set: [wanted('v2')] }, world.io({ attempted: true }))).toMatchObject({ running: true });
  });
});

describe('a look', () => {
  it('tells what there is when nothing matches', async () => {
    const world = await ecsWorld();
    const other = { image: { repository: 'registry.example.com/shop/api', tag: 'v1' }, hosts: [] };
    expect(await ecs.read({ set: [other] }, world.io())).toEqual({
      is: 'refused',
      why: {
        code: 'no-container',
        detail: `of the containers of web:1 none uses registry.example.com/shop/api; there is app = registry.example.com/shop/web:v1@${BLUE}, sidecar = public.ecr.aws/envoy/envoy:v1.30`,
      },
    });
  });

  it('assumes the role once for all that an attempt does', async () => {
    const world = await ecsWorld();
    await tell(world);
    expect(world.fake.asked).toEqual([
      'AssumeRole',
      'DescribeServices',
      'DescribeTaskDefinition',
      'DescribeTaskDefinition',
      'RegisterTaskDefinition',
      'DescribeServices',
      'UpdateService',
    ]);
  });

  it.each(['CODE_DEPLOY', 'EXTERNAL'])('refuses a service that is deployed by %s', async (controller) => {
    const world = await ecsWorld();
    world.fake.service.controller = controller;
    expect(await ecs.read({ set: green }, world.io())).toMatchObject({
      is: 'refused',
      why: { code: 'target-misconfigured', detail: expect.stringContaining(controller) },
    });
  });

  it.each(['DRAINING', 'INACTIVE'])('finds no service in one that is %s', async (status) => {
    const world = await ecsWorld();
    world.fake.service.status = status;
    expect(await ecs.read({ set: green }, world.io())).toMatchObject({
      is: 'refused',
      why: { code: 'target-not-found', detail: expect.stringContaining(status) },
    });
  });

  it('finds no service, no cluster, and says which', async () => {
    const world = await ecsWorld();
    expect(await targetWith({ service: 'gone' }).read({ set: green }, world.io())).toMatchObject({
      is: 'refused',
      why: { code: 'target-not-found', detail: expect.stringContaining('no active service gone in the cluster shop') },
    });
    expect(await targetWith({ cluster: 'gone' }).read({ set: green }, world.io())).toMatchObject({
      is: 'refused',
      why: { code: 'target-not-found', detail: expect.stringContaining('ClusterNotFoundException') },
    });
  });
});

describe('what AWS denies', () => {
  it('names the missing action and the command that grants it', async () => {
    const world = await ecsWorld();
    world.refuse?.();
    const outcome = await tell(world);
    expect(outcome).toMatchObject({ is: 'refused', why: { code: 'access-denied', detail: expect.stringContaining('may not ecs:UpdateService') } });
    expect(JSON.stringify(outcome)).toContain('image-triggers application grant web');
    expect(world.fake.asked.filter((action) => action === 'UpdateService')).toHaveLength(1);
  });

  it('a role that is missing, or trusts somebody else, is access denied too', async () => {
    const world = await ecsWorld();
    const other = targetWith({ roleArn: 'arn:aws:iam::123456789012:role/image-triggers-target-gone' });
    expect(await other.read({ set: green }, world.io())).toMatchObject({
      is: 'refused',
      why: { code: 'access-denied', detail: expect.stringMatching(/cannot be assumed.*application grant web/) },
    });
    expect(await ecs.read({ set: green }, { ...world.io(), externalId: 'wrong' })).toMatchObject({ is: 'refused', why: { code: 'access-denied' } });
    expect(world.fake.asked).toEqual(['AssumeRole', 'AssumeRole']);
  });

  it('a revision that ECS does not accept is a misconfiguration', async () => {
    const world = await ecsWorld();
    world.fake.refuse.set('RegisterTaskDefinition', { times: 1, with: { status: 400, type: 'ClientException', message: 'Role is not valid' } });
    expect(await tell(world)).toMatchObject({
      is: 'refused',
      why: { code: 'target-misconfigured', detail: 'ecs:RegisterTaskDefinition: ClientException: Role is not valid' },
    });
  });

  it('what ECS calls the client’s fault but is only a bad moment is tried again', async () => {
    const world = await ecsWorld();
    world.fake.refuse.set('RegisterTaskDefinition', {
      times: 9,
      with: { status: 400, type: 'ClientException', message: 'Too many concurrent attempts to create a new revision of the specified family.' },
    });
    expect(await tell(world)).toMatchObject({ is: 'unavailable', answered: true });
  });

  it('nothing listening is unavailable', async () => {
    const world = await ecsWorld();
    vi.stubEnv('AWS_ENDPOINT_URL_STS', 'http://127.0.0.1:9');
    expect(await ecs.read({ set: green }, world.io())).toMatchObject({ is: 'unavailable', why: { detail: expect.stringContaining('sts:AssumeRole') } });
  });
});
