/** All names of the registry of a repository: those of its hook or, at Amazon ECR, those that AWS gives it. A target may know the image by any of them. */
import { ecrHosts } from './ecr-host.ts';
import { hostOf } from './image.ts';
import { type HookScope, hostsOf } from './push.ts';

export const registryHosts = (hook: HookScope, repository: string): readonly string[] => {
  const named = hostsOf(hook);
  return named.length > 0 ? named : (ecrHosts(hostOf(repository)) ?? []);
};
