/** `GET /v1/schema.json`: the JSON Schema of declarative files, for editors. Loaded when it is asked for. */
import { Hono } from 'hono';
import { operation, type Routes } from './operation.ts';
import { OTHER_OPERATIONS } from './operations/others.ts';

export const fileSchemaRoutes = (): Routes => {
  const app: Routes = new Hono();
  operation(app, OTHER_OPERATIONS.getFileSchema, async ({ c }) => {
    const { fileJsonSchema } = await import('../schema/file-json-schema.ts');
    return c.json(fileJsonSchema());
  });
  return app;
};
