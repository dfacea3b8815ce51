/** `/v1/calls`: the access record, newest first. */
import { Hono } from 'hono';
import { splitCallId } from '../core/call.ts';
import { callsQuery, DEFAULT_LIMIT, emptyBody, langQuery } from '../schema/request.ts';
import type { ApiPorts } from './ports.ts';
import { unknownName } from './problem.ts';
import { completeHalves, readCall, redeliver } from './redeliver.ts';
import { readBody, readQuery, refuse } from './request.ts';
import { attemptView, callView } from './views.ts';
import { langOf } from './words.ts';

export const callRoutes = (ports: ApiPorts): Hono => {
  const app = new Hono();

  app.get('/', async (c) => {
    const { trigger, application, status, limit = DEFAULT_LIMIT, cursor, lang } = readQuery(c, callsQuery);
    if (application !== undefined && trigger === undefined && status?.every((each) => each === 'untriggered'))
      throw refuse(
        'status',
        'untriggered calls belong to their trigger and are not listed by application: ask for those of a trigger',
        'GET /v1/calls?trigger=NAME',
      );
    const now = ports.now();
    const page = await ports.callPages.list({
      ...(trigger === undefined ? {} : { trigger }),
      ...(application === undefined ? {} : { application }),
      ...(status === undefined ? {} : { statuses: status }),
      limit,
      ...(cursor === undefined ? {} : { cursor }),
      now,
    });
    if (!page.ok) throw refuse('cursor', page.why);
    const language = langOf(c, lang);
    const calls = await completeHalves(page.value.items, now, ports);
    return c.json({ ...page.value, items: calls.map((call) => callView(call, language)) });
  });

  app.get('/:id', async (c) => {
    const { lang } = readQuery(c, langQuery);
    const id = idOf(c.req.param('id'));
    const now = ports.now();
    const [call, attempts] = await Promise.all([readCall(id, now, ports), ports.callPages.attempts(id, now)]);
    if (call === undefined) throw unknownName('call', id);
    return c.json({ ...callView(call, langOf(c, lang)), attempts: attempts.map(attemptView) });
  });

  app.post('/:id/redeliver', async (c) => {
    const { lang } = readQuery(c, langQuery);
    await readBody(c, emptyBody);
    const { call, hint, next } = await redeliver(idOf(c.req.param('id')), ports);
    return c.json({ ...callView(call, langOf(c, lang)), hint, next }, 202, { location: `/v1/calls/${call.id}` });
  });

  return app;
};

/** A key of the table is at most 2 kB long. */
const idOf = (text: string): string => {
  if (text.length > 100 || splitCallId(text) === undefined) throw unknownName('call', text);
  return text;
};
