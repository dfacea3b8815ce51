/**
 * `/v1/applications`. A change is followed by a request to reconcile, so that what waits is looked at by the new definition.
 *
 * Deleting ends with `deploy`: it finds the application gone, ends its open calls as `application-deleted` and removes its
 * state. Removing the state here would leave those calls open for ever.
 */
import { type Context, Hono } from 'hono';
import type { ApplicationDefinition, Policy } from '../core/definitions.ts';
import { parseRepository } from '../core/image.ts';
import { type ApplicationPatch, areParameters, PARAMETERS_RULE } from '../schema/application.ts';
import { DEFAULT_LIMIT } from '../schema/request.ts';
import { applicationFilter } from './application-filter.ts';
import { statusOf } from './application-status.ts';
import { enablingRoutes } from './enabling.ts';
import { answerSeen, conditionOf, etagOf, ifMatch } from './etag.ts';
import { findApplication } from './find-application.ts';
import { findTriggers, NAMES_SHOWN, namesOf } from './find-triggers.ts';
import { changedOr } from './hooks.ts';
import { operation, type Routes } from './operation.ts';
import { APPLICATION_OPERATIONS } from './operations/applications.ts';
import type { ApiPorts } from './ports.ts';
import { invalid, Problem, unknownName } from './problem.ts';
import { refuse } from './request.ts';
import { targetHint } from './target-hint.ts';
import { revokeAll } from './trigger-urls.ts';
import { applicationView } from './views.ts';
import { langOf } from './words.ts';

