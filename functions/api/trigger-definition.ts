/** What a trigger's body says about repository and rule, read against the hook that it hears. */
import { loadEngines } from '../core/decide-all.ts';
import type { HookDefinition } from '../core/definitions.ts';
import { hostOf, namesHost } from '../core/image.ts';
import { hostsOf } from '../core/push.ts';
import { hookCovers, parseRepositoryPattern } from '../core/repository-pattern.ts';
import { checkRule, type Rule } from '../core/rule.ts';
import { shown } from '../core/shown.ts';
import { refuse } from './request.ts';

/** `host/path` or `host/team/*`, under the name by which pushes through this hook are known. `host`: of a path alone. */
export const readRepository = (text: string, hook: HookDefinition, host = hook.registryHost): string => {
  const { name, repositories } = hook;
  if (host === undefined && !namesHost(text))
    throw refuse(
      'repository',
      `${shown(text)} names no registry host, and the hook ${name} has none: write host/path (Docker Hub is docker.io), or give the hook a "registryHost"`,
    );
  const pattern = parseRepositoryPattern(text, host);
  if (!pattern.ok) throw refuse('repository', pattern.why);
  const repository = underRegistryHost(pattern.value, hook);
  const hosts = hostsOf(hook);
  if (hosts.length > 0 && !hosts.includes(hostOf(repository)))
    throw refuse(
      'repository',
      `${shown(text)} is on ${hostOf(repository)}, and the hook ${name} speaks for ${hosts.join(', ')} only: correct the host, or use a hook of that registry`,
    );
  if (repositories !== undefined && !repository.endsWith('/*') && !hookCovers(repositories, repository))
    throw refuse(
      'repository',
      `the hook ${name} may not speak for ${shown(repository, 200)}: add it to "repositories" of the hook, which now are ${shown(repositories.join(', '), 200)}`,
    );
  return repository;
};

/** A push under another name of the registry is known under its `registryHost`, and so is what a trigger waits for. */
const underRegistryHost = (repository: string, { registryHost, hostAliases }: HookDefinition): string => {
  const host = hostOf(repository);
  return registryHost !== undefined && hostAliases.includes(host) ? `${registryHost}${repository.slice(host.length)}` : repository;
};

export const readRule = async (rule: Rule): Promise<Rule> => {
  const checked = checkRule(rule, await loadEngines([rule]));
  if (!checked.ok) throw refuse('rule', checked.why);
  return checked.value;
};
