/**
 * A Kubernetes cluster, of EKS by its IAM role or any other by address and token: a readable target. Either one workload is
 * given images, as `kubectl set image` does, or a whole template is applied; both are over when every workload is healthy.
 */
import { type KubernetesConfig, kubernetesConfig } from './kubernetes-config.ts';
import { grantKubernetes } from './kubernetes-grant.ts';
import type { Readable } from './target.ts';

export const kubernetes: Readable<KubernetesConfig> = {
  sight: 'readable',
  config: kubernetesConfig,
  takesTemplates: ({ runs }) => runs === 'template',
  read: async (config, wish, io) => (await deploying()).readKubernetes(config, wish, io),
  apply: async (config, wish, seen, io) => (await deploying()).applyKubernetes(config, wish, seen, io),
  observe: async (config, handle, io) => (await deploying()).observeKubernetes(config, handle, io),
  grant: grantKubernetes,
};

const deploying = () => import('./kubernetes-deploy.ts');
