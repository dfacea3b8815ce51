/** What a service says of a rollout: values in, verdict out. */
import type { Deployment, Service } from '@aws-sdk/client-ecs';
import type { Why } from '../core/outcome.ts';

export interface Handle {
  /** ARN of the revision that was asked for. */
  readonly taskDefinition: string;
  /** Id of the deployment that does it; a restart is known by nothing else. */
  readonly deployment?: string;
  /** When it was asked for, in milliseconds; absent for a deployment that was only found. */
  readonly at?: number;
  /** Id of the deployment that it takes the place of. */
  readonly former?: string;
}

export const writeHandle = (handle: Handle): string => JSON.stringify(handle);

export const readHandle = (text: string): Handle => {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('taskDefinition' in value) || typeof value.taskDefinition !== 'string')
    throw new Error('the handle of a rollout names no task definition: it was not written by this target');
  const { taskDefinition } = value;
  return {
    taskDefinition,
    ...('deployment' in value && typeof value.deployment === 'string' ? { deployment: value.deployment } : {}),
    ...('at' in value && typeof value.at === 'number' ? { at: value.at } : {}),
    ...('former' in value && typeof value.former === 'string' ? { former: value.former } : {}),
  };
};

type Verdict =
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

/** Whether the deployment that the service is on began at `time` or later: whatever that starts pulls its images after it. */
export const isSince = (service: Service, time: number | undefined): boolean => {
  const began = primaryOf(service)?.createdAt?.getTime();
  return time === undefined || (began !== undefined && began >= time);
};

/** `now` in milliseconds. */
export const judge = (service: Service, handle: Handle, now: number): Verdict => {
  const { deployments = [], taskDefinition } = service;
  const primary = primaryOf(service);
  const ours = deployments.find(({ id }) => id !== undefined && id === handle.deployment);
  const began = ours?.createdAt ?? (handle.at === undefined ? undefined : new Date(handle.at));
  const since = began === undefined ? {} : { since: began };
  // Its own end stands, whatever somebody else has begun after it.
  if (ours?.rolloutState === 'FAILED') return { is: 'failed', why: failure(ours, service, handle), ...since };
  if (ours?.rolloutState === 'COMPLETED') return { is: 'healthy' };
  if (ours === undefined && isOutdated(primary, handle, now)) return UNLISTED;
  const elsewhere = [primary === ours ? undefined : primary?.taskDefinition, taskDefinition].find(
    (revision) => revision !== undefined && !isRevision(revision, handle.taskDefinition),
  );
  // A roll back by alarm or circuit breaker looks like this too, once the failed deployment is gone from the list.
  if (elsewhere !== undefined)
    return {
      is: 'replaced',
      detail: `replaced before it was healthy: the service runs ${revisionOf(elsewhere)} and not ${revisionOf(handle.taskDefinition)}`,
      ...since,
    };
  // Another deployment of the same revision, a restart by somebody, goes on with what ours began.
  const present = primary ?? ours;
  if (present === undefined) return UNLISTED;
  if (present.rolloutState === 'FAILED') return { is: 'failed', why: failure(present, service, handle), ...since };
  if (present.rolloutState === 'COMPLETED' || (present.rolloutState === undefined && isSteady(present, deployments))) return { is: 'healthy' };
  const age = present.createdAt === undefined ? 0 : now - present.createdAt.getTime();
  return { is: 'progressing', lookAgainIn: age > OFTEN_FOR_MS ? SELDOM_MS : OFTEN_MS, detail: counts(present) };
};

const UNLISTED: Verdict = { is: 'progressing', lookAgainIn: OFTEN_MS, detail: 'ECS does not list the deployment yet' };

/** ECS is eventually consistent: for so long an answer that knows only the former deployment is taken for one from before the change. */
const OUTDATED_FOR_MS = 60_000;

const isOutdated = (primary: Deployment | undefined, { at, former }: Handle, now: number): boolean =>
  at !== undefined && now - at < OUTDATED_FOR_MS && primary?.id === former;

const failure = ({ rolloutStateReason }: Deployment, { taskDefinition }: Service, handle: Handle): Why => {
  const wentBack = isRevision(taskDefinition, handle.taskDefinition) ? '' : `; the service runs ${revisionOf(taskDefinition)}`;
  return { code: 'rollout-failed', detail: `${rolloutStateReason ?? 'ECS gave no reason'}${wentBack}` };
};

/** Where ECS states no rollout (its other deployment strategies), a service is steady once only this deployment is left and has what it wants. */
const isSteady = ({ runningCount = 0, desiredCount = 0, pendingCount = 0 }: Deployment, deployments: readonly Deployment[]): boolean =>
  deployments.length === 1 && runningCount >= desiredCount && pendingCount === 0;

const counts = ({ runningCount = 0, desiredCount = 0, pendingCount = 0, failedTasks = 0 }: Deployment): string =>
  `${runningCount} of ${desiredCount} tasks run, ${pendingCount} pending${failedTasks === 0 ? '' : `, ${failedTasks} failed to start`}`;
