/** A `kubernetes` target with the fake of its API server on loopback: one workload that runs BLUE as `v1`, and its controller in the hands of the test. */

import { isFields } from '../../functions/core/fields.ts';
import { at } from '../../functions/targets/kubernetes-fields.ts';
import { WORKLOADS, type WorkloadName } from '../../functions/targets/kubernetes-kinds.ts';
import type { Seen, Wish } from '../../functions/targets/target.ts';
import { CERTIFICATE } from '../outbound/certificate.ts';
import type { ReadableWorld } from './contract.ts';
import { type FakeKubernetes, type Json, startFakeKubernetes, TOKEN } from './fake-kubernetes.ts';
import { BLUE, GREEN, type IoOptions, makeIo, wanted } from './io.ts';
import { type BoundTarget, targetOf } from './kinds.ts';

export type KubernetesTarget = Extract<BoundTarget, { sight: 'readable' }>;

export interface KubernetesWorld extends ReadableWorld {
  readonly fake: FakeKubernetes;
  readonly path: string;
  readonly target: KubernetesTarget;
  /** The same with other fields in its configuration. */
  targetWith(given: object): KubernetesTarget;
  io(options?: Pick<IoOptions, 'idempotencyKey' | 'signal' | 'attempted'>): ReturnType<typeof makeIo>;
  finish(how: 'healthy' | 'failed'): void;
}

const IMAGE = 'registry.example.com/shop/web';

export const POD_TEMPLATE = {
  metadata: { labels: { app: 'web' } },
  spec: {
    initContainers: [{ name: 'migrate', image: `${IMAGE}:v1@${BLUE}`, command: ['migrate', '--up'] }],
    containers: [
      {
        name: 'app',
        image: `${IMAGE}:v1@${BLUE}`,
        env: [{ name: 'MODE', value: 'production' }],
        ports: [{ containerPort: 8080 }],
        fieldOfTheFuture: { depth: 1 },
      },
      { name: 'sidecar', image: 'public.ecr.aws/envoy/envoy:v1.30' },
    ],
  },
};

const selector = { matchLabels: { app: 'web' } };
const NAMED = { name: 'web', namespace: 'shop', labels: { app: 'web' } };

const PATHS = {
  deployment: '/apis/apps/v1/namespaces/shop/deployments/web',
  statefulset: '/apis/apps/v1/namespaces/shop/statefulsets/web',
  daemonset: '/apis/apps/v1/namespaces/shop/daemonsets/web',
  cronjob: '/apis/batch/v1/namespaces/shop/cronjobs/web',
  rollout: '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web',
} as const satisfies Record<WorkloadName, string>;

const OBJECTS = {
  deployment: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...NAMED, annotations: { 'deployment.kubernetes.io/revision': '1' } },
    spec: { replicas: 2, selector, template: POD_TEMPLATE },
  },
  statefulset: {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: NAMED,
    spec: { replicas: 2, selector, template: POD_TEMPLATE, updateStrategy: { type: 'RollingUpdate' } },
  },
  daemonset: {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: NAMED,
    spec: { selector, template: POD_TEMPLATE, updateStrategy: { type: 'RollingUpdate' } },
  },
  cronjob: { apiVersion: 'batch/v1', kind: 'CronJob', metadata: NAMED, spec: { schedule: '0 * * * *', jobTemplate: { spec: { template: POD_TEMPLATE } } } },
  rollout: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: NAMED, spec: { replicas: 2, selector, template: POD_TEMPLATE } },
} as const satisfies Record<WorkloadName, Json>;

/** What each controller writes when all is well, or when it gives up; the others never give up. */
const DONE = {
  deployment: (generation) => ({
    observedGeneration: generation,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    conditions: [PROGRESSED],
  }),
  statefulset: (generation) => ({
    observedGeneration: generation,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    currentRevision: `r${generation}`,
    updateRevision: `r${generation}`,
  }),
  daemonset: (generation) => ({ observedGeneration: generation, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }),
  cronjob: () => ({}),
  rollout: (generation) => ({ observedGeneration: String(generation), replicas: 2, updatedReplicas: 2, availableReplicas: 2, phase: 'Healthy' }),
} as const satisfies Record<WorkloadName, (generation: number) => Json>;

const PROGRESSED = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: 'ReplicaSet "web-2" has successfully progressed.' };
const LATE = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'ReplicaSet "web-2" has timed out progressing.' };

