/**
 * The part of Amazon ECS (JSON 1.1) and STS (query, XML) that a deployment uses, on loopback, for the real SDK clients.
 * Keeps one service with its task definitions and deployments; nothing happens by itself: a test says when a rollout ends.
 */
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import { ACCOUNT, assume, REGION, type Refusal, refuse, textOf, useAws } from './fake-sts.ts';

export type Json = Record<string, unknown>;

export interface FakeDeployment {
  id: string;
  status: 'PRIMARY' | 'ACTIVE';
  taskDefinition: string;
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | undefined;
  rolloutStateReason?: string;
  desiredCount: number;
  runningCount: number;
  pendingCount: number;
  failedTasks: number;
  createdAt: number;
}

export interface FakeService {
  status: string;
  taskDefinition: string;
  deployments: FakeDeployment[];
  events: { createdAt: number; message: string }[];
  controller: string | undefined;
}

export interface FakeEcs {
  readonly service: FakeService;
  /** Actions in the order in which they came, `AssumeRole` among them. */
  readonly asked: string[];
  /** What was registered, as it came over the wire; the revision is its place, counted from 1. */
  readonly revisions: Json[];
  /** How often each action is refused from now on; `Infinity` for ever. */
  readonly refuse: Map<string, { times: number; readonly with: Refusal | 'silence' }>;
  /** Runs before an action is answered, once. */
  readonly before: Map<string, () => void>;
  readonly stoppedTasks: Json[];
  /** Revisions that were deregistered: a family does not lead to them, and no service is moved to them. */
  readonly inactive: Set<number>;
  /** What `DescribeServices` answers instead of the present: ECS is eventually consistent. */
  behind: FakeService | undefined;
  /** `UpdateService` calls that were carried out. */
  updates: number;
  /** Another deployment becomes PRIMARY. */
  deploy(taskDefinition: string, at?: number): void;
  /** Ends the newest rollout. A roll back makes the one before it PRIMARY again. */
  finish(how: 'COMPLETED' | 'FAILED', reason?: string, options?: { readonly rollBack?: boolean }): void;
  arnOf(revision: number): string;
}

export const NOW = Date.UTC(2026, 0, 1);

const READ_ONLY = {
  status: 'ACTIVE',
  requiresAttributes: [{ name: 'ecs.capability.task-eni' }],
  compatibilities: ['EC2', 'FARGATE'],
  registeredAt: 1_700_000_000.5,
  registeredBy: `arn:aws:iam::${ACCOUNT}:user/someone`,
};

