/**
 * The hook `ecr` in the API. It is no item: it is there in every stack, hears what the stack's EventBridge rule brings, and
 * is switched by the deployment of that rule. So it is shown like any other, and cannot be made, changed or deleted.
 */
import type { MiddlewareHandler } from 'hono';
import type { HookDefinition } from '../core/definitions.ts';
import { ECR_HOOK, ecrHook } from '../core/ecr-hook.ts';
import { ecrHosts } from '../core/ecr-host.ts';
import { hostOf, namesHost } from '../core/image.ts';
import { parsed } from '../core/parsed.ts';
import { hookCovers } from '../core/repository-pattern.ts';
import { shown } from '../core/shown.ts';
import type { ApiPorts } from './ports.ts';
import { Problem } from './problem.ts';
import { refuse } from './request.ts';

type Ecr = ApiPorts['ecr'];

/** The page that has only this hook, where those that people made just fill the page before. */
const LAST_PAGE = 'ecr';

/** The hooks that people made and, after all of them, this one. */
export const withEcrHook = (hooks: ApiPorts['hooks'], { repositories }: Ecr): ApiPorts['hooks'] => {
  const hook = ecrHook(repositories);
  return {
    ...hooks,
    get: async (name) => (name === ECR_HOOK.name ? hook : hooks.get(name)),
    list: async (query) => {
      if (query.cursor === LAST_PAGE) return parsed({ items: [hook] });
      const page = await hooks.list(query);
      const isLeftOut = query.where?.registry !== undefined && query.where.registry !== hook.registry;
      if (!page.ok || page.value.cursor !== undefined || isLeftOut) return page;
      const { items } = page.value;
      return parsed(items.length < query.limit ? { items: [...items, hook] } : { items, cursor: LAST_PAGE });
    },
  };
};

const TEST = `/v1/hooks/${ECR_HOOK.name}/test`;

/** Stands before the routes of this hook: it can be read, and tried. */
export const onlyRead: MiddlewareHandler = async (c, next) => {
  if (c.req.method === 'GET' || c.req.path === TEST) return next();
  throw new Problem(
    'built-in-hook',
    'the hook ecr is the EventBridge rule of the stack: deploy the stack with -c ecr=all to switch it on, and without to switch it off',
  );
};

/** The hook as a trigger for this repository hears it: bound to the registry that is named, else to that of the stack's own account and region. */
export const ecrHookFor = (repository: string, { registry }: Ecr): HookDefinition => {
  const host = namesHost(repository) ? hostOf(repository) : registry;
  const [registryHost, ...hostAliases] = ecrHosts(host) ?? [];
  if (registryHost === undefined)
    throw refuse('repository', `${shown(host)} is no registry of Amazon ECR: write ${registry}/PATH, or for this registry the path alone, as in shop/web`);
  return { ...ECR_HOOK, registryHost, hostAliases };
};

/** Why no push to the repository arrives by the rule, and what makes it; undefined where it hears them. */
export const ecrSilence = (repository: string, { repositories }: Ecr): string | undefined => offHint(repository, repositories).hint;

/** What is left to do until pushes to the repository arrive, or to any of the stack's own registry: most often nothing. */
export const ecrGuide = (repository: string | undefined, { registry, repositories }: Ecr): { readonly guide: readonly string[]; readonly hint?: string } => {
  if (repository !== undefined && hostOf(repository) !== registry)
    return {
      guide: [
        `Nothing to paste, but ${hostOf(repository)} is of another account or region than the stack (${registry}):`,
        'there, make an EventBridge rule for "ECR Image Action" of aws.ecr whose target is the default event bus of this account and region, and let that bus take it.',
      ],
      ...offHint(repository, repositories),
    };
  return {
    guide: ['Nothing to paste: the EventBridge rule of the stack hears pushes to ECR in its account and region.'],
    ...offHint(repository, repositories),
  };
};

const offHint = (repository: string | undefined, repositories: string | undefined): { readonly hint?: string } => {
  if (repository === undefined)
    return {
      hint:
        repositories === undefined
          ? 'The rule is off, so no push arrives yet: deploy the stack with  -c ecr=all.'
          : `The rule hears ${repositories === 'all' ? 'all repositories' : shown(repositories, 200)}.`,
    };
  const path = repository.slice(repository.indexOf('/') + 1);
  if (repositories === undefined)
    return { hint: `The rule is off, so no push arrives yet: deploy the stack with  -c ecr=all  (or with  -c 'ecr=${path}'  for this repository alone).` };
  if (repositories === 'all' || hookCovers(repositories.split(','), repository)) return {};
  return {
    hint: `The rule hears ${shown(repositories, 200)} only, so no push to ${path} arrives: deploy the stack with  -c 'ecr=${repositories},${path}'  or  -c ecr=all.`,
  };
};
