/**
 * The contract of readable targets against moto, a second opinion on our own fake: it keeps task definitions and services
 * as AWS does, but starts nothing, so that no rollout ever ends.
 */
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ReadableWorld, readableContract, targetContract } from '../targets/contract.ts';
import { ACCOUNT, REGION, useAws } from '../targets/fake-sts.ts';
import { BLUE, GREEN, makeIo } from '../targets/io.ts';
import { ecs, tell } from '../targets/telling.ts';
import { ECS_DEFINITION } from '../targets/worlds.ts';
import { hasMoto, useMoto, WITHOUT_MOTO } from './moto-server.ts';

const FIRST: RegisterTaskDefinitionCommandInput = {
  family: 'web',
  taskRoleArn: `arn:aws:iam::${ACCOUNT}:role/web-task`,
  executionRoleArn: `arn:aws:iam::${ACCOUNT}:role/web-execution`,
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
  containerDefinitions: [
    {
      name: 'app',
      image: `registry.example.com/shop/web:v1@${BLUE}`,
      essential: true,
      environment: [{ name: 'MODE', value: 'production' }],
      secrets: [{ name: 'DATABASE_URL', valueFrom: `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/web/db` }],
    },
    { name: 'sidecar', image: 'public.ecr.aws/envoy/envoy:v1.30', essential: false },
  ],
  tags: [{ key: 'team', value: 'shop' }],
};

describe.skipIf(!hasMoto)(`ecs against moto${WITHOUT_MOTO}`, () => {
  const moto = useMoto();

  const world = async (): Promise<ReadableWorld & { readonly client: ECSClient }> => {
    await moto.reset();
    useAws(moto.endpoint());
    const client = new ECSClient({ endpoint: moto.endpoint(), region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
    onTestFinished(() => client.destroy());
    await client.send(new CreateClusterCommand({ clusterName: 'shop' }));
    await client.send(new RegisterTaskDefinitionCommand(FIRST));
    await client.send(new CreateServiceCommand({ cluster: 'shop', serviceName: 'web', taskDefinition: 'web:1', desiredCount: 1 }));
    let theirs = 0;
    return {
      client,
      definition: ECS_DEFINITION,
      io: (options) => makeIo(options),
      changes: async () => ((await client.send(new ListTaskDefinitionsCommand({ familyPrefix: 'web' }))).taskDefinitionArns?.length ?? 0) - 1 - theirs,
      overtake: async () => {
        theirs += 1;
        const { taskDefinition } = await client.send(
          new RegisterTaskDefinitionCommand({
            ...FIRST,
            containerDefinitions: [{ name: 'app', image: 'registry.example.com/shop/web:theirs', essential: true }],
          }),
        );
        await client.send(new UpdateServiceCommand({ cluster: 'shop', service: 'web', taskDefinition: taskDefinition?.taskDefinitionArn }));
      },
    };
  };

  const KNOWS_NO_FAULTS = 'moto answers everything, at once';
  targetContract('moto', world, {
    'can be restarted': 'changes are counted by revisions here, and a restart makes none',
    'a no is refused, with a reason that no retry follows': KNOWS_NO_FAULTS,
    'a later is unavailable': KNOWS_NO_FAULTS,
    'silence ends with the attempt, as an outcome and not as an error': KNOWS_NO_FAULTS,
  });
  readableContract('moto', world, {
    'a crash inside a change is repaired by the next attempt, without a second change': KNOWS_NO_FAULTS,
    'a rollout is watched until it is healthy': 'moto starts nothing: its rollouts go on for ever',
    'a rollout that fails says why': 'moto starts nothing: its rollouts go on for ever',
  });

  it('keeps everything but the image', async () => {
    const { client, io } = await world();
    expect(await tell({ io })).toMatchObject({ is: 'applied' });
    const { services = [] } = await client.send(new DescribeServicesCommand({ cluster: 'shop', services: ['web'] }));
    const describe = (taskDefinition: string | undefined) => client.send(new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] }));
    const [before, after] = [await describe('web:1'), await describe(services[0]?.taskDefinition)];
    const [app, ...others] = before.taskDefinition?.containerDefinitions ?? [];
    expect(after.taskDefinition).toEqual({
      ...before.taskDefinition,
      taskDefinitionArn: `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/web:2`,
      revision: 2,
      registeredAt: after.taskDefinition?.registeredAt,
      containerDefinitions: [{ ...app, image: `registry.example.com/shop/web:v2@${GREEN}` }, ...others],
    });
    expect(after.tags).toEqual(FIRST.tags);
  });

  it('goes on rolling out, and knows a missing service and cluster', async () => {
    const { io } = await world();
    const outcome = await tell({ io });
    if (outcome.is !== 'applied') throw new Error(JSON.stringify(outcome));
    expect(await ecs.observe(outcome.handle, io())).toMatchObject({ is: 'progressing' });
    await moto.reset();
    expect(await ecs.observe(outcome.handle, io())).toMatchObject({ is: 'failed', why: { code: 'target-not-found' } });
  });
});
