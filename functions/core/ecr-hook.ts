/**
 * The hook that nobody has to make: what the stack's own EventBridge rule brings of Amazon ECR. It has no URL, so nothing
 * can be pasted or stolen, and it may speak for whatever registry an event names: EventBridge lets nobody but AWS say
 * `aws.ecr`, and an event of another account comes only where that account was let onto the bus.
 */
import type { HookDefinition } from './definitions.ts';

export const ECR_HOOK = {
  name: 'ecr',
  registry: 'ecr',
  hostAliases: [],
  access: 'ecr',
  enabled: true,
  tokens: [],
  createdAt: 0,
  updatedAt: 0,
} as const satisfies HookDefinition;

/** As the rule of the stack makes it: `all`, or the repositories that it hears with "," between them; undefined while there is no rule. `sweptSince`: since when there is one. */
export const ecrHook = (heard: string | undefined, sweptSince = 0): HookDefinition => ({
  ...ECR_HOOK,
  enabled: heard !== undefined,
  sweptSince,
  ...(heard === undefined || heard === 'all' ? {} : { repositories: heard.split(',') }),
});
