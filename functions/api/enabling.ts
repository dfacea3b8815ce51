/** `POST /{name}/enable` and `/disable`: the same two routes of every kind of definition. */
import type { emptyBody, noQuery } from '../schema/request.ts';
import { type Operation, operation, type Routes } from './operation.ts';

type Enabling = Operation<typeof noQuery, typeof emptyBody>;

/** `change` writes the definition and gives what is answered; it throws the problem when there is none. */
export const enablingRoutes = (app: Routes, enable: Enabling, disable: Enabling, change: (name: string, enabled: boolean) => Promise<object>): void => {
  operation(app, enable, async ({ c, name }) => c.json(await change(name, true)));
  operation(app, disable, async ({ c, name }) => c.json(await change(name, false)));
};
