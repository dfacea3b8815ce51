/** `/v1/hooks`. The webhook URL is in the answer that makes it, and in no other. */
import { Hono } from 'hono';
import type { HookDefinition } from '../core/definitions.ts';
import { hostOf } from '../core/image.ts';
import { hookBody, hookPatch } from '../schema/hook.ts';
import { DEFAULT_LIMIT, emptyBody, noQuery, pageQuery } from '../schema/request.ts';
import { changeHook, makeHook, OVERLAP_MS, rotateTokens } from './hook-definition.ts';
import type { ApiPorts } from './ports.ts';
import { Problem, unknownName } from './problem.ts';
import { nameIn, readBody, readQuery, refuse } from './request.ts';
import { hookView, iso } from './views.ts';

/** Shown once: the URL with its token, and where to paste it. */
export const shownOnce = (hook: HookDefinition, token: string, ports: ApiPorts) => {
  const url = `${ports.webhookBaseUrl}/hooks/${token}`;
  return { url, guide: ports.registry(hook.registry)?.guide(url) ?? [] };
};

/** What `change` gave, or the problem that it stands for. */
export const changedOr = <T>(changed: T | 'absent' | 'moved', kind: string, name: string): T => {
  if (changed === 'absent') throw unknownName(kind, name);
  if (changed === 'moved') throw new Problem('changed-meanwhile', `the ${kind} ${name} is being changed by others at this moment: read it, then try again`);
  return changed;
};

export const NAMES_SHOWN = 10;

export const hookRoutes = (ports: ApiPorts): Hono => {
  const app = new Hono();

  app.post('/', async (c) => {
    readQuery(c, noQuery);
    const body = await readBody(c, hookBody);
    const now = ports.now();
    const token = ports.makeToken(body.name);
    const hook = makeHook(body, token, now, ports);
    if ((await ports.hooks.create(hook)) === 'exists')
      throw new Problem('name-taken', `there is a hook named ${hook.name}: choose another name, or change that one with PATCH /v1/hooks/${hook.name}`);
    return c.json({ ...hookView(hook), ...shownOnce(hook, token, ports) }, 201, { location: `/v1/hooks/${hook.name}` });
  });

  app.get('/', async (c) => {
    const { limit = DEFAULT_LIMIT, cursor } = readQuery(c, pageQuery);
    const page = await ports.hooks.list({ limit, ...(cursor === undefined ? {} : { cursor }) });
    if (!page.ok) throw refuse('cursor', page.why);
    return c.json({ ...page.value, items: page.value.items.map(hookView) });
  });

  app.get('/:name', async (c) => {
    readQuery(c, noQuery);
    const name = nameIn(c, 'hook');
    const hook = await ports.hooks.get(name);
    if (hook === undefined) throw unknownName('hook', name);
    return c.json(hookView(hook));
  });

  app.patch('/:name', async (c) => {
    readQuery(c, noQuery);
    const name = nameIn(c, 'hook');
    const patch = await readBody(c, hookPatch);
    const changed = await ports.hooks.change(name, async (hook) => {
      const next = changeHook(hook, patch, ports.now(), ports);
      if (next.registryHost !== hook.registryHost) await refuseLeavingTriggers(next);
      return next;
    });
    return c.json(hookView(changedOr(changed, 'hook', name)));
  });

  /** A trigger's repository names its host, so a hook of another host would silently stop firing it. */
  const refuseLeavingTriggers = async (next: HookDefinition): Promise<void> => {
    const heard = (await triggersHearing(next.name)).filter(({ repository }) => next.registryHost !== undefined && hostOf(repository) !== next.registryHost);
    if (heard.length > 0)
      throw new Problem(
        'hook-in-use',
        `${heard.map(({ name }) => name).join(', ')} hear the hook ${next.name} for another host than ${next.registryHost}: delete them first, or make another hook`,
      );
  };

  const triggersHearing = async (hook: string) => {
    const page = await ports.triggers.list({ where: { hook }, limit: NAMES_SHOWN });
    return page.ok ? page.value.items : [];
  };

  for (const [action, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const)
    app.post(`/:name/${action}`, async (c) => {
      readQuery(c, noQuery);
      await readBody(c, emptyBody);
      const name = nameIn(c, 'hook');
      const changed = await ports.hooks.change(name, (hook) => ({ ...hook, enabled, updatedAt: ports.now() }));
      return c.json(hookView(changedOr(changed, 'hook', name)));
    });

  app.post('/:name/rotate', async (c) => {
    readQuery(c, noQuery);
    await readBody(c, emptyBody);
    const name = nameIn(c, 'hook');
    const now = ports.now();
    const token = ports.makeToken(name);
    const changed = changedOr(await ports.hooks.change(name, (hook) => rotateTokens(hook, ports.hashToken(token), now)), 'hook', name);
    return c.json({ ...hookView(changed), ...shownOnce(changed, token, ports), previousValidUntil: iso(now + OVERLAP_MS) });
  });

  app.delete('/:name', async (c) => {
    readQuery(c, noQuery);
    const name = nameIn(c, 'hook');
    const heard = await triggersHearing(name);
    if (heard.length > 0)
      throw new Problem(
        'hook-in-use',
        `these triggers hear the hook ${name}: ${heard.map((trigger) => trigger.name).join(', ')}; delete them, or let them hear another hook, first`,
      );
    if (!(await ports.hooks.remove(name))) throw unknownName('hook', name);
    return c.json({ name, deleted: true });
  });

  return app;
};
