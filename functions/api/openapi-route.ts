/** `GET /v1/openapi.json`: the description of this API. Made when it is asked for, so that no other request waits for it. */
import { Hono } from 'hono';
import { operation, type Routes } from './operation.ts';
import { OTHER_OPERATIONS } from './operations/others.ts';
import type { ApiPorts } from './ports.ts';

export const openApiRoutes = ({ webhookBaseUrl }: Pick<ApiPorts, 'webhookBaseUrl'>): Routes => {
  const app: Routes = new Hono();
  operation(app, OTHER_OPERATIONS.describeApi, async ({ c }) => {
    const { openApi } = await import('./openapi.ts');
    return c.json(openApi(webhookBaseUrl));
  });
  return app;
};
