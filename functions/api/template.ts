/** `/v1/applications/{name}/template`: the template of an application and its versions. Putting one deploys nothing: `redeploy`, or the next push, does. */
import { Hono } from 'hono';
import type { ApplicationDefinition, TemplateVersion } from '../core/definitions.ts';
import type { Parsed } from '../core/parsed.ts';
import { DEFAULT_LIMIT } from '../schema/request.ts';
import { answerSeen, type Condition, conditionOf, etagOf } from './etag.ts';
import { findApplication, findVersion } from './find-application.ts';
import { operation, type Routes } from './operation.ts';
import { TEMPLATE_OPERATIONS } from './operations/templates.ts';
import type { ApiPorts } from './ports.ts';
import { Problem, unknownName } from './problem.ts';
import { refuse } from './request.ts';
import { unifiedDiff } from './template-diff.ts';
import { iso } from './views.ts';
import { noteWish } from './wish.ts';

const TRIES = 5;

export const templateRoutes = (ports: ApiPorts): Routes => {
  const app: Routes = new Hono();

  const newest = async (name: string): Promise<TemplateVersion> => {
    const head = await ports.templates.head(name);
    if (head === undefined)
      throw new Problem('no-template', `the application ${name} has no template: put one`, { next: [`PUT /v1/applications/${name}/template`] });
    return head;
  };

  operation(app, TEMPLATE_OPERATIONS.getTemplate, async ({ c, name }) => {
    const application = await findApplication(name, ports);
    const version = await newest(name);
    return answerSeen(c, version, await whole(version, application), ports);
  });

  operation(app, TEMPLATE_OPERATIONS.putTemplate, async ({ c, name, body: { text, why, from } }) => {
    const application = await findApplication(name, ports);
    if (application.source !== undefined)
      throw new Problem('git-source', `the source of ${name} lies in git (${application.source.git}), so it has no template here: take the source away first`, {
        next: [`PATCH /v1/applications/${name}`],
      });
    const { checkTemplate } = await import('../core/template-fill.ts');
    const checked = checkTemplate(text);
    if (!checked.ok) throw refuse('text', checked.why);
    const { version, made } = await put(name, { text, at: ports.now(), ...given(c.env.caller, why) }, from, conditionOf(c, ports));
    // Also where nothing new was made: an earlier try may have died before this.
    if (application.templated !== true) await ports.applications.change(name, (found) => ({ ...found, templated: true }));
    // Deleted meanwhile, its template with it perhaps before this version was there: `deploy` takes away what is left, or the next one of this name would have it.
    if ((await ports.applications.get(name)) === undefined) {
      await noteWish(name, {}, ports.now(), ports);
      throw unknownName('application', name);
    }
    const view = await whole(version, { ...application, templated: true });
    const applied = await ports.takesTemplates(application.target);
    const hint = made ? notYet(applied) : `this is the text of version ${version.version} already`;
    const next = applied ? { next: [`POST /v1/applications/${name}/redeploy`] } : {};
    return c.json({ ...view, hint, ...next }, made ? 201 : 200, etagOf(version, ports));
  });

  const put = async (name: string, given: Omit<TemplateVersion, 'version'>, from: number | undefined, condition: Condition | undefined) => {
    for (let i = 0; i < TRIES; i += 1) {
      const head = await ports.templates.head(name);
      if (head?.text === given.text) return { version: head, made: false };
      condition?.(head);
      const last = head?.version ?? 0;
      if (from !== undefined && from !== last)
        throw new Problem('changed-meanwhile', `the template of ${name} is at version ${last} and not at ${from}: read that one, and change it`, {
          next: [`GET /v1/applications/${name}/template`],
        });
      const version: TemplateVersion = { version: last + 1, ...given, ...(last === 0 ? {} : { from: last }) };
      if ((await ports.templates.put(name, version)) === 'put') return { version, made: true };
    }
    throw new Problem('changed-meanwhile', `the template of ${name} is being changed by others at this moment: read it, then try again`);
  };

  operation(app, TEMPLATE_OPERATIONS.listTemplateVersions, async ({ c, name, query: { limit = DEFAULT_LIMIT, cursor } }) => {
    await findApplication(name, ports);
    const found = await ports.templates.list(name, limit, cursor);
    // A page of the store may be short, since with their texts versions are large. No number is missing, so the first one is the last.
    const last = found.at(-1)?.version ?? 1;
    return c.json({ items: found.map(brief), ...(last === 1 ? {} : { cursor: String(last) }) });
  });

  operation(app, TEMPLATE_OPERATIONS.getTemplateVersion, async ({ c, name }) => {
    const application = await findApplication(name, ports);
    const version = await findVersion(application.name, Number(c.req.param('version')), ports);
    const before = version.from === undefined ? undefined : await ports.templates.get(application.name, version.from);
    return c.json({ ...(await whole(version, application)), diff: before === undefined ? undefined : unifiedDiff(before, version) });
  });

  operation(app, TEMPLATE_OPERATIONS.diffTemplate, async ({ c, name, query }) => {
    await findApplication(name, ports);
    const to = query.to === undefined ? await newest(name) : await findVersion(name, query.to, ports);
    const from = await findVersion(name, query.from ?? to.from ?? to.version, ports);
    return c.json({ from: from.version, to: to.version, diff: unifiedDiff(from, to) });
  });

  return app;
};

const given = (by: string | undefined, why: string | undefined) => ({ ...(by === undefined ? {} : { by }), ...(why === undefined ? {} : { why }) });

const brief = ({ version, at, by, why, from, callId, changed }: TemplateVersion) => ({ version, at: iso(at), by, why, from, call: callId, changed });

/** With what it asks for and what it runs; neither is there where it does not parse, which no version that was put does. */
const whole = async (version: TemplateVersion, { parameters = {} }: ApplicationDefinition) => {
  const { templateImages } = await import('../core/template-images.ts');
  const { templateParameters } = await import('../core/template-parameters.ts');
  const names = orNone(templateParameters(version.text));
  return {
    ...brief(version),
    text: version.text,
    images: orNone(templateImages(version.text, parameters)),
    parameters: names.map((name) => ({ name, value: Object.hasOwn(parameters, name) ? parameters[name] : undefined })),
  };
};

const notYet = (applied: boolean): string =>
  applied
    ? 'nothing is deployed yet: redeploy applies it, and so does the next push, with its image'
    : 'nothing is deployed yet: the target takes images and no template, so the next push sets its image in this text and deploys that image alone';

const orNone = <T>(read: Parsed<readonly T[]>): readonly T[] => (read.ok ? read.value : []);
