/** The kinds of workloads that can be given an image: where each lies in the API and where its pod template lies in it. */

interface WorkloadKind {
  readonly kind: string;
  readonly apiVersion: string;
  readonly plural: string;
  /** Fields that lead to the pod template. */
  readonly template: readonly string[];
  /** A resource that was defined in the cluster knows no strategic merge: its lists are replaced as a whole. */
  readonly custom: boolean;
}

const TEMPLATE = ['spec', 'template'] as const;

/** By the name that a configuration has for it. */
export const WORKLOADS = {
  deployment: { kind: 'Deployment', apiVersion: 'apps/v1', plural: 'deployments', template: TEMPLATE, custom: false },
  statefulset: { kind: 'StatefulSet', apiVersion: 'apps/v1', plural: 'statefulsets', template: TEMPLATE, custom: false },
  daemonset: { kind: 'DaemonSet', apiVersion: 'apps/v1', plural: 'daemonsets', template: TEMPLATE, custom: false },
  cronjob: { kind: 'CronJob', apiVersion: 'batch/v1', plural: 'cronjobs', template: ['spec', 'jobTemplate', 'spec', 'template'], custom: false },
  rollout: { kind: 'Rollout', apiVersion: 'argoproj.io/v1alpha1', plural: 'rollouts', template: TEMPLATE, custom: true },
} as const satisfies Record<string, WorkloadKind>;

export type WorkloadName = keyof typeof WORKLOADS;

export const WORKLOAD_NAMES = ['deployment', 'statefulset', 'daemonset', 'cronjob', 'rollout'] as const satisfies readonly WorkloadName[];

export const isWorkloadName = (name: string): name is WorkloadName => WORKLOAD_NAMES.some((known) => known === name);

/** The kind of an object of the API; undefined for one that runs no pods by a template, or is not known here. */
export const workloadOf = (apiVersion: unknown, kind: unknown): WorkloadName | undefined =>
  WORKLOAD_NAMES.find((name) => WORKLOADS[name].kind === kind && WORKLOADS[name].apiVersion === apiVersion);