/** Starts it, points the SDK at it through the environment, and ends it with the test. `first` is revision 1, tags included as `RegisterTaskDefinition` takes them. */
export const startFakeEcs = async (first: Json): Promise<FakeEcs> => {
  const family = String(first.family);
  const arnOf = (revision: number): string => `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/${family}:${revision}`;
  const service: FakeService = { status: 'ACTIVE', taskDefinition: '', deployments: [], events: [], controller: 'ECS' };
  let deployed = 0;
  const fake: FakeEcs = {
    service,
    asked: [],
    revisions: [first],
    refuse: new Map(),
    before: new Map(),
    stoppedTasks: [],
    inactive: new Set(),
    behind: undefined,
    updates: 0,
    deploy: (taskDefinition, at = NOW) => {
      deployed += 1;
      for (const deployment of service.deployments) deployment.status = 'ACTIVE';
      service.taskDefinition = taskDefinition;
      service.deployments.unshift({
        id: `ecs-svc/${deployed}`,
        status: 'PRIMARY',
        taskDefinition,
        rolloutState: 'IN_PROGRESS',
        desiredCount: 2,
        runningCount: 0,
        pendingCount: 2,
        failedTasks: 0,
        createdAt: at / 1000,
      });
    },
    finish: (how, reason, { rollBack = false } = {}) => {
      const [newest] = service.deployments;
      if (newest === undefined) throw new Error('there is no deployment to finish');
      newest.rolloutState = how;
      if (reason !== undefined) newest.rolloutStateReason = reason;
      if (how === 'COMPLETED') {
        Object.assign(newest, { runningCount: newest.desiredCount, pendingCount: 0 });
        service.deployments = [newest];
      } else if (rollBack) {
        const before = service.deployments.find(({ rolloutState }) => rolloutState === 'COMPLETED');
        if (before === undefined) throw new Error('there is nothing to roll back to');
        fake.deploy(before.taskDefinition);
      }
    },
    arnOf,
  };
  fake.deploy(arnOf(1), NOW - 3_600_000);
  fake.finish('COMPLETED');

  const revisionAt = (name: string): { readonly at: number; readonly arn: string } => {
    const active = fake.revisions.map((_, i) => i + 1).filter((revision) => !fake.inactive.has(revision));
    const at = /:(\d+)$/.test(name) ? Number(name.split(':').pop()) : (active.at(-1) ?? 0);
    return { at, arn: arnOf(at) };
  };
  const shownService = (service: FakeService): Json => ({
    serviceArn: `arn:aws:ecs:${REGION}:${ACCOUNT}:service/shop/web`,
    serviceName: 'web',
    status: service.status,
    taskDefinition: service.taskDefinition,
    ...(service.controller === undefined ? {} : { deploymentController: { type: service.controller } }),
    desiredCount: 2,
    deployments: service.deployments,
    events: service.events,
  });
  const missing = (type: string, message: string): Refusal => ({ status: 400, type, message });

  const actions: Record<string, (body: Json) => Json | Refusal> = {
    DescribeServices: ({ cluster, services }) => {
      if (cluster !== 'shop') return missing('ClusterNotFoundException', 'Cluster not found.');
      return Array.isArray(services) && services[0] === 'web'
        ? { services: [shownService(fake.behind ?? service)], failures: [] }
        : { services: [], failures: [{ arn: 'x', reason: 'MISSING' }] };
    },
    DescribeTaskDefinition: ({ taskDefinition, include }) => {
      const { at, arn } = revisionAt(String(taskDefinition));
      const found = fake.revisions[at - 1];
      if (found === undefined) return missing('ClientException', 'Unable to describe task definition.');
      const { tags, ...rest } = found;
      return {
        taskDefinition: { ...rest, ...READ_ONLY, taskDefinitionArn: arn, revision: at },
        ...(Array.isArray(include) && include.includes('TAGS') ? { tags: tags ?? [] } : {}),
      };
    },
    RegisterTaskDefinition: (body) => {
      const unknown = Object.keys(READ_ONLY).find((field) => field in body);
      if (unknown !== undefined) return missing('ClientException', `${unknown} is not an input`);
      const reserved = Array.isArray(body.tags) && body.tags.some((tag) => String(tag.key).startsWith('aws:'));
      if (reserved) return missing('InvalidParameterException', 'aws: prefixed tag key names are not allowed for external use.');
      fake.revisions.push(body);
      return { taskDefinition: { family, taskDefinitionArn: arnOf(fake.revisions.length), revision: fake.revisions.length } };
    },
    UpdateService: ({ taskDefinition, forceNewDeployment }) => {
      if (typeof taskDefinition === 'string') {
        const { at, arn } = revisionAt(taskDefinition);
        if (fake.revisions[at - 1] === undefined) return missing('ClientException', 'TaskDefinition not found.');
        if (fake.inactive.has(at)) return missing('ClientException', 'TaskDefinition is inactive');
        if (arn !== service.taskDefinition || forceNewDeployment === true) fake.deploy(arn);
      } else if (forceNewDeployment === true) fake.deploy(service.taskDefinition);
      fake.updates += 1;
      return { service: shownService(service) };
    },
    ListTasks: ({ desiredStatus }) => ({ taskArns: desiredStatus === 'STOPPED' ? fake.stoppedTasks.map((_, i) => `arn:task/${i}`) : [] }),
    DescribeTasks: () => ({ tasks: fake.stoppedTasks, failures: [] }),
  };

  const server = createServer(async (request, response) => {
    const text = await textOf(request);
    const target = request.headers['x-amz-target'];
    const action = typeof target === 'string' ? (target.split('.')[1] ?? '') : 'AssumeRole';
    fake.asked.push(action);
    const hook = fake.before.get(action);
    fake.before.delete(action);
    hook?.();
    const refusal = fake.refuse.get(action);
    if (refusal !== undefined && refusal.times > 0) {
      refusal.times -= 1;
      if (refusal.with !== 'silence') refuse(response, refusal.with, action === 'AssumeRole');
      return;
    }
    if (action === 'AssumeRole') return assume(response, new URLSearchParams(text));
    if (request.headers['x-amz-security-token'] !== 'fake-session')
      return refuse(response, { status: 400, type: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' }, false);
    const answer = actions[action]?.(JSON.parse(text)) ?? missing('UnknownOperationException', action);
    if (isRefusal(answer)) return refuse(response, answer, false);
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  useAws(endpoint);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return fake;
};

const isRefusal = (answer: Json | Refusal): answer is Refusal => 'type' in answer && 'message' in answer;
