/** What a workload's status means: values in, verdict out. */
import { describe, expect, it } from 'vitest';
import type { WorkloadName } from '../../functions/targets/kubernetes-kinds.ts';
import { judge } from '../../functions/targets/kubernetes-rollout.ts';

const GENERATION = 3;
const seen = { observedGeneration: GENERATION };
const late = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'ReplicaSet "web-2" has timed out progressing.' };
const going = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: 'ReplicaSet "web-2" is progressing.' };
const stuck = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota: shop' };
const fine = { ...seen, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
const revisions = (updated: number, ready: number, available = ready) => ({
  ...seen,
  updatedReplicas: updated,
  readyReplicas: ready,
  availableReplicas: available,
  currentRevision: 'web-1',
  updateRevision: 'web-2',
});
const rolling = (partition: number) => ({ replicas: 4, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } });
const argo = (phase: string | undefined, message?: string) => ({
  observedGeneration: String(GENERATION),
  replicas: 2,
  updatedReplicas: 1,
  ...(phase === undefined ? {} : { phase }),
  ...(message === undefined ? {} : { message }),
});

type Case = readonly [what: string, kind: WorkloadName, spec: object, status: object, verdict: 'healthy' | RegExp | { readonly failed: RegExp }];

const CASES: readonly Case[] = [
  ['is done', 'deployment', { replicas: 2 }, fine, 'healthy'],
  ['is not seen by its controller', 'deployment', { replicas: 2 }, { ...fine, observedGeneration: 2 }, /has not seen the change yet/],
  ['has no status at all', 'deployment', { replicas: 2 }, {}, /has not seen/],
  ['has one replica unless it says so', 'deployment', {}, { ...seen, replicas: 1, updatedReplicas: 1, availableReplicas: 1 }, 'healthy'],
  ['is scaled to nothing', 'deployment', { replicas: 0 }, seen, 'healthy'],
  ['has too few new pods', 'deployment', { replicas: 2 }, { ...fine, updatedReplicas: 1 }, /^1 of 2 pods are new$/],
  ['has old pods', 'deployment', { replicas: 2 }, { ...fine, replicas: 3 }, /^1 old pods are left$/],
  ['has pods that are not available', 'deployment', { replicas: 2 }, { ...fine, availableReplicas: 1 }, /^1 of 2 new pods are available$/],
  [
    'is late',
    'deployment',
    { replicas: 2 },
    { ...fine, updatedReplicas: 1, conditions: [late] },
    { failed: /^ProgressDeadlineExceeded: ReplicaSet "web-2" has timed out/ },
  ],
  ['was late before the change', 'deployment', { replicas: 2 }, { ...fine, observedGeneration: 2, conditions: [late] }, /has not seen/],
  ['goes on', 'deployment', { replicas: 2 }, { ...fine, updatedReplicas: 0, conditions: [going] }, /^0 of 2/],
  ['cannot make pods', 'deployment', { replicas: 2 }, { ...fine, updatedReplicas: 0, conditions: [going, stuck] }, /exceeded quota: shop/],
  ['is paused', 'deployment', { replicas: 2, paused: true }, { ...fine, updatedReplicas: 0 }, /is paused: "kubectl rollout resume"/],

  ['is done', 'statefulset', { replicas: 2 }, { ...revisions(2, 2), currentRevision: 'web-2' }, 'healthy'],
  ['is not seen', 'statefulset', { replicas: 2 }, { ...revisions(2, 2), observedGeneration: 2 }, /has not seen/],
  ['rolls', 'statefulset', { replicas: 4 }, revisions(1, 4), /^1 of 4 pods are new$/],
  ['has a pod that is not ready', 'statefulset', { replicas: 2 }, { ...revisions(2, 1), currentRevision: 'web-2' }, /^1 of 2 pods are available$/],
  [
    'has a pod that is ready and not available',
    'statefulset',
    { replicas: 2 },
    { ...revisions(2, 2, 1), currentRevision: 'web-2' },
    /^1 of 2 pods are available$/,
  ],
  ['counts no available pods', 'statefulset', { replicas: 2 }, { ...revisions(2, 2), currentRevision: 'web-2', availableReplicas: undefined }, 'healthy'],
  ['rolls up to its partition', 'statefulset', rolling(3), revisions(0, 4), /^0 of 1 pods are new \(partition 3 keeps the others\)$/],
  ['has rolled up to its partition', 'statefulset', rolling(3), revisions(1, 4), 'healthy'],
  ['has a partition above everything', 'statefulset', rolling(9), revisions(0, 4), 'healthy'],
  [
    'is not touched by its controller',
    'statefulset',
    { replicas: 2, updateStrategy: { type: 'OnDelete' } },
    revisions(0, 2),
    /^0 of 2 pods are new: the update strategy is OnDelete/,
  ],

  ['is done', 'daemonset', {}, { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }, 'healthy'],
  ['has no nodes', 'daemonset', {}, seen, 'healthy'],
  ['is not seen', 'daemonset', {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3, observedGeneration: 2 }, /has not seen/],
  ['rolls', 'daemonset', {}, { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberAvailable: 3 }, /^1 of 3 pods are new$/],
  [
    'has a pod that is not available',
    'daemonset',
    {},
    { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
    /^2 of 3 pods are available$/,
  ],
  [
    'is not touched by its controller',
    'daemonset',
    { updateStrategy: { type: 'OnDelete' } },
    { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 0, numberAvailable: 3 },
    /OnDelete/,
  ],

  ['rolls nothing out', 'cronjob', {}, {}, 'healthy'],

  ['is done', 'rollout', { replicas: 2 }, argo('Healthy'), 'healthy'],
  ['is not seen', 'rollout', { replicas: 2 }, { ...argo('Healthy'), observedGeneration: '2' }, /has not seen/],
  [
    'rolls',
    'rollout',
    { replicas: 2 },
    argo('Progressing', 'more replicas need to be updated'),
    /^Progressing: more replicas need to be updated; 1 of 2 pods are new$/,
  ],
  [
    'waits for a person',
    'rollout',
    { replicas: 2 },
    argo('Paused', 'CanaryPauseStep'),
    /^Paused: CanaryPauseStep; 1 of 2 pods are new; "kubectl argo rollouts promote"/,
  ],
  ['was aborted', 'rollout', { replicas: 2 }, argo('Degraded', 'RolloutAborted: metric "errors" failed'), { failed: /^Degraded: RolloutAborted/ }],
  ['tells no phase', 'rollout', { replicas: 2 }, argo(undefined), /tells no phase/],
];

describe('a workload', () => {
  it.each(CASES)('that %s: %s', (_, kind, spec, status, expected) => {
    const verdict = judge(kind, { metadata: { generation: GENERATION }, spec, status });
    if (expected === 'healthy') expect(verdict).toEqual({ is: 'healthy' });
    else if (expected instanceof RegExp) expect(verdict).toEqual({ is: 'progressing', detail: expect.stringMatching(expected) });
    else expect(verdict).toEqual({ is: 'failed', why: { code: 'rollout-failed', detail: expect.stringMatching(expected.failed) } });
  });
});
