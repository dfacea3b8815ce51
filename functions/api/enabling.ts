/** `POST /{name}/enable` and `/disable`: the same two routes of every kind of definition. */
import type { Hono } from 'hono';
import { emptyBody, noQuery } from '../schema/request.ts';
import { nameIn, readBody, readQuery } from './request.ts';

/** `change` writes the definition and gives what is answered; it throws the problem when there is none. */
export const enablingRoutes = (app: Hono, kind: 'hook' | 'trigger' | 'application', change: (name: string, enabled: boolean) => Promise<object>): void => {
  for (const [action, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const)
    app.post(`/:name/${action}`, async (c) => {
      readQuery(c, noQuery);
      await readBody(c, emptyBody);
      return c.json(await change(nameIn(c, kind), enabled));
    });
};
