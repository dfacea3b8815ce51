/** What a deployment may do inside the cluster: the smallest Role of its namespace, and who has it. */
import type { KubernetesConfig } from './kubernetes-config.ts';
import { WORKLOADS } from './kubernetes-kinds.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');

/** Why a rollout does not go on. Lists cannot be narrowed to names. */
const PODS: Rule = { apiGroups: [''], resources: ['pods'], verbs: ['list'] };
const REVISIONS: Rule = { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['list'] };

/** What a template usually holds; server-side apply creates as well as it changes. Secrets, roles and kinds of the whole cluster are left for the user to add. */
const APPLIED: readonly (readonly [group: string, resources: readonly string[]])[] = [
  ['', ['configmaps', 'persistentvolumeclaims', 'serviceaccounts', 'services']],
  ['apps', ['daemonsets', 'deployments', 'statefulsets']],
  ['autoscaling', ['horizontalpodautoscalers']],
  ['batch', ['cronjobs', 'jobs']],
  ['networking.k8s.io', ['ingresses', 'networkpolicies']],
  ['policy', ['poddisruptionbudgets']],
];

const rulesOf = ({ runs }: KubernetesConfig): readonly Rule[] => {
  if (runs === 'template')
    return [...APPLIED.map(([group, resources]) => ({ apiGroups: [group], resources, verbs: ['get', 'create', 'patch'] })), PODS, REVISIONS];
  const { apiVersion, plural } = WORKLOADS[runs.kind];
  return [
    { apiGroups: [groupOf(apiVersion)], resources: [plural], resourceNames: [runs.name], verbs: ['get', 'patch'] },
    ...(runs.kind === 'cronjob' ? [] : [PODS]),
    ...(runs.kind === 'deployment' ? [REVISIONS] : []),
  ];
};

/** A name of Kubernetes from one of ours, which may hold "_". */
export const objectName = (application: string): string => `image-triggers-${application.replaceAll('_', '-')}`.replace(/-+$/, '');

const RBAC = { apiVersion: 'rbac.authorization.k8s.io/v1' } as const;

/** `subject`: who is bound to the Role. `before`: what must be there for that. */
export const roleManifest = (config: KubernetesConfig, application: string, subject: object, before: readonly object[] = []): object => {
  const metadata = { name: objectName(application), namespace: config.namespace };
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      ...before,
      { ...RBAC, kind: 'Role', metadata, rules: rulesOf(config) },
      { ...RBAC, kind: 'RoleBinding', metadata, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name }, subjects: [subject] },
    ],
  };
};
