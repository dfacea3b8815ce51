/**
 * `/v1/applications/{name}/trigger-urls`. The URL is in the answer that makes it, and in no other; revoking ends it at once.
 *
 * A trigger URL is a hook that is bound to one application. It ends with that application: ingest takes none that is
 * older than the application of its name, so nothing that was missed while deleting comes back with a new one.
 */
import { Hono } from 'hono';
import type { ApplicationDefinition } from '../core/definitions.ts';
import { isTriggerUrlId, triggerUrlId } from '../schema/name.ts';
import type { TriggerUrl } from '../store/definition-item.ts';
import { findApplication } from './find-application.ts';
import { makeHook } from './hook-definition.ts';
import { impliedAliases } from './implied-aliases.ts';
import { operation, type Routes } from './operation.ts';
import { TEMPLATE_OPERATIONS } from './operations/templates.ts';
import type { ApiPorts } from './ports.ts';
import { Problem } from './problem.ts';
import { triggerUrlView } from './views.ts';

const FORMAT = 'app-center';
/** One for each sender, so that one can be revoked; more is a mistake. Counted over an index, so a race may pass it by a few. */
const MOST = 20;

export const triggerUrlRoutes = (ports: ApiPorts): Routes => {
  const app: Routes = new Hono();
  /** Which is not among the formats of hooks. */
  const formats = { registry: async () => ports.appCenter };

  operation(app, TEMPLATE_OPERATIONS.createTriggerUrl, async ({ c, name: applicationName, body: { label, get = false, ...scope }, making }) => {
    const application = await findApplication(applicationName, ports);
    const name = triggerUrlId(making.newUlid());
    if ((await living(application)).filter((url) => url.name !== name).length >= MOST)
      throw new Problem(
        'too-many-trigger-urls',
        `${application.name} has ${MOST} trigger URLs, and no application may have more: revoke one that nobody uses`,
        {
          next: [listOf(application.name)],
        },
      );
    const now = ports.now();
    const token = making.makeToken(name);
    const hook = await makeHook({ name, registry: FORMAT, ...scope }, token, now, { ...ports, ...formats });
    // The clock of whoever made the application may run ahead of this one.
    const made: TriggerUrl = {
      ...hook,
      application: application.name,
      ...(label === undefined ? {} : { label }),
      get,
      createdAt: Math.max(now, application.createdAt),
    };
    if ((await ports.triggerUrls.create(made, making.maker)) === 'exists') throw new Problem('changed-meanwhile', 'the id that was chosen is taken: try again');
    const url = `${ports.webhookBaseUrl}/hook/trigger?token=${token}`;
    return c.json({ ...triggerUrlView(made), url, guide: guideOf(url, get, application) }, 201, { location: `${pathOf(application.name)}/${name}` });
  });

  operation(app, TEMPLATE_OPERATIONS.listTriggerUrls, async ({ c, name }) => {
    const application = await findApplication(name, ports);
    const implied = async ({ registryHost }: TriggerUrl) => impliedAliases({ registry: FORMAT, registryHost }, formats);
    return c.json({ items: await Promise.all((await living(application)).map(async (url) => ({ ...triggerUrlView(url), ...(await implied(url)) }))) });
  });

  operation(app, TEMPLATE_OPERATIONS.revokeTriggerUrl, async ({ c, name: application }) => {
    const id = c.req.param('id') ?? '';
    const found = isTriggerUrlId(id) ? await ports.triggerUrls.get(id) : undefined;
    if (found?.application !== application || !(await ports.triggerUrls.remove(id)))
      throw new Problem('unknown-name', `${application} has no trigger URL with the id ${JSON.stringify(id.slice(0, 100))}`, { next: [listOf(application)] });
    return c.json({ id, application, deleted: true });
  });

  const living = async ({ name, createdAt }: ApplicationDefinition): Promise<readonly TriggerUrl[]> =>
    (await ports.triggerUrls.ofApplication(name)).filter((url) => url.createdAt >= createdAt);

  const guideOf = (url: string, get: boolean, { source }: ApplicationDefinition): readonly string[] => [
    ...ports.appCenter.guide({ url }),
    ...(source === undefined ? [] : ['The source of this application lies in git: it can be deployed again, and a call with an image is refused.']),
    ...(get ? ['A GET deploys again too: keep the URL out of chats and pages, where previews send one.'] : []),
  ];

  return app;
};

export const revokeAll = async (application: string, { triggerUrls }: Pick<ApiPorts, 'triggerUrls'>): Promise<void> => {
  for (const { name } of await triggerUrls.ofApplication(application)) await triggerUrls.remove(name);
};

const pathOf = (application: string): string => `/v1/applications/${application}/trigger-urls`;
const listOf = (application: string): string => `GET ${pathOf(application)}`;
