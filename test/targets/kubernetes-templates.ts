/** A `kubernetes` target that takes templates, the template of its tests, and the controller of its one Deployment. */

import { at } from '../../functions/targets/kubernetes-fields.ts';
import type { TemplateDocument, Wish } from '../../functions/targets/target.ts';
import type { Json } from './fake-kubernetes.ts';
import { NOW } from './io.ts';
import { generationOf, type KubernetesWorld, kubernetesWorld } from './kubernetes-world.ts';

export const CONFIG = '/api/v1/namespaces/shop/configmaps/web';
export const SERVICE = '/api/v1/namespaces/shop/services/web';
export const API = '/apis/apps/v1/namespaces/shop/deployments/api';
export const KEY = 'image-triggers/key';

export const config = (mode = 'blue'): TemplateDocument => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data: { mode } });
export const service: TemplateDocument = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { selector: { app: 'api' } },
};
export const deployment = (image = 'registry.example.com/shop/api:v1', more: Json = {}): TemplateDocument => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api' },
  spec: {
    selector: { matchLabels: { app: 'api' } },
    template: { metadata: { labels: { app: 'api' } }, spec: { containers: [{ name: 'api', image }] } },
    ...more,
  },
});
export const ALL = [config(), service, deployment()];

export type TemplateWish = Extract<Wish, { readonly template: unknown }>;
export const wish = (template: readonly TemplateDocument[] = ALL, more: Partial<TemplateWish> = {}): TemplateWish => ({
  template,
  version: 1,
  since: NOW,
  ...more,
});

export const templateWorld = (): Promise<KubernetesWorld> => kubernetesWorld('deployment', { workload: undefined, template: true });

export const done = (world: KubernetesWorld, path = API): void =>
  world.fake.edit(
    path,
    (object) => void Object.assign(object, { status: { observedGeneration: generationOf(object), replicas: 1, updatedReplicas: 1, availableReplicas: 1 } }),
    'kube-controller-manager',
  );
export const late = (world: KubernetesWorld): void =>
  world.fake.edit(
    API,
    (object) =>
      void Object.assign(object, {
        status: {
          observedGeneration: generationOf(object),
          conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'late' }],
        },
      }),
    'kube-controller-manager',
  );
export const keyOf = (world: KubernetesWorld): unknown => at(world.fake.get(API), 'spec', 'template', 'metadata', 'annotations', KEY);
