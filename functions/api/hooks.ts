/** `/v1/hooks`. The webhook URL is in the answer that makes it, and in no other. */
import { type Context, Hono } from 'hono';
import type { HookDefinition } from '../core/definitions.ts';
import { ECR_HOOK } from '../core/ecr-hook.ts';
import { hostOf } from '../core/image.ts';
import { hostsOf } from '../core/push.ts';
import { shown } from '../core/shown.ts';
import { sweptAgain } from '../core/sweep-minutes.ts';
import { DEFAULT_LIMIT } from '../schema/request.ts';
import { isNewest, readCredential } from './credential.ts';
import { ecrGuide } from './ecr-hook.ts';
import { enablingRoutes } from './enabling.ts';
import { answerSeen, conditionOf, etagOf, ifMatch } from './etag.ts';
import { findTriggers, NAMES_SHOWN, namesOf } from './find-triggers.ts';
import { guideOf, guideWithoutUrl } from './guide.ts';
import { changeHook, makeHook, registryOf } from './hook-definition.ts';
import { impliedAliases } from './implied-aliases.ts';
import { operation, type Routes } from './operation.ts';
import { HOOK_OPERATIONS } from './operations/hooks.ts';
import { madeBefore } from './own-hook.ts';
import type { ApiPorts } from './ports.ts';
import { Problem, unknownName } from './problem.ts';
import { refuse } from './request.ts';
import { endFormer, endFormerSecret, rotateCredential, rotateTokens } from './rotation.ts';
import { hookView, iso, sweepView } from './views.ts';

/** Shown once: the URL with its token, and where to paste it. */
export const shownOnce = async (hook: HookDefinition, token: string, ports: ApiPorts) => {
  const url = `${ports.webhookBaseUrl}/hooks/${token}`;
  return { url, guide: await guideOf(hook, url, ports) };
};

/** What `change` gave, or the problem that it stands for. */
export const changedOr = <T>(changed: T | 'absent' | 'moved', kind: 'hook' | 'trigger' | 'application', name: string): T => {
  if (changed === 'absent') throw unknownName(kind, name);
  if (changed === 'moved') throw new Problem('changed-meanwhile', `the ${kind} ${name} is being changed by others at this moment: read it, then try again`);
  return changed;
};

