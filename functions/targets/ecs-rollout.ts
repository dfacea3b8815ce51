/** What a service says of a rollout: values in, verdict out. */
import type { Deployment, Service } from '@aws-sdk/client-ecs';
import type { Why } from '../core/outcome.ts';

export interface Handle {
  /** ARN of the revision that was asked for. */
  readonly taskDefinition: string;
  /** Id of the deployment that does it; a restart is known by nothing else. */
  readonly deployment?: string;
}

export const writeHandle = (handle: Handle): string => JSON.stringify(handle);

export const readHandle = (text: string): Handle => {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('taskDefinition' in value) || typeof value.taskDefinition !== 'string')
    throw new Error('the handle of a rollout names no task definition: it was not written by this target');
  const deployment = 'deployment' in value && typeof value.deployment === 'string' ? value.deployment : undefined;
  return { taskDefinition: value.taskDefinition, ...(deployment === undefined ? {} : { deployment }) };
};

export type Verdict =
  | { readonly is: 'healthy' }
  | { readonly is: 'progressing'; readonly lookAgainIn: number; readonly detail: string }
  | { readonly is: 'failed'; readonly why: Why; readonly since?: Date }
  /** By another change, which may carry the same image on, or by a roll back. */
  | { readonly is: 'replaced'; readonly detail: string; readonly since?: Date };

const OFTEN_MS = 10_000;
const SELDOM_MS = 30_000;
/** Most rollouts are over by then. */
const OFTEN_FOR_MS = 120_000;

export const primaryOf = ({ deployments = [] }: Service): Deployment | undefined => deployments.find(({ status }) => status === 'PRIMARY');

/** `family:revision`: some answers hold it instead of the ARN. */
export const revisionOf = (taskDefinition: string | undefined): string => (taskDefinition ?? '').replace(/^.*:task-definition\//, '');

const isRevision = (one: string | undefined, other: string): boolean => revisionOf(one) === revisionOf(other);

/** `now` in milliseconds. */
export const judge = (service: Service, handle: Handle, now: number): Verdict => {
  const { deployments = [], taskDefinition } = service;
  const ours =
    deployments.find(({ id }) => id !== undefined && id === handle.deployment) ??
    deployments.find((deployment) => isRevision(deployment.taskDefinition, handle.taskDefinition));
  const since = ours?.createdAt === undefined ? {} : { since: ours.createdAt };
  const wentBack = isRevision(taskDefinition, handle.taskDefinition) ? '' : `; the service runs ${revisionOf(taskDefinition)}`;
  if (ours?.rolloutState === 'FAILED')
    return { is: 'failed', why: { code: 'rollout-failed', detail: `${ours.rolloutStateReason ?? 'ECS gave no reason'}${wentBack}` }, ...since };
  // A roll back by alarm or circuit breaker looks like this too, once the failed deployment is gone from the list.
  if (wentBack !== '')
    return {
      is: 'replaced',
      detail: `replaced before it was healthy: the service runs ${revisionOf(taskDefinition)} and not ${revisionOf(handle.taskDefinition)}`,
      ...since,
    };
  if (ours === undefined) return { is: 'progressing', lookAgainIn: OFTEN_MS, detail: 'ECS does not list the deployment yet' };
  if (ours.rolloutState === 'COMPLETED' || (ours.rolloutState === undefined && isSteady(ours, deployments))) return { is: 'healthy' };
  const age = ours.createdAt === undefined ? 0 : now - ours.createdAt.getTime();
  return { is: 'progressing', lookAgainIn: age > OFTEN_FOR_MS ? SELDOM_MS : OFTEN_MS, detail: counts(ours) };
};

/** Where ECS states no rollout (its other deployment strategies), a service is steady once only this deployment is left and has what it wants. */
const isSteady = ({ runningCount = 0, desiredCount = 0, pendingCount = 0 }: Deployment, deployments: readonly Deployment[]): boolean =>
  deployments.length === 1 && runningCount >= desiredCount && pendingCount === 0;

const counts = ({ runningCount = 0, desiredCount = 0, pendingCount = 0, failedTasks = 0 }: Deployment): string =>
  `${runningCount} of ${desiredCount} tasks run, ${pendingCount} pending${failedTasks === 0 ? '' : `, ${failedTasks} failed to start`}`;
