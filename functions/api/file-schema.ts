/** `GET /v1/schema.json`: the JSON Schema of declarative files, for editors. Loaded when it is asked for. */
import { Hono } from 'hono';
import { noQuery } from '../schema/request.ts';
import { readQuery } from './request.ts';

export const fileSchemaRoutes = (): Hono => {
  const app = new Hono();
  app.get('/', async (c) => {
    readQuery(c, noQuery);
    const { fileJsonSchema } = await import('../schema/file.ts');
    return c.json(fileJsonSchema());
  });
  return app;
};
