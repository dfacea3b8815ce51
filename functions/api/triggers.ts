/** `/v1/triggers`. A trigger hears a hook that exists, or makes one of its own name. */
import { type Context, Hono } from 'hono';
import type { HookDefinition, TriggerDefinition } from '../core/definitions.ts';
import { ECR_HOOK } from '../core/ecr-hook.ts';
import { parseRepositoryPattern } from '../core/repository-pattern.ts';
import { DEFAULT_LIMIT } from '../schema/request.ts';
import type { TriggerBody } from '../schema/trigger.ts';
import { ecrGuide, ecrHookFor } from './ecr-hook.ts';
import { enablingRoutes } from './enabling.ts';
import { answerSeen, conditionOf, etagOf, ifMatch } from './etag.ts';
import { findTriggers } from './find-triggers.ts';
import { changedOr, shownOnce } from './hooks.ts';
import type { Making } from './making.ts';
import { operation, type Routes } from './operation.ts';
import { TRIGGER_OPERATIONS } from './operations/triggers.ts';
import { draftOwnHook, storeOwnHook } from './own-hook.ts';
import type { ApiPorts } from './ports.ts';
import { invalid, Problem, unknownName } from './problem.ts';
import { refuse } from './request.ts';
import { readRepository, readRule } from './trigger-definition.ts';
import { standingWarnings } from './trigger-warnings.ts';
import { triggerView } from './views.ts';

const OWN_FIELDS = ['registryHost', 'hostAliases', 'repositories', 'credential', 'access', 'sweepMinutes'] as const;

