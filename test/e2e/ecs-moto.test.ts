/**
 * The contract of readable targets against moto, a second opinion on our own fake: it keeps task definitions and services
 * as AWS does, but starts nothing, so that no rollout ever ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
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
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ReadableWorld, readableContract, targetContract } from '../targets/contract.ts';
import { ACCOUNT, REGION, useAws } from '../targets/fake-sts.ts';
import { BLUE, GREEN, makeIo } from '../targets/io.ts';
import { ecs, tell } from '../targets/telling.ts';
import { ECS_DEFINITION } from '../targets/worlds.ts';

const available = (process.env.PATH ?? '').split(delimiter).some((directory) => {
  try {
    accessSync(join(directory, 'moto_server'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

const freePort = (): Promise<number> =>
  new Promise((done, failed) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? done(address.port) : failed(new Error('no port'))));
    });
  });

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

describe.skipIf(!available)(`ecs against moto${available ? '' : ' (skipped: moto_server is not on PATH)'}`, () => {
  let moto: ChildProcess | undefined;
  let endpoint = '';

  beforeAll(async () => {
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    const answers = (): Promise<boolean> =>
      fetch(endpoint).then(
        () => true,
        () => false,
      );
    for (let tries = 0; !(await answers()); tries += 1) {
      if (tries > 150) throw new Error(`moto_server did not answer at ${endpoint} within 30 s`);
      await pause(200);
    }
  }, 60_000);

  afterAll(() => {
    moto?.kill();
  });

  const world = async (): Promise<ReadableWorld & { readonly client: ECSClient }> => {
    await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
    useAws(endpoint);
    const client = new ECSClient({ endpoint, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
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
    await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
    expect(await ecs.observe(outcome.handle, io())).toMatchObject({ is: 'failed', why: { code: 'target-not-found' } });
  });
});
