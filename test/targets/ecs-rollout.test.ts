/** What the states of a service mean for the rollout that was asked for. */
import type { Deployment, Service } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { judge, readHandle, writeHandle } from '../../functions/targets/ecs-rollout.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const arn = (revision: number) => `arn:aws:ecs:eu-west-1:123456789012:task-definition/web:${revision}`;
const deployment = (given: Partial<Deployment>): Deployment => ({
  id: 'd2',
  status: 'PRIMARY',
  taskDefinition: arn(2),
  desiredCount: 2,
  runningCount: 2,
  pendingCount: 0,
  createdAt: new Date(NOW - 30_000),
  ...given,
});
const old = deployment({ id: 'd1', status: 'ACTIVE', taskDefinition: arn(1), rolloutState: 'COMPLETED' });
const service = (...deployments: readonly Deployment[]): Service => ({
  taskDefinition: deployments[0]?.taskDefinition ?? arn(2),
  deployments: [...deployments],
});
const handle = { taskDefinition: arn(2), deployment: 'd2' };

describe('healthy', () => {
  it.each<readonly [string, Service]>([
    ['completed', service(deployment({ rolloutState: 'COMPLETED' }))],
    ['completed with no tasks wanted', service(deployment({ rolloutState: 'COMPLETED', desiredCount: 0, runningCount: 0 }))],
    ['another deployment of the same revision completed', service(deployment({ id: 'd3', rolloutState: 'COMPLETED' }))],
    [
      'completed, although another one began since',
      service(deployment({ id: 'd3', taskDefinition: arn(3), rolloutState: 'IN_PROGRESS' }), deployment({ status: 'ACTIVE', rolloutState: 'COMPLETED' })),
    ],
    [
      'carried on by a restart that completed',
      service(deployment({ id: 'd3', rolloutState: 'COMPLETED' }), deployment({ status: 'ACTIVE', rolloutState: 'IN_PROGRESS' })),
    ],
    ['no state, all run, alone', service(deployment({}))],
    ['no state, nothing wanted, alone', service(deployment({ desiredCount: 0, runningCount: 0 }))],
  ])('%s', (_, seen) => {
    expect(judge(seen, handle, NOW)).toEqual({ is: 'healthy' });
  });
});

describe('progressing', () => {
  it.each<readonly [string, Service, string]>([
    [
      'in progress',
      service(deployment({ rolloutState: 'IN_PROGRESS', runningCount: 1, pendingCount: 1, failedTasks: 3 }), old),
      '1 of 2 tasks run, 1 pending, 3 failed to start',
    ],
    ['in progress although all run: not steady yet', service(deployment({ rolloutState: 'IN_PROGRESS' })), '2 of 2 tasks run, 0 pending'],
    ['no state, the old one still there', service(deployment({}), old), '2 of 2 tasks run, 0 pending'],
    ['no state, too few', service(deployment({ runningCount: 1 })), '1 of 2 tasks run, 0 pending'],
    ['not listed yet', { taskDefinition: arn(2), deployments: [old] }, 'ECS does not list the deployment yet'],
    ['no deployments at all', { taskDefinition: arn(2) }, 'ECS does not list the deployment yet'],
    ['the revision by its short name', service(deployment({ taskDefinition: 'web:2', rolloutState: 'IN_PROGRESS' })), '2 of 2 tasks run, 0 pending'],
  ])('%s', (_, seen, detail) => {
    expect(judge(seen, handle, NOW)).toEqual({ is: 'progressing', lookAgainIn: 10_000, detail });
  });

  const asked = { ...handle, at: NOW - 59_999, former: 'd1' };
  const behind = service(deployment({ id: 'd1', taskDefinition: arn(1), rolloutState: 'COMPLETED' }));
  const behindSame = service(deployment({ id: 'd1', rolloutState: 'FAILED' }));

  it.each([behind, behindSame])('as long as only the former deployment is listed, for a minute: %#', (seen) => {
    expect(judge(seen, asked, NOW)).toEqual({ is: 'progressing', lookAgainIn: 10_000, detail: 'ECS does not list the deployment yet' });
    expect(judge(seen, { ...asked, at: NOW - 60_000 }, NOW).is).toBe(seen === behind ? 'replaced' : 'failed');
  });

  it('is looked at less often after two minutes', () => {
    expect(judge(service(deployment({ rolloutState: 'IN_PROGRESS', createdAt: new Date(NOW - 121_000) })), handle, NOW)).toMatchObject({ lookAgainIn: 30_000 });
  });
});

describe('failed', () => {
  it.each<readonly [string, Service, string]>([
    ['by the circuit breaker', service(deployment({ rolloutState: 'FAILED', rolloutStateReason: 'tasks failed to start.' })), 'tasks failed to start.'],
    ['without a reason', service(deployment({ rolloutState: 'FAILED' })), 'ECS gave no reason'],
    [
      'and rolled back',
      service(
        deployment({ id: 'd3', taskDefinition: arn(1), rolloutState: 'IN_PROGRESS' }),
        deployment({ status: 'ACTIVE', rolloutState: 'FAILED', rolloutStateReason: 'alarm' }),
      ),
      'alarm; the service runs web:1',
    ],
  ])('%s', (_, seen, detail) => {
    expect(judge(seen, handle, NOW)).toMatchObject({ is: 'failed', why: { code: 'rollout-failed', detail } });
  });

  it.each<readonly [string, Service]>([
    [
      'replaced while it went on',
      service(deployment({ id: 'd3', taskDefinition: arn(3), rolloutState: 'IN_PROGRESS' }), deployment({ status: 'ACTIVE', rolloutState: 'IN_PROGRESS' })),
    ],
    ['replaced within the first minute', service(deployment({ id: 'd3', taskDefinition: arn(3), rolloutState: 'IN_PROGRESS' }))],
    ['replaced, and the service not yet said to run anything else', { ...service(deployment({ id: 'd3', taskDefinition: arn(3) })), taskDefinition: arn(2) }],
    ['replaced and gone', service(deployment({ id: 'd3', taskDefinition: arn(3), rolloutState: 'COMPLETED' }))],
  ])('%s: whether the image runs on is not for this one to say', (_, seen) => {
    expect(judge(seen, { ...handle, at: NOW, former: 'd1' }, NOW)).toMatchObject({
      is: 'replaced',
      detail: 'replaced before it was healthy: the service runs web:3 and not web:2',
    });
  });

  it('an earlier deployment of the same revision does not speak for this one', () => {
    const before = deployment({ id: 'd1', status: 'ACTIVE', rolloutState: 'FAILED' });
    expect(judge(service(before, deployment({ rolloutState: 'COMPLETED' })), handle, NOW)).toEqual({ is: 'healthy' });
  });
});

it('a handle is read as it was written', () => {
  expect(readHandle(writeHandle(handle))).toEqual(handle);
  expect(readHandle(writeHandle({ ...handle, at: NOW, former: 'd1' }))).toEqual({ ...handle, at: NOW, former: 'd1' });
  expect(readHandle(writeHandle({ taskDefinition: arn(1) }))).toEqual({ taskDefinition: arn(1) });
});
