/** Where an object lies in the API, as a path and in words. */
import type { WorkloadConfig } from './kubernetes-config.ts';
import { WORKLOADS } from './kubernetes-kinds.ts';

export interface Collection {
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string;
  /** As the API spells it in paths, for example `deployments`. */
  readonly plural: string;
  /** Absent for what belongs to the whole cluster. */
  readonly namespace?: string;
}

export interface Resource extends Collection {
  readonly name: string;
}

export const versionPath = (apiVersion: string): string => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

export const pathOf = ({ apiVersion, plural, namespace }: Collection, name?: string): string =>
  [versionPath(apiVersion), ...(namespace === undefined ? [] : ['namespaces', namespace]), plural, ...(name === undefined ? [] : [name])]
    .map((part, i) => (i === 0 ? part : encodeURIComponent(part)))
    .join('/');

/** `deployments/web in the namespace shop`. */
export const inWords = ({ plural, namespace }: Collection, name?: string): string =>
  `${plural}${name === undefined ? '' : `/${name}`}${namespace === undefined ? '' : ` in the namespace ${namespace}`}`;

export const resourceOf = ({ kind, name }: WorkloadConfig, namespace: string): Resource => {
  const { apiVersion, plural } = WORKLOADS[kind];
  return { apiVersion, plural, namespace, name };
};
