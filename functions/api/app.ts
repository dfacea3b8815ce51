/** The API over its ports: routes, the shape of every problem, and one wide log line a request. Knows nothing of Lambda. */
import { Hono } from 'hono';
import { routePath } from 'hono/route';
import { type ConsolePorts, makeConsole } from '../console/console.ts';
import { fields } from '../core/fields.ts';
import { applicationRoutes } from './applications.ts';
import { callRoutes } from './calls.ts';
import { consoleSessionRoutes, makeSessionDoor } from './console-sessions.ts';
import { deliveryRoutes } from './deliveries.ts';
import { onlyRead, withEcrHook } from './ecr-hook.ts';
import { explain } from './explain.ts';
import { fileSchemaRoutes } from './file-schema.ts';
import { hookTestRoutes } from './hook-test.ts';
import { hookRoutes } from './hooks.ts';
import { idempotency } from './idempotency.ts';
import { openApiRoutes } from './openapi-route.ts';
import { type ApiEnv, operation, type Routes } from './operation.ts';
import { OPERATIONS } from './operations/index.ts';
import { TRIGGER_OPERATIONS } from './operations/triggers.ts';
import type { ApiPorts } from './ports.ts';
import { bodyOf, isPassing, Problem, problemOf } from './problem.ts';
import { templateRoutes } from './template.ts';
import { triggerUrlRoutes } from './trigger-urls.ts';
import { triggerRoutes } from './triggers.ts';
import { wishRoutes } from './wishes.ts';
import { langOf } from './words.ts';

export interface RequestContext {
  readonly requestId: string;
  /** Who calls, as IAM knows them. */
  readonly caller?: string;
}

const ROUTES: readonly ((ports: ApiPorts) => Routes)[] = [
  hookRoutes,
  deliveryRoutes,
  hookTestRoutes,
  triggerRoutes,
  applicationRoutes,
  triggerUrlRoutes,
  templateRoutes,
  wishRoutes,
  callRoutes,
  fileSchemaRoutes,
  openApiRoutes,
  consoleSessionRoutes,
];

export type ApiApp = ReturnType<typeof makeApi>;

export const makeApi = (given: ApiPorts) => {
  const ports: ApiPorts = { ...given, hooks: withEcrHook(given.hooks, given.ecr) };
  const app = new Hono<ApiEnv>();

  app.use(async (c, next) => {
    const started = ports.now();
    await next();
    c.header('cache-control', 'no-store');
    // By this a client knows that it speaks to this API, whatever else may have its address.
    c.header('x-image-triggers', 'v1');
    const problem = c.error === undefined ? undefined : problemOf(c.error);
    ports.log('api.request', {
      request: c.env.requestId,
      caller: c.env.caller,
      method: c.req.method,
      route: routePath(c, -1),
      name: c.req.param('name') ?? c.req.param('id'),
      status: c.res.status,
      code: problem?.code,
      replayed: c.res.headers.has('idempotency-replayed') || undefined,
      // Only of what nobody foresaw: its words are for the log, never for the answer.
      error: problem?.code === 'internal' && c.error !== undefined ? `${c.error.name}: ${c.error.message}` : undefined,
      ms: ports.now() - started,
    });
  });

  app.use('/v1/*', idempotency(ports));
  app.use('/v1/hooks/ecr/*', onlyRead);
  for (const routes of ROUTES) app.route('/', routes(ports));
  operation(app, TRIGGER_OPERATIONS.explain, async ({ c, query: { lang }, body }) => c.json(await explain(body, langOf(c, lang), ports)));

  /** The page asks as anybody does, from the inside; its language as a browser does, so that each route that speaks one heeds it. */
  const ask: ConsolePorts['ask'] = async ({ method, path, body, lang }, caller) => {
    const headers = { 'accept-language': lang, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const request = new Request(`https://api.invalid${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const response = await app.fetch(request, {
      requestId: ports.newUlid(ports.now()),
      caller,
    });
    return { status: response.status, body: fields(await response.json()) };
  };
  app.route('/console', makeConsole({ ...makeSessionDoor(ports), ask }));

  app.notFound((c) =>
    answer(new Problem('unknown-route', `${c.req.method} ${c.req.path.slice(0, 200)} is no route of this API: the routes begin with ${BEGINNINGS}`)),
  );
  app.onError((error) => answer(problemOf(error)));
  return app;
};

/** `/v1/hooks`, `/v1/openapi.json` …: those that there are. */
const BEGINNINGS = [...new Set(Object.values(OPERATIONS).map(({ path }) => path.split('/').slice(0, 3).join('/')))].join(', ');

const answer = (problem: Problem): Response => {
  const body = bodyOf(problem);
  const retry = isPassing(problem.code) ? { 'retry-after': '1' } : {};
  return new Response(JSON.stringify(body), { status: body.status, headers: { 'content-type': 'application/problem+json; charset=utf-8', ...retry } });
};
