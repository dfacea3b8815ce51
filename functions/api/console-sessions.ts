/** `/v1/console`: who may call the API gets an address that opens the page once, sees who has a session, and ends sessions. */
import { Hono } from 'hono';
import { isUlid } from '../core/call.ts';
import { operation, type Routes } from './operation.ts';
import { OTHER_OPERATIONS } from './operations/others.ts';
import type { ApiPorts } from './ports.ts';
import { Problem } from './problem.ts';
import { iso } from './views.ts';

/** Long enough to open a browser. */
const CODE_MS = 60_000;
const SESSION_MS = 8 * 3_600_000;

export const consoleSessionRoutes = (ports: ApiPorts): Routes => {
  const app: Routes = new Hono();

  operation(app, OTHER_OPERATIONS.createConsoleCode, async ({ c }) => {
    const code = ports.makeSecret();
    const expiresAt = ports.now() + CODE_MS;
    await ports.sessions.putCode(ports.hashToken(code), c.env.caller ?? 'unknown', expiresAt);
    // Behind the # it is in no log of any server.
    return c.json({ url: `${ports.webhookBaseUrl}/console/enter#${code}`, expiresAt: iso(expiresAt) }, 201);
  });

  operation(app, OTHER_OPERATIONS.listConsoleSessions, async ({ c }) => {
    const items = await ports.sessions.list(ports.now());
    return c.json({ items: items.map(({ id, by, createdAt, expiresAt }) => ({ id, by, createdAt: iso(createdAt), expiresAt: iso(expiresAt) })) });
  });

  operation(app, OTHER_OPERATIONS.endConsoleSession, async ({ c }) => {
    const id = c.req.param('id') ?? '';
    if (!isUlid(id) || !(await ports.sessions.endById(id)))
      throw new Problem('unknown-name', `no session has the id ${id.slice(0, 60)}: it may have ended already`, { next: ['GET /v1/console/sessions'] });
    return c.json({ id, deleted: true });
  });

  return app;
};

/** What the page needs of sessions. */
export const makeSessionDoor = (ports: Pick<ApiPorts, 'sessions' | 'hashToken' | 'makeSecret' | 'now' | 'newUlid'>) => ({
  redeem: async (code: string) => {
    const now = ports.now();
    const by = await ports.sessions.takeCode(ports.hashToken(code), now);
    if (by === undefined) return undefined;
    const text = ports.makeSecret();
    await ports.sessions.begin(ports.hashToken(text), { id: ports.newUlid(now), by, createdAt: now, expiresAt: now + SESSION_MS });
    return { text, seconds: SESSION_MS / 1_000 };
  },
  session: (text: string) => ports.sessions.get(ports.hashToken(text), ports.now()),
  end: (text: string) => ports.sessions.end(ports.hashToken(text)),
});
