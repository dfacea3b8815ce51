/** The API of Kubernetes as paths: what a path names, which objects a selector means, and the kinds that there are. */
import { isJson } from './fake-kubernetes-patch.ts';

export interface Place {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Undefined for the path of a version, which is asked for its kinds. */
export const placeOf = (path: string): Place | undefined => {
  const [, apiVersion = '', rest = ''] = /^\/(?:api|apis)\/(v1|[^/]+\/[^/]+)(?:\/(.*))?$/.exec(path) ?? [];
  const parts = rest.split('/').map(decodeURIComponent);
  if (rest === '') return undefined;
  if (parts[0] !== 'namespaces' || parts.length < 3) return { apiVersion, plural: parts[0] ?? '', ...(parts[1] === undefined ? {} : { name: parts[1] }) };
  const [, namespace = '', plural = '', name] = parts;
  return { apiVersion, plural, namespace, ...(name === undefined ? {} : { name }) };
};

/** `a=b`, `a`, `!a`, `a in (b,c)` and `a notin (b,c)`, separated by commas. */
export const selecting = (selector: string): ((labels: unknown) => boolean) => {
  const terms = selector.match(/[^,(]+(?:\([^)]*\))?/g) ?? [];
  return (labels) => {
    const of = (key: string): unknown => (isJson(labels) ? labels[key] : undefined);
    return terms.every((term) => {
      const [, key = '', operator, values = ''] = /^(\S+) (in|notin) \((.*)\)$/.exec(term) ?? [];
      if (operator !== undefined) return values.split(',').includes(String(of(key))) === (operator === 'in');
      if (term.startsWith('!')) return of(term.slice(1)) === undefined;
      const [name = '', value] = term.split('=');
      return value === undefined ? of(name) !== undefined : of(name) === value;
    });
  };
};

const named = (name: string, kind: string, namespaced = true) => ({ name, kind, namespaced });
/** What discovery tells at the start. */
export const KINDS = {
  v1: [named('pods', 'Pod'), named('services', 'Service'), named('configmaps', 'ConfigMap'), named('namespaces', 'Namespace', false)],
  'apps/v1': [named('deployments', 'Deployment'), named('statefulsets', 'StatefulSet'), named('daemonsets', 'DaemonSet'), named('replicasets', 'ReplicaSet')],
  'batch/v1': [named('cronjobs', 'CronJob')],
  'apiextensions.k8s.io/v1': [named('customresourcedefinitions', 'CustomResourceDefinition', false)],
  'argoproj.io/v1alpha1': [named('rollouts', 'Rollout')],
};