export const triggerRoutes = (ports: ApiPorts): Routes => {
  const app: Routes = new Hono();
  const answer = (c: Context, trigger: TriggerDefinition) => c.json(triggerView(trigger), 200, etagOf(trigger, ports));
  const change = async (c: Context, name: string, alter: (trigger: TriggerDefinition) => TriggerDefinition | Promise<TriggerDefinition>) =>
    changedOr(await ports.triggers.change(name, ifMatch(c, ports, alter)), 'trigger', name);

  operation(app, TRIGGER_OPERATIONS.createTrigger, async ({ c, body, making }) => {
    await requireApplication(body.application);
    const draft = await draftOf(body, making);
    const hook = draft?.hook ?? (await requireHook(body.registry === ECR_HOOK.registry ? ECR_HOOK.name : (body.hook ?? ''), body.repository));
    const now = ports.now();
    const trigger: TriggerDefinition = {
      name: body.name,
      hook: hook.name,
      repository: readRepository(body.repository, hook, hook.registryHost ?? (await ports.sample(hook.registry))?.host),
      rule: await readRule(body.rule ?? { mode: 'all' }),
      application: body.application,
      enabled: body.enabled ?? true,
      createdAt: now,
      updatedAt: now,
    };
    const owner = making.newUlid();
    const holder = await ports.triggers.holder(trigger.name);
    if (holder !== undefined && holder !== owner) throw taken(trigger.name);
    const own = draft === undefined ? undefined : await storeOwnHook(draft, ports);
    // Should this throw, it is not known whether the trigger was stored: the hook stays, and doing it again completes it.
    const made = await ports.triggers.create(trigger, owner);
    if (made !== 'created') await own?.undo();
    if (made === 'exists') throw taken(trigger.name);
    if (made === 'being-created')
      throw new Problem('being-created', `a trigger named ${trigger.name} was begun for another repository less than a minute ago: try again in a minute`);
    if (made === 'too-many')
      throw new Problem(
        'too-many-triggers',
        `${trigger.repository} has 100 triggers, and no repository may have more: delete one, or let one rule do the work of several`,
      );
    const way = own === undefined ? wayOfHeard(trigger) : await shownOnce(own.hook, own.token, ports);
    const stored = making.again ? ((await ports.triggers.get(trigger.name)) ?? trigger) : trigger;
    return c.json({ ...triggerView(stored), ...way }, 201, { location: `/v1/triggers/${stored.name}`, ...etagOf(stored, ports) });
  });

  /** How pushes come to a hook that was there before. */
  const wayOfHeard = ({ hook, repository }: TriggerDefinition) =>
    hook === ECR_HOOK.name
      ? ecrGuide(repository, ports.ecr)
      : {
          guide: [`The trigger hears the hook ${hook}, whose URL was shown when it was made; should that be lost, rotate the hook for a new one.`],
          next: [`POST /v1/hooks/${hook}/rotate`],
        };

  const draftOf = async ({ hook, registry, ...body }: TriggerBody, making: Making) => {
    if (hook !== undefined && registry !== undefined)
      throw refuse('registry', 'give either "hook", to hear one that exists, or "registry", to make one for this trigger, and not both');
    if (hook === undefined && registry === undefined)
      throw refuse(
        'registry',
        `it is missing: give one of ${ports.registryNames.join(', ')} to make a hook for this trigger, or the name of one that exists as "hook"`,
      );
    if (registry !== undefined && registry !== ECR_HOOK.registry)
      return draftOwnHook(
        {
          name: body.name,
          registry,
          registryHost: body.registryHost,
          hostAliases: body.hostAliases,
          repositories: body.repositories,
          credential: body.credential,
          access: body.access,
          sweepMinutes: body.sweepMinutes,
        },
        making,
        ports,
      );
    const foreign = OWN_FIELDS.filter((field) => body[field] !== undefined);
    if (foreign.length > 0 && (registry !== undefined || hook === ECR_HOOK.name))
      throw invalid(foreign.map((field) => ({ field, why: 'it belongs to hooks with a URL, and ECR needs none: leave it out' })));
    if (foreign.length > 0)
      throw invalid(
        foreign.map((field) => ({ field, why: `it belongs to the hook ${hook}: change it there` })),
        [`PATCH /v1/hooks/${hook}`],
      );
    return undefined;
  };

  const requireApplication = async (name: string): Promise<void> => {
    if ((await ports.applications.get(name)) === undefined)
      throw refuse('application', `no application is named ${name}: create it first`, 'POST /v1/applications');
  };

  const requireHook = async (name: string, repository: string): Promise<HookDefinition> => {
    const hook = name === ECR_HOOK.name ? ecrHookFor(repository, ports.ecr) : await ports.hooks.get(name);
    if (hook === undefined)
      throw refuse('hook', `no hook is named ${name}: create it first, or give "registry" to make one for this trigger`, 'POST /v1/hooks');
    return hook;
  };

  const taken = (name: string): Problem =>
    new Problem('name-taken', `there is a trigger named ${name}: choose another name, or change that one`, { next: [`PATCH /v1/triggers/${name}`] });

  operation(app, TRIGGER_OPERATIONS.listTriggers, async ({ c, query: { limit = DEFAULT_LIMIT, cursor, application, hook, repository } }) => {
    const named = repository === undefined ? undefined : parseRepositoryPattern(repository);
    if (named?.ok === false) throw refuse('repository', named.why);
    const where = {
      ...(application === undefined ? {} : { application }),
      ...(hook === undefined ? {} : { hook }),
      ...(named === undefined ? {} : { repository: named.value }),
    };
    const page = await ports.triggers.list({ where, limit, ...(cursor === undefined ? {} : { cursor }) });
    if (!page.ok) throw refuse('cursor', page.why);
    return c.json({ ...page.value, items: page.value.items.map(triggerView) });
  });

  operation(app, TRIGGER_OPERATIONS.getTrigger, async ({ c, name }) => {
    const trigger = await ports.triggers.get(name);
    if (trigger === undefined) throw unknownName('trigger', name);
    return answerSeen(c, trigger, { ...triggerView(trigger), ...(await standingWarnings(trigger, ports)) }, ports);
  });

  operation(app, TRIGGER_OPERATIONS.changeTrigger, async ({ c, name, body: { rule, application, hook, enabled } }) => {
    const given = {
      ...(rule === undefined ? {} : { rule: await readRule(rule) }),
      ...(application === undefined ? {} : { application }),
      ...(enabled === undefined ? {} : { enabled }),
    };
    if (application !== undefined) await requireApplication(application);
    const alter = async (trigger: TriggerDefinition): Promise<TriggerDefinition> => {
      const heard = hook === undefined ? undefined : await requireHook(hook, trigger.repository);
      if (heard !== undefined && readRepository(trigger.repository, heard) !== trigger.repository)
        throw refuse(
          'hook',
          `pushes through ${heard.name} are known under another host than ${trigger.repository}: create a trigger for that repository instead`,
        );
      return { ...trigger, ...given, ...(heard === undefined ? {} : { hook: heard.name }), updatedAt: ports.now() };
    };
    return answer(c, await change(c, name, alter));
  });

  enablingRoutes(app, TRIGGER_OPERATIONS.enableTrigger, TRIGGER_OPERATIONS.disableTrigger, async (c, name, enabled) =>
    answer(c, await change(c, name, (trigger) => ({ ...trigger, enabled, updatedAt: ports.now() }))),
  );

  operation(app, TRIGGER_OPERATIONS.deleteTrigger, async ({ c, name }) => {
    const trigger = await ports.triggers.get(name);
    if (trigger === undefined || !changedOr(await ports.triggers.remove(name, conditionOf(c, ports)), 'trigger', name)) throw unknownName('trigger', name);
    const others = await findTriggers({ hook: trigger.hook }, 1, ports, (other) => other.name !== name);
    if (others.length > 0 || trigger.hook === ECR_HOOK.name) return c.json({ name, deleted: true });
    const hint = `no trigger hears the hook ${trigger.hook} now: deleting it ends its URL`;
    return c.json({ name, deleted: true, hint, next: [`DELETE /v1/hooks/${trigger.hook}`] });
  });

  return app;
};