export const hookRoutes = (ports: ApiPorts): Routes => {
  const app: Routes = new Hono();
  const view = (hook: HookDefinition) => hookView(hook, ports.now());
  const answer = (c: Context, hook: HookDefinition) => c.json(view(hook), 200, etagOf(hook, ports));
  const change = async (c: Context, name: string, alter: (hook: HookDefinition) => HookDefinition | Promise<HookDefinition>) =>
    changedOr(await ports.hooks.change(name, ifMatch(c, ports, alter)), 'hook', name);

  operation(app, HOOK_OPERATIONS.createHook, async ({ c, body, making }) => {
    const now = ports.now();
    const token = making.makeToken(body.name);
    const draft = await makeHook(body, token, now, ports);
    const hook = (await ports.hooks.create(draft)) === 'created' ? draft : await madeBefore(draft, ports);
    if (hook === undefined)
      throw new Problem('name-taken', `there is a hook named ${body.name}: choose another name, or change that one`, {
        next: [`PATCH /v1/hooks/${body.name}`],
      });
    return c.json({ ...view(hook), ...(await shownOnce(hook, token, ports)) }, 201, { location: `/v1/hooks/${hook.name}`, ...etagOf(hook, ports) });
  });

  operation(app, HOOK_OPERATIONS.listHooks, async ({ c, query: { limit = DEFAULT_LIMIT, cursor, registry } }) => {
    if (registry !== undefined && registry !== ECR_HOOK.registry && !ports.registryNames.includes(registry))
      throw refuse('registry', `there is no format ${registry}: give one of ${ports.registryNames.join(', ')}`);
    const page = await ports.hooks.list({ ...(registry === undefined ? {} : { where: { registry } }), limit, ...(cursor === undefined ? {} : { cursor }) });
    if (!page.ok) throw refuse('cursor', page.why);
    const items = await Promise.all(page.value.items.map(async (hook) => ({ ...view(hook), ...(await impliedAliases(hook, ports)) })));
    return c.json({ ...page.value, items });
  });

  operation(app, HOOK_OPERATIONS.getHook, async ({ c, name }) => {
    const hook = await ports.hooks.get(name);
    if (hook === undefined) throw unknownName('hook', name);
    const report = hook.access === undefined ? undefined : await ports.sweepReport(name, ports.now());
    const implied = await impliedAliases(hook, ports);
    return answerSeen(c, hook, { ...view(hook), ...implied, ...(report === undefined ? {} : { sweep: sweepView(report) }) }, ports);
  });

  operation(app, HOOK_OPERATIONS.guideHook, async ({ c, name }) => {
    const hook = await ports.hooks.get(name);
    if (hook === undefined) throw unknownName('hook', name);
    return c.json({ name, registry: hook.registry, ...(name === ECR_HOOK.name ? ecrGuide(undefined, ports.ecr) : await guideWithoutUrl(hook, ports)) });
  });

  operation(app, HOOK_OPERATIONS.changeHook, async ({ c, name, body: patch }) => {
    const alter = async (hook: HookDefinition): Promise<HookDefinition> => {
      const next = await changeHook(hook, patch, ports.now(), ports);
      await refuseLeavingTriggers(hook, next);
      return next;
    };
    return answer(c, await change(c, name, alter));
  });

  /** A trigger's repository names its host, so a hook that does not speak for that host any more would silently stop firing it. */
  const refuseLeavingTriggers = async (hook: HookDefinition, next: HookDefinition): Promise<void> => {
    if (String(hostsOf(hook)) === String(hostsOf(next)) && hook.registryHost === next.registryHost) return;
    const leaving = await findTriggers({ hook: hook.name }, NAMES_SHOWN + 1, ports, ({ repository }) => !knows(next, hostOf(repository), hook));
    const hosts = next.registryHost ?? (next.hostAliases.length === 0 ? 'none of its own' : shown(next.hostAliases.join(', '), 200));
    if (leaving.length > 0)
      throw new Problem(
        'hook-in-use',
        `these triggers hear the hook ${hook.name} for a host that it would not speak for any more (then: ${hosts}): ${namesOf(leaving)}; keep the host, delete them first, or make another hook`,
        { next: [`GET /v1/triggers?hook=${hook.name}`] },
      );
  };

  enablingRoutes(app, HOOK_OPERATIONS.enableHook, HOOK_OPERATIONS.disableHook, async (c, name, enabled) => {
    const alter = (hook: HookDefinition) => sweptAgain({ ...hook, enabled, updatedAt: ports.now() }, hook, ports.now());
    return answer(c, await change(c, name, alter));
  });

  operation(app, HOOK_OPERATIONS.rotateHook, async ({ c, name, query: { keep }, making }) => {
    const now = ports.now();
    if (keep === 'newest') {
      const alter = (hook: HookDefinition) => endFormer(hook, now);
      return answer(c, await change(c, name, alter));
    }
    const token = making.makeToken(name);
    const sha256 = ports.hashToken(token);
    const alter = (hook: HookDefinition) => rotateTokens(hook, sha256, now, keep === 'former');
    const changed = await change(c, name, alter);
    const ends = changed.tokens.find((stored) => stored.sha256 !== sha256)?.expiresAt;
    const shown = { ...view(changed), ...(await shownOnce(changed, token, ports)), previousValidUntil: ends === undefined ? undefined : iso(ends) };
    return c.json(shown, 200, etagOf(changed, ports));
  });

  operation(app, HOOK_OPERATIONS.rotateHookCredential, async ({ c, name, query: { keep }, body: { credential } }) => {
    const now = ports.now();
    if (keep === 'newest') {
      if (credential !== undefined) throw refuse('credential', 'nothing new is made when the newest is kept: leave it out');
      const alter = (hook: HookDefinition) => endFormerSecret(hook, now);
      return answer(c, await change(c, name, alter));
    }
    if (credential === undefined) throw refuse('credential', 'it is missing: give the new one, of the same kind as the hook has');
    const alter = async (hook: HookDefinition): Promise<HookDefinition> => {
      const registry = await registryOf(hook.registry, ports);
      // Without a name it is the same header as before, whatever the format's own is.
      const same = credential.by === 'header' && hook.credential?.by === 'header' ? { name: hook.credential.name, ...credential } : credential;
      const fresh = await readCredential(same, { hook: name, format: hook.registry, registry }, now, ports);
      return (await isNewest(fresh, hook, ports)) ? hook : rotateCredential(hook, fresh, now, keep === 'former');
    };
    return answer(c, await change(c, name, alter));
  });

  operation(app, HOOK_OPERATIONS.deleteHook, async ({ c, name }) => {
    const heard = await findTriggers({ hook: name }, NAMES_SHOWN + 1, ports);
    if (heard.length > 0)
      throw new Problem('hook-in-use', `these triggers hear the hook ${name}: ${namesOf(heard)}; delete them, or let them hear another hook, first`, {
        next: [`GET /v1/triggers?hook=${name}`],
      });
    const condition = conditionOf(c, ports);
    const removed = await (condition === undefined ? ports.hooks.remove(name) : ports.hooks.removeIf(name, condition));
    if (!changedOr(removed, 'hook', name)) throw unknownName('hook', name);
    return c.json({ name, deleted: true });
  });

  return app;
};

/** Whether pushes through the hook can be known under this host. Without any host they are known under what they name themselves, and not all name one. */
const knows = ({ registryHost, hostAliases }: HookDefinition, host: string, before: HookDefinition): boolean => {
  if (registryHost !== undefined) return host === registryHost;
  return hostAliases.length === 0 ? host !== before.registryHost : hostAliases.includes(host);
};
