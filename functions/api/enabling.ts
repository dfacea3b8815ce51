/** `POST /{name}/enable` and `/disable`: the same two routes of every kind of definition. */
import type { Context } from 'hono';
import type { emptyBody, noQuery } from '../schema/request.ts';
import { type Operation, operation, type Routes } from './operation.ts';

type Enabling = Operation<typeof noQuery, typeof emptyBody>;

/** `change` writes the definition and answers; it throws the problem when there is none. */
export const enablingRoutes = (
  app: Routes,
  enable: Enabling,
  disable: Enabling,
  change: (c: Context, name: string, enabled: boolean) => Promise<Response>,
): void => {
  operation(app, enable, ({ c, name }) => change(c, name, true));
  operation(app, disable, ({ c, name }) => change(c, name, false));
};
