/** Each target with a peer on loopback that runs BLUE as `v1`. */
import { serveHttp } from '../outbound/loopback.ts';
import type { ReadableWorld, World } from './contract.ts';
import { type FakeEcs, type Json, startFakeEcs } from './fake-ecs.ts';
import { ACCOUNT, REGION, ROLE } from './fake-sts.ts';
import { BLUE, makeIo } from './io.ts';

export const httpWorld = async (): Promise<World> => {
  let accepted = 0;
  let status = 202;
  const server = await serveHttp((_, response) => {
    if (status === 0) return;
    if (status === 202) accepted += 1;
    response.writeHead(status).end(status === 202 ? 'accepted' : 'no');
  });
  return {
    definition: { kind: 'http', url: `${server.origin}/deploy` },
    io: (options) => makeIo({ allow: [`127.0.0.1:${server.port}`], ...options }),
    changes: async () => accepted,
    refuse: () => {
      status = 403;
    },
    busy: () => {
      status = 503;
    },
    silent: () => {
      status = 0;
    },
  };
};

/** A task definition with something in every corner, fields among it that no SDK knows. */
export const FIRST: Json = {
  family: 'web',
  taskRoleArn: `arn:aws:iam::${ACCOUNT}:role/web-task`,
  executionRoleArn: `arn:aws:iam::${ACCOUNT}:role/web-execution`,
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
  volumes: [{ name: 'data', efsVolumeConfiguration: { fileSystemId: 'fs-1', transitEncryption: 'ENABLED' } }],
  placementConstraints: [],
  ephemeralStorage: { sizeInGiB: 30 },
  enableFaultInjection: false,
  fieldOfTheFuture: { depth: [1, { two: 'three' }] },
  containerDefinitions: [
    {
      name: 'app',
      image: `registry.example.com/shop/web:v1@${BLUE}`,
      cpu: 0,
      essential: true,
      portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: 'tcp' }],
      environment: [{ name: 'MODE', value: 'production' }],
      secrets: [{ name: 'DATABASE_URL', valueFrom: `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/web/db` }],
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/ecs/web' } },
      healthCheck: { command: ['CMD-SHELL', 'true'], interval: 5 },
      containerFieldOfTheFuture: true,
    },
    { name: 'sidecar', image: 'public.ecr.aws/envoy/envoy:v1.30', essential: false },
  ],
  tags: [
    { key: 'team', value: 'shop' },
    { key: 'aws:cloudformation:stack-name', value: 'web-stack' },
  ],
};

export const ECS_DEFINITION = { kind: 'ecs', region: REGION, cluster: 'shop', service: 'web', roleArn: ROLE } as const;

export interface EcsWorld extends ReadableWorld {
  readonly fake: FakeEcs;
}

export const ecsWorld = async (first: Json = FIRST): Promise<EcsWorld> => {
  const fake = await startFakeEcs(first);
  return {
    fake,
    definition: ECS_DEFINITION,
    io: (options) => makeIo(options),
    changes: async () => fake.updates,
    refuse: () => {
      const message = `User: arn:aws:sts::${ACCOUNT}:assumed-role/image-triggers-target-web/x is not authorized to perform: ecs:UpdateService on resource: arn:aws:ecs:${REGION}:${ACCOUNT}:service/shop/web`;
      fake.refuse.set('UpdateService', { times: Number.POSITIVE_INFINITY, with: { status: 400, type: 'AccessDeniedException', message } });
    },
    busy: () =>
      void fake.refuse.set('DescribeServices', {
        times: Number.POSITIVE_INFINITY,
        with: { status: 400, type: 'ThrottlingException', message: 'Rate exceeded' },
      }),
    silent: () => void fake.refuse.set('DescribeServices', { times: Number.POSITIVE_INFINITY, with: 'silence' }),
    // The SDK tries twice.
    crashInside: () => void fake.refuse.set('UpdateService', { times: 2, with: { status: 500, type: 'ServerException', message: 'Service Unavailable' } }),
    overtake: async () => {
      fake.revisions.push({ ...first, containerDefinitions: [{ name: 'app', image: 'registry.example.com/shop/web:theirs' }] });
      fake.deploy(fake.arnOf(fake.revisions.length));
    },
    finish: (how) => fake.finish(how === 'healthy' ? 'COMPLETED' : 'FAILED', 'ECS deployment circuit breaker: tasks failed to start.'),
  };
};
