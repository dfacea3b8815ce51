/** Whether a request is one that the published OpenAPI of Kubernetes knows: path, method, query parameters, content type. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';

const Operation = z.object({
  path: z.string(),
  method: z.enum(['GET', 'PATCH']),
  query: z.array(z.string()),
  contentTypes: z.optional(z.array(z.string())),
});
type Operation = z.infer<typeof Operation>;

const { operations, custom } = z
  .object({ operations: z.array(Operation), custom: z.array(Operation) })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/kubernetes/openapi-used.json'), 'utf8')));

const pattern = ({ path }: Operation): RegExp =>
  // A group that a cluster defines itself has a dot in its name; those of Kubernetes without one are published.
  new RegExp(`^${path.replaceAll('{group}', '[a-z0-9-]+\\.[a-z0-9.-]+').replace(/\{\w+\}/g, '[^/]+')}$`);

/** Undefined when it is. */
export const offence = (method: string, url: URL, contentType: string | undefined): string | undefined => {
  const shown = `${method} ${url.pathname}${url.search} (${contentType ?? 'no body'})`;
  const operation = [...operations, ...custom].find((known) => known.method === method && pattern(known).test(url.pathname));
  if (operation === undefined) return `${shown}: no such operation`;
  const unknown = [...url.searchParams.keys()].find((name) => !operation.query.includes(name));
  if (unknown !== undefined) return `${shown}: no parameter ${unknown}`;
  if (operation.contentTypes === undefined) return contentType === undefined ? undefined : `${shown}: takes no body`;
  return contentType !== undefined && operation.contentTypes.includes(contentType) ? undefined : `${shown}: takes ${operation.contentTypes.join(', ')}`;
};
