/** What is known of the registry of an image: its other names, and whether it may be asked what a tag names. */
import type { OpenCall } from '../core/application.ts';
import { ANY_HOST } from '../core/image.ts';
import { registryHosts } from '../core/registry-hosts.ts';
import type { ApiPorts } from './ports.ts';

type Known = Pick<OpenCall, 'hosts' | 'access'>;

/** By the hook or trigger URL as it is now. A trigger URL for no registry in particular finds its container by the path, as when its body named none. */
export const registryOfHook = async (name: string, repository: string, ports: Pick<ApiPorts, 'hooks' | 'triggerUrls'>): Promise<Known> => {
  const heard = (await ports.hooks.get(name)) ?? (await ports.triggerUrls.get(name));
  if (heard === undefined) return { hosts: [] };
  const hosts = registryHosts(heard, repository);
  const { access } = heard;
  return { hosts: heard.application !== undefined && hosts.length === 0 ? [ANY_HOST] : hosts, ...(access === undefined ? {} : { access }) };
};

/** By the hook of a trigger through which the application hears this repository; nothing where there is none. */
export const registryOfImage = async (
  application: string,
  repository: string,
  ports: Pick<ApiPorts, 'hooks' | 'triggerUrls' | 'triggersOf'>,
): Promise<Known> => {
  const trigger = (await ports.triggersOf(repository)).find((one) => one.application === application);
  return trigger === undefined ? { hosts: [] } : registryOfHook(trigger.hook, repository, ports);
};