export const applicationRoutes = (ports: ApiPorts): Routes => {
  const app: Routes = new Hono();

  operation(app, APPLICATION_OPERATIONS.createApplication, async ({ c, body, making }) => {
    const now = ports.now();
    const { name, policy = {}, parameters, source, enabled = true } = body;
    const application: ApplicationDefinition = {
      name,
      enabled,
      target: await checkTarget(body.target),
      policy,
      ...(parameters === undefined ? {} : { parameters }),
      ...(source === undefined ? {} : { source }),
      createdAt: now,
      updatedAt: now,
    };
    const [stored, state] = await Promise.all([ports.applications.get(name), ports.states.get(name)]);
    if (stored === undefined && state !== undefined) {
      await ports.states.wish(name, { deleted: true }, now);
      await ports.send([name]);
      throw new Problem('being-removed', `an application named ${name} was deleted and its last calls are just being ended: try again in some seconds`);
    }
    if ((await ports.applications.create(application, making.maker)) === 'exists') {
      // Without a state it is the first half of a creation that died: this one completes it.
      if (state !== undefined || (await ports.states.get(name)) !== undefined) throw taken(name);
      changedOr(await ports.applications.change(name, () => application), 'application', name);
    }
    await ports.states.create(name, now);
    const made = making.again ? ((await ports.applications.get(name)) ?? application) : application;
    return c.json({ ...applicationView(made), hint: targetHint(made.target, ports) }, 201, { location: `/v1/applications/${name}`, ...etagOf(made, ports) });
  });

  const taken = (name: string): Problem =>
    new Problem('name-taken', `there is an application named ${name}: choose another name, or change that one`, { next: [`PATCH /v1/applications/${name}`] });

  const checkTarget = async (target: ApplicationDefinition['target']): Promise<ApplicationDefinition['target']> => {
    const problems = (await ports.targetProblems(target)).map(({ field, why }) => ({
      field: field === '' ? 'target' : `target.${field.replace(/^target\./, '')}`,
      why,
    }));
    if (problems.length > 0) throw invalid(problems);
    return target;
  };

  operation(app, APPLICATION_OPERATIONS.listApplications, async ({ c, query: { limit = DEFAULT_LIMIT, cursor, name: prefix, repository, ...asked } }) => {
    const fits = await applicationFilter(asked, ports);
    const query = {
      limit,
      ...(cursor === undefined ? {} : { cursor }),
      ...(prefix === undefined ? {} : { prefix }),
      ...(fits === undefined ? {} : { fits }),
    };
    const page = repository === undefined ? await ports.applications.list(query) : await ports.applications.among(await hearing(repository), query);
    if (!page.ok) throw refuse('cursor', page.why);
    return c.json({ ...page.value, items: page.value.items.map(applicationView) });
  });

  /** By the triggers that a push to it would ask, so that none of the others has to be read. */
  const hearing = async (text: string): Promise<readonly string[]> => {
    const repository = parseRepository(text);
    if (!repository.ok) throw refuse('repository', repository.why);
    return (await ports.triggersOf(repository.value)).map(({ application }) => application);
  };

  operation(app, APPLICATION_OPERATIONS.getApplication, async ({ c, name, query: { lang } }) => {
    const application = await findApplication(name, ports);
    return answerSeen(c, application, await statusOf(application, langOf(c, lang), ports), ports);
  });

  operation(app, APPLICATION_OPERATIONS.grantApplication, async ({ c, name }) => {
    const { target } = await findApplication(name, ports);
    const grant = await ports.grant(target, name);
    if (!grant.ok) throw refuse('target', grant.why);
    return grant.value === undefined
      ? c.json({ application: name, needed: false, message: `the target of ${name} is of kind "${target.kind}" and needs no role` })
      : c.json({ application: name, needed: true, template: grant.value });
  });

  const change = async (c: Context, name: string, alter: (application: ApplicationDefinition) => ApplicationDefinition) => {
    const changed = changedOr(await ports.applications.change(name, ifMatch(c, ports, alter)), 'application', name);
    await ports.send([name]);
    return changed;
  };

  operation(app, APPLICATION_OPERATIONS.changeApplication, async ({ c, name, body }) => {
    const { target, policy, parameters, source, enabled } = body;
    if (target !== undefined) await checkTarget(target);
    const changed = await change(c, name, ({ source: former, ...application }) => ({
      ...application,
      ...(target === undefined ? {} : { target }),
      ...(enabled === undefined ? {} : { enabled }),
      policy: policy === undefined ? application.policy : patchPolicy(application.policy, policy),
      ...(parameters === undefined ? {} : { parameters: patchParameters(application.parameters ?? {}, parameters) }),
      ...patchSource(former, source),
      updatedAt: ports.now(),
    }));
    return c.json({ ...applicationView(changed), hint: targetHint(changed.target, ports) }, 200, etagOf(changed, ports));
  });

  enablingRoutes(app, APPLICATION_OPERATIONS.enableApplication, APPLICATION_OPERATIONS.disableApplication, async (c, name, enabled) => {
    const changed = await change(c, name, (application) => ({ ...application, enabled, updatedAt: ports.now() }));
    return c.json(applicationView(changed), 200, etagOf(changed, ports));
  });

  /** Refused while triggers name it, because each of their pushes would fail; `?force=true` deletes all the same. */
  operation(app, APPLICATION_OPERATIONS.deleteApplication, async ({ c, name, query: { force } }) => {
    const naming = await findTriggers({ application: name }, NAMES_SHOWN + 1, ports);
    if (naming.length > 0 && force !== 'true')
      throw new Problem(
        'application-in-use',
        `these triggers name the application ${name}: ${namesOf(naming)}; delete or change them first, or delete it all the same, and their pushes end as failed`,
        { next: [`GET /v1/triggers?application=${name}`, `DELETE /v1/applications/${name}?force=true`] },
      );
    // A state without its application is a deletion that died before it sent: this one completes it.
    const condition = conditionOf(c, ports);
    const removed = changedOr(
      await (condition === undefined ? ports.applications.remove(name) : ports.applications.removeIf(name, condition)),
      'application',
      name,
    );
    if (!removed && (await ports.states.get(name)) === undefined) throw unknownName('application', name);
    if (!removed) condition?.(undefined);
    await ports.states.wish(name, { deleted: true }, ports.now());
    // For the eye: a URL ends with its application anyway, and so does one that is missed here.
    await revokeAll(name, ports);
    await ports.send([name]);
    const hint = naming.length === 0 ? undefined : `pushes of ${namesOf(naming)} end as failed (application-deleted) from now on`;
    return c.json({ name, deleted: true, hint });
  });

  return app;
};

/** Field by field; `null` takes one away. */
const patchPolicy = (policy: Policy, patch: NonNullable<ApplicationPatch['policy']>): Policy =>
  Object.fromEntries(Object.entries({ ...policy, ...patch }).filter(([, value]) => value !== null && value !== undefined));

type Parameters = NonNullable<ApplicationDefinition['parameters']>;
const patchParameters = (parameters: Parameters, patch: NonNullable<ApplicationPatch['parameters']>): Parameters => {
  const changed = Object.fromEntries(Object.entries({ ...parameters, ...patch }).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
  if (!areParameters(changed)) throw refuse('parameters', `there would be ${Object.keys(changed).length}: ${PARAMETERS_RULE}`);
  return changed;
};

/** As a whole: a revision belongs to its repository. */
const patchSource = (former: ApplicationDefinition['source'], given: ApplicationPatch['source']): Pick<ApplicationDefinition, 'source'> => {
  const source = given === undefined ? former : given;
  return source == null ? {} : { source };
};
