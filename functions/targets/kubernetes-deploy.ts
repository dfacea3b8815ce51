/** What a wish means for a configuration: images for one workload, or a whole template. Imported dynamically: only who deploys to Kubernetes pays for it. */
import type { Outcome } from '../core/outcome.ts';
import type { KubernetesConfig } from './kubernetes-config.ts';
import { refusal } from './kubernetes-errors.ts';
import { applyImages, readImages } from './kubernetes-images.ts';
import { applyTemplate, readTemplate } from './kubernetes-template.ts';
import type { Running, Seen, TargetIo, Wish } from './target.ts';

export { observeKubernetes } from './kubernetes-observe.ts';

export const readKubernetes = async (config: KubernetesConfig, wish: Wish, io: TargetIo): Promise<Running> => {
  const { runs } = config;
  if (runs === 'template') return 'template' in wish ? readTemplate(config, wish, io) : NO_TEMPLATE;
  return 'template' in wish ? NO_WORKLOAD : readImages(config, runs, wish, io);
};

export const applyKubernetes = async (config: KubernetesConfig, wish: Wish, seen: Seen, io: TargetIo): Promise<Outcome> => {
  const { runs } = config;
  if (runs === 'template') return 'template' in wish ? applyTemplate(config, wish, seen, io) : NO_TEMPLATE;
  return 'template' in wish ? NO_WORKLOAD : applyImages(config, runs, wish, seen, io);
};

const NO_TEMPLATE = refusal(
  'target-misconfigured',
  'the target is given whole templates ("template": true) and the application has none: put one, or name a "workload" in the target',
);
const NO_WORKLOAD = refusal(
  'target-misconfigured',
  'the target is given the images of one workload, and no templates: write "template": true instead of "workload"',
);
