/** Why a rollout failed, in the words of ECS: what stopped its tasks, and the last events of the service. */
import type { Service, Task } from '@aws-sdk/client-ecs';
import { AwsFailure } from './aws-errors.ts';
import type { EcsApi } from './ecs-api.ts';
import { revisionOf } from './ecs-rollout.ts';

const MOST_EVENTS = 4;

/** The service's last words since the deployment began, and why its tasks stopped. */
export const evidenceOf = async (api: EcsApi, { events = [] }: Service, taskDefinition: string, since: Date | undefined): Promise<string> => {
  const told = events
    .filter(({ createdAt }) => since === undefined || createdAt === undefined || createdAt >= since)
    .flatMap(({ message }) => (message === undefined ? [] : [message]));
  return [...(await stopReasons(api, taskDefinition)), ...told.slice(0, MOST_EVENTS)].join('; ');
};

const stopReasons = async (api: EcsApi, taskDefinition: string): Promise<readonly string[]> => {
  try {
    const tasks = await api.stoppedTasks();
    return [...new Set(tasks.filter(({ taskDefinitionArn }) => revisionOf(taskDefinitionArn) === revisionOf(taskDefinition)).map(stopReason))]
      .filter((reason) => reason !== '')
      .slice(0, 3);
  } catch (error) {
    // Only evidence: without it the verdict stands.
    if (error instanceof AwsFailure) return [`why its tasks stopped is not known (${error.message})`];
    throw error;
  }
};

const stopReason = ({ stoppedReason, containers = [] }: Task): string =>
  [
    stoppedReason ?? '',
    ...containers.flatMap(({ name, reason, exitCode }) =>
      reason === undefined && (exitCode === undefined || exitCode === 0)
        ? []
        : [`${name}: ${[reason, exitCode === undefined ? undefined : `exit code ${exitCode}`].filter((part) => part !== undefined).join(', ')}`],
    ),
  ]
    .filter((part) => part !== '')
    .join(' – ');