const GIVEN_UP = {
  deployment: (generation: number) => ({ observedGeneration: generation, replicas: 3, updatedReplicas: 1, availableReplicas: 2, conditions: [LATE] }),
  rollout: (generation: number) => ({
    observedGeneration: String(generation),
    replicas: 3,
    updatedReplicas: 1,
    phase: 'Degraded',
    message: 'ProgressDeadlineExceeded: ReplicaSet "web-2" has timed out progressing.',
  }),
};

export const generationOf = (object: Json): number => Number(at(object, 'metadata', 'generation'));

export const kubernetesWorld = async (kind: WorkloadName = 'deployment', given: object = {}): Promise<KubernetesWorld> => {
  const fake = await startFakeKubernetes();
  const path = PATHS[kind];
  const definition = {
    kind: 'kubernetes',
    server: fake.origin,
    token: 'ssm:/image-triggers/token',
    ca: CERTIFICATE,
    namespace: 'shop',
    workload: `${kind}/web`,
    ...given,
  };
  const targetWith = (other: object): KubernetesTarget => {
    const target = targetOf({ ...definition, ...other });
    if (!target.ok || target.value.sight !== 'readable') throw new Error(target.ok ? 'no readable target' : target.why);
    return target.value;
  };
  const end = (status: (generation: number) => Json): void =>
    fake.edit(path, (object) => void Object.assign(object, { status: status(generationOf(object)) }), 'kube-controller-manager');
  fake.put(path, OBJECTS[kind]);
  end(DONE[kind]);
  const what = `${PATHS[kind].split('/').at(-2)}`;
  return {
    fake,
    path,
    definition,
    target: targetWith({}),
    targetWith,
    io: (options) => makeIo({ allow: [`127.0.0.1:${fake.port}`], secrets: { 'ssm:/image-triggers/token': `${TOKEN}\n` }, ...options }),
    changes: async () => fake.changes,
    refuse: () => {
      const message = `${what}.apps "web" is forbidden: User "system:serviceaccount:shop:image-triggers-web" cannot patch resource "${what}" in API group "apps" in the namespace "shop"`;
      fake.refuse.set(`patch ${what}`, { times: Number.POSITIVE_INFINITY, with: { status: 403, reason: 'Forbidden', message } });
    },
    busy: () =>
      void fake.refuse.set(`get ${what}`, {
        times: Number.POSITIVE_INFINITY,
        with: { status: 429, reason: 'TooManyRequests', message: 'the server has received too many requests', headers: { 'retry-after': '1' } },
      }),
    silent: () => void fake.refuse.set(`get ${what}`, { times: Number.POSITIVE_INFINITY, with: 'silence' }),
    crashInside: () =>
      void fake.refuse.set(`patch ${what}`, { times: 1, with: { status: 500, reason: 'InternalError', message: 'etcdserver: request timed out' } }),
    overtake: async () =>
      fake.edit(path, (object) => void Object.assign(podOf(kind, object), { containers: [{ name: 'app', image: `${IMAGE}:theirs` }], initContainers: [] })),
    finish: (how) => {
      const status = how === 'healthy' ? DONE[kind] : kind === 'deployment' || kind === 'rollout' ? GIVEN_UP[kind] : undefined;
      if (status === undefined) throw new Error(`the controller of a ${kind} never gives up`);
      end(status);
    },
  };
};

/** An object inside of another one, to be changed in place. */
export const inside = (object: Json, ...path: readonly string[]): Json => {
  const found = at(object, ...path);
  if (!isMutable(found)) throw new Error(`no ${path.join('.')} in ${JSON.stringify(object)}`);
  return found;
};

const isMutable = (value: unknown): value is Json => isFields(value);

/** The specification of its pods. */
export const podOf = (kind: WorkloadName, object: Json): Json => inside(object, ...WORKLOADS[kind].template, 'spec');

export const green = [wanted('v2', GREEN)];

/** A deployment as `deploy` does it: look, then change. */
export const tell = async (world: KubernetesWorld, wish: Wish = { set: green }, target = world.target, options: Parameters<KubernetesWorld['io']>[0] = {}) => {
  const io = world.io(options);
  const seen = await target.read(wish, io);
  return seen.is === 'seen' ? target.apply(wish, seen, io) : seen;
};

export const see = async (world: KubernetesWorld, wish: Wish, target = world.target, options: Parameters<KubernetesWorld['io']>[0] = {}): Promise<Seen> => {
  const seen = await target.read(wish, world.io(options));
  if (seen.is !== 'seen') throw new Error(JSON.stringify(seen));
  return seen;
};

export const handleIn = (outcome: object): string => {
  if (!('handle' in outcome) || typeof outcome.handle !== 'string') throw new Error(JSON.stringify(outcome));
  return outcome.handle;
};
