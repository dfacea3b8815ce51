/** Why a rollout does not go on: the pods of its newest revision that crash, cannot pull, or are not ready, with their last message. */
import { type Fields, isFields } from '../core/fields.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import { KubernetesFailure } from './kubernetes-errors.ts';
import { at, numberAt, objectsAt, textAt } from './kubernetes-fields.ts';
import { WORKLOADS, type WorkloadName } from './kubernetes-kinds.ts';
import { isObserved } from './kubernetes-rollout.ts';

const MOST_PODS = 50;
const MOST_REVISIONS = 100;
const MOST_TOLD = 3;
const MOST_MESSAGE = 200;

/** Empty where nothing is wrong, or nothing can be known yet. Never throws for what the API server says: without it a verdict stands as well. */
export const evidenceOf = async (api: KubernetesApi, name: WorkloadName, workload: Fields, namespace: string): Promise<string> => {
  // Until then the newest revision that is listed is the one before.
  if (name === 'cronjob' || !isObserved(name, workload)) return '';
  try {
    const selector = selectorOf(at(workload, 'spec', 'selector'));
    if (selector === '') return '';
    const revision = await NEWEST[name](api, workload, namespace, selector);
    const pods = await api.list({ apiVersion: 'v1', plural: 'pods', namespace }, [selector, ...revision].join(','), MOST_PODS);
    return tell(pods.flatMap(complaints));
  } catch (error) {
    if (error instanceof KubernetesFailure) return `what its pods say is not known (${error.message})`;
    throw error;
  }
};

type Newest = (api: KubernetesApi, workload: Fields, namespace: string, selector: string) => Promise<readonly string[]> | readonly string[];

const labelled = (label: string, value: string | undefined): readonly string[] => (value === undefined || value === '' ? [] : [`${label}=${value}`]);

/** Which label the pods of the newest revision have; none where that cannot be told, and then all pods are looked at. */
const NEWEST = {
  deployment: async (api, workload, namespace, selector) => {
    const { apiVersion } = WORKLOADS.deployment;
    const sets = await api.list({ apiVersion, plural: 'replicasets', namespace }, selector, MOST_REVISIONS);
    const own = sets.filter((set) => objectsAt(set, 'metadata', 'ownerReferences').some(({ uid }) => uid === at(workload, 'metadata', 'uid')));
    const [newest] = [...own].sort((a, b) => revisionOf(b) - revisionOf(a));
    return labelled('pod-template-hash', textAt(newest, 'metadata', 'labels', 'pod-template-hash'));
  },
  statefulset: (_, workload) => labelled('controller-revision-hash', textAt(workload, 'status', 'updateRevision')),
  daemonset: (_, workload) => labelled('pod-template-generation', textAt(workload, 'metadata', 'annotations', 'deprecated.daemonset.template.generation')),
  rollout: (_, workload) => labelled('rollouts-pod-template-hash', textAt(workload, 'status', 'currentPodHash')),
} as const satisfies Record<Exclude<WorkloadName, 'cronjob'>, Newest>;

const revisionOf = (set: Fields): number => Number(textAt(set, 'metadata', 'annotations', 'deployment.kubernetes.io/revision') ?? 0);

/** As a query takes it: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
const selectorOf = (selector: unknown): string => {
  const labels = at(selector, 'matchLabels');
  const equal = isFields(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${value}`) : [];
  return [...equal, ...objectsAt(selector, 'matchExpressions').map(expressionOf)].join(',');
};

const expressionOf = (expression: Fields): string => {
  const { key, operator, values } = expression;
  if (operator === 'Exists') return String(key);
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'NotIn' ? 'notin' : 'in'} (${Array.isArray(values) ? values.join(',') : ''})`;
};

interface Complaint {
  readonly pod: string;
  readonly text: string;
}

const complaints = (pod: Fields): readonly Complaint[] => {
  const name = textAt(pod, 'metadata', 'name') ?? '';
  const statuses = [...objectsAt(pod, 'status', 'initContainerStatuses'), ...objectsAt(pod, 'status', 'containerStatuses')];
  const scheduled = objectsAt(pod, 'status', 'conditions').find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  const unscheduled = scheduled === undefined ? [] : [`is not scheduled${saying(textAt(scheduled, 'message'))}`];
  return [...unscheduled, ...statuses.flatMap(complaint)].map((text) => ({ pod: name, text }));
};

/** Every pod waits like this for a moment. */
const USUAL = new Set(['ContainerCreating', 'PodInitializing']);

const complaint = (status: Fields): readonly string[] => {
  const container = textAt(status, 'name') ?? '';
  const last = lastEnd(status);
  const reason = textAt(status, 'state', 'waiting', 'reason');
  if (reason !== undefined) {
    if (USUAL.has(reason)) return last === undefined ? [] : [`${container}: ${last}`];
    // What Kubernetes says of a crash is only that it waits; how the container ended says more.
    return [`${container}: ${reason}${last === undefined ? saying(textAt(status, 'state', 'waiting', 'message')) : `, ${last}`}`];
  }
  const ended = endOf(at(status, 'state', 'terminated'));
  if (ended !== undefined) return [`${container}: ${ended}`];
  if (at(status, 'state', 'running') === undefined || status.ready !== false) return [];
  return [`${container}: runs and is not ready${last === undefined ? '' : `, ${last}`}`];
};

const lastEnd = (status: Fields): string | undefined => {
  const end = endOf(at(status, 'lastState', 'terminated'));
  return end === undefined ? undefined : `last ${end}, restarted ${numberAt(status, 'restartCount')} times`;
};

/** Undefined for one that ended well, as init containers do. */
const endOf = (terminated: unknown): string | undefined => {
  const code = at(terminated, 'exitCode');
  if (typeof code !== 'number' || code === 0) return undefined;
  return `ended with ${textAt(terminated, 'reason') ?? 'Error'} (exit code ${code})${saying(textAt(terminated, 'message'))}`;
};

const saying = (message: string | undefined): string =>
  message === undefined || message === '' ? '' : `: ${message.replace(/\s+/g, ' ').trim().slice(0, MOST_MESSAGE)}`;

/** The same of several pods is told once. */
const tell = (all: readonly Complaint[]): string => {
  const pods = new Map<string, string[]>();
  for (const { pod, text } of all) pods.set(text, [...(pods.get(text) ?? []), pod]);
  return [...pods]
    .slice(0, MOST_TOLD)
    .map(([text, [first = '', ...more]]) => `${first}${more.length === 0 ? '' : ` and ${more.length} more`}: ${text}`)
    .join('; ');
};
