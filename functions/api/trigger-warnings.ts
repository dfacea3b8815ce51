/** What keeps pushes from a trigger, or their calls from going well, whatever its rule says. */
import type { ApplicationDefinition, HookDefinition, TriggerDefinition } from '../core/definitions.ts';
import { ECR_HOOK } from '../core/ecr-hook.ts';
import { hostOf, pathOf } from '../core/image.ts';
import { type Parsed, refused } from '../core/parsed.ts';
import { type Push, toPush } from '../core/push.ts';
import { repositoryMatches } from '../core/repository-pattern.ts';
import { ecrSilence } from './ecr-hook.ts';
import type { ApiPorts } from './ports.ts';

type Named = Pick<Push, 'repository' | 'tag' | 'digest'>;

/** What a hook makes of the push, or why it would not take it. Of Amazon ECR the rule of the stack says what comes at all. */
export const through = (hook: HookDefinition, { repository, ...named }: Named, ports: Pick<ApiPorts, 'now' | 'ecr'>): Parsed<Push> => {
  const push = toPush({ host: hostOf(repository), path: pathOf(repository), ...named }, hook, { id: '', receivedAt: ports.now() });
  const silence = push.ok || hook.name !== ECR_HOOK.name ? undefined : ecrSilence(repository, ports.ecr);
  return silence === undefined ? push : refused(silence);
};

/** `by`: what a hook makes of the push that is asked about. */
export const warningsOf = (
  trigger: TriggerDefinition,
  application: ApplicationDefinition | undefined,
  hook: HookDefinition | undefined,
  by: (hook: HookDefinition) => Parsed<Push>,
): { readonly warnings?: readonly string[] } => {
  const push = hook?.enabled === true ? by(hook) : undefined;
  const warnings = [
    ...(hook === undefined ? [`there is no hook named ${trigger.hook}: no push can reach the trigger`] : []),
    ...(hook?.enabled === false ? [`the hook ${trigger.hook} is disabled: no push can reach the trigger`] : []),
    ...(push?.ok === false ? [push.why] : []),
    ...(application === undefined ? [`there is no application named ${trigger.application}: its calls end as failed`] : []),
    ...(application?.enabled === false ? [`the application ${trigger.application} is disabled: its calls end as skipped`] : []),
  ];
  return warnings.length === 0 ? {} : { warnings };
};

/** Of a trigger as it stands, whatever is pushed. */
export const standingWarnings = async (trigger: TriggerDefinition, ports: Pick<ApiPorts, 'applications' | 'hooks' | 'now' | 'ecr'>) => {
  const [application, hook] = await Promise.all([ports.applications.get(trigger.application), ports.hooks.get(trigger.hook)]);
  return warningsOf(trigger, application, hook, (heard) => throughAny(heard, trigger.repository, ports));
};

/** A pattern covers what its hook may not speak for too: it is enough that there can be one repository that comes through. */
const throughAny = (hook: HookDefinition, repository: string, ports: Pick<ApiPorts, 'now' | 'ecr'>): Parsed<Push> => {
  const example = (pattern: string): string => (pattern.endsWith('/*') ? `${pattern.slice(0, -1)}x` : pattern);
  const tried = (one: string): Parsed<Push> => through(hook, { repository: one, tag: 'latest' }, ports);
  const plain = tried(example(repository));
  const host = hostOf(repository);
  const own = (hook.repositories ?? []).map((path) => example(path.startsWith(`${host}/`) ? path : `${host}/${path}`).toLowerCase());
  return [plain, ...own.filter((one) => repositoryMatches(repository, one)).map(tried)].find(({ ok }) => ok) ?? plain;
};
