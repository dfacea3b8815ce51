/** What a workload says of its rollout: values in, verdict out. The rules are those of `kubectl rollout status`, and for an Argo Rollout the phase that its controller writes. */
import type { Fields } from '../core/fields.ts';
import type { Why } from '../core/outcome.ts';
import { at, numberAt, objectsAt, textAt } from './kubernetes-fields.ts';
import type { WorkloadName } from './kubernetes-kinds.ts';

export type Verdict = { readonly is: 'healthy' } | { readonly is: 'progressing'; readonly detail: string } | { readonly is: 'failed'; readonly why: Why };

export const judge = (name: WorkloadName, workload: Fields): Verdict =>
  isObserved(name, workload) ? JUDGES[name](workload) : progressing('its controller has not seen the change yet');

/** Whether the status speaks of the present specification. */
export const isObserved = (name: WorkloadName, workload: Fields): boolean =>
  name === 'cronjob' || observedGeneration(workload) >= numberAt(workload, 'metadata', 'generation');

/** A number, but for Argo a text. */
const observedGeneration = (workload: Fields): number => {
  const observed = at(workload, 'status', 'observedGeneration');
  return typeof observed === 'string' ? Number(observed) : typeof observed === 'number' ? observed : 0;
};

const HEALTHY: Verdict = { is: 'healthy' };
const progressing = (detail: string): Verdict => ({ is: 'progressing', detail });
const failed = (detail: string): Verdict => ({ is: 'failed', why: { code: 'rollout-failed', detail } });

const deployment = (workload: Fields): Verdict => {
  const progress = condition(workload, 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded') return failed(`ProgressDeadlineExceeded: ${progress.message}`);
  const { wanted, replicas, updated, available } = counts(workload);
  const held = [
    at(workload, 'spec', 'paused') === true ? 'the Deployment is paused: "kubectl rollout resume" lets it go on' : undefined,
    condition(workload, 'ReplicaFailure')?.message,
  ].filter((text) => text !== undefined);
  const waits = (what: string): Verdict => progressing([what, ...held].join('; '));
  if (updated < wanted) return waits(`${updated} of ${wanted} pods are new`);
  if (replicas > updated) return waits(`${replicas - updated} old pods are left`);
  return available < updated ? waits(`${available} of ${updated} new pods are available`) : HEALTHY;
};

const statefulSet = (workload: Fields): Verdict => {
  const { wanted, updated } = counts(workload);
  const ready = numberAt(workload, 'status', 'readyReplicas');
  // Clusters before 1.22 do not count these.
  const available = at(workload, 'status', 'availableReplicas') === undefined ? ready : numberAt(workload, 'status', 'availableReplicas');
  const strategy = at(workload, 'spec', 'updateStrategy');
  const partition = numberAt(strategy, 'rollingUpdate', 'partition');
  const due = Math.max(0, wanted - partition);
  const isNew = textAt(workload, 'status', 'updateRevision') === textAt(workload, 'status', 'currentRevision');
  if (textAt(strategy, 'type') === 'OnDelete' && !isNew && updated < wanted) return onDelete(updated, wanted);
  if (!isNew && updated < due) return progressing(`${updated} of ${due} pods are new${partition === 0 ? '' : ` (partition ${partition} keeps the others)`}`);
  return ready < wanted || available < wanted ? progressing(`${Math.min(ready, available)} of ${wanted} pods are available`) : HEALTHY;
};

const daemonSet = (workload: Fields): Verdict => {
  const wanted = numberAt(workload, 'status', 'desiredNumberScheduled');
  const updated = numberAt(workload, 'status', 'updatedNumberScheduled');
  const available = numberAt(workload, 'status', 'numberAvailable');
  if (updated < wanted)
    return textAt(workload, 'spec', 'updateStrategy', 'type') === 'OnDelete' ? onDelete(updated, wanted) : progressing(`${updated} of ${wanted} pods are new`);
  return available < wanted ? progressing(`${available} of ${wanted} pods are available`) : HEALTHY;
};

const onDelete = (updated: number, wanted: number): Verdict =>
  progressing(`${updated} of ${wanted} pods are new: the update strategy is OnDelete, so each of the others stays until somebody deletes it`);

const argoRollout = (workload: Fields): Verdict => {
  const phase = textAt(workload, 'status', 'phase');
  const message = textAt(workload, 'status', 'message');
  const said = message === undefined || message === '' ? '' : `: ${message}`;
  if (phase === 'Healthy') return HEALTHY;
  if (phase === 'Degraded') return failed(`Degraded${said}`);
  const { wanted, updated } = counts(workload);
  const counted = `${updated} of ${wanted} pods are new`;
  if (phase === 'Paused') return progressing(`Paused${said}; ${counted}; "kubectl argo rollouts promote" lets it go on`);
  return progressing(`${phase ?? 'its controller tells no phase'}${said}; ${counted}`);
};

/** Its next run takes the image; nothing is rolled out. */
const cronJob = (): Verdict => HEALTHY;

const JUDGES = {
  deployment,
  statefulset: statefulSet,
  daemonset: daemonSet,
  cronjob: cronJob,
  rollout: argoRollout,
} as const satisfies Record<WorkloadName, (workload: Fields) => Verdict>;

const counts = (workload: Fields) => {
  const replicas = at(workload, 'spec', 'replicas');
  return {
    wanted: typeof replicas === 'number' ? replicas : 1,
    replicas: numberAt(workload, 'status', 'replicas'),
    updated: numberAt(workload, 'status', 'updatedReplicas'),
    available: numberAt(workload, 'status', 'availableReplicas'),
  };
};

const condition = (workload: Fields, type: string): { readonly reason: string; readonly message: string } | undefined => {
  const found = objectsAt(workload, 'status', 'conditions').find((present) => present.type === type);
  // Every one that is asked for here is a complaint: Progressing is False when it is late, ReplicaFailure is True.
  const complains = found !== undefined && (type === 'Progressing' ? found.status === 'False' : found.status === 'True');
  return complains ? { reason: textAt(found, 'reason') ?? '', message: textAt(found, 'message') ?? '' } : undefined;
};
