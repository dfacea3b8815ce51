/** `/v1/calls`: the access record, newest first. */
import { Hono } from 'hono';
import type * as z from 'zod/mini';
import { fits, splitCallId } from '../core/call.ts';
import { parseRepository } from '../core/image.ts';
import { momentOf } from '../schema/moment.ts';
import { type callsQuery, DEFAULT_LIMIT } from '../schema/request.ts';
import { operation, type Routes } from './operation.ts';
import { CALL_OPERATIONS } from './operations/calls.ts';
import type { ApiPorts } from './ports.ts';
import { unknownName } from './problem.ts';
import { completeHalves, readCall, redeliver } from './redeliver.ts';
import { refuse } from './request.ts';
import { attemptView, callView, iso } from './views.ts';
import { langOf } from './words.ts';

export const callRoutes = (ports: ApiPorts): Routes => {
  const app: Routes = new Hono();

  operation(app, CALL_OPERATIONS.listCalls, async ({ c, query: { limit = DEFAULT_LIMIT, cursor, lang, ...filters } }) => {
    const now = ports.now();
    const page = await ports.callPages.list({ ...filterOf(filters, now), limit, ...(cursor === undefined ? {} : { cursor }), now });
    if (!page.ok) throw refuse('cursor', page.why);
    const language = langOf(c, lang);
    const calls = await completeHalves(page.value.items, now, ports);
    return c.json({ ...page.value, items: calls.map((call) => callView(call, language)) });
  });

  operation(app, CALL_OPERATIONS.getCall, async ({ c, query: { lang } }) => {
    const id = idOf(c.req.param('id') ?? '');
    const now = ports.now();
    const [call, attempts] = await Promise.all([readCall(id, now, ports), ports.callPages.attempts(id, now)]);
    if (call === undefined) throw unknownName('call', id);
    return c.json({ ...callView(call, langOf(c, lang)), attempts: attempts.map(attemptView) });
  });

  operation(app, CALL_OPERATIONS.redeliver, async ({ c, query: { lang }, making }) => {
    const { call, hint, next } = await redeliver(idOf(c.req.param('id') ?? ''), making, ports);
    return c.json({ ...callView(call, langOf(c, lang)), hint, next }, 202, { location: `/v1/calls/${call.id}` });
  });

  return app;
};

type Filters = Omit<z.output<typeof callsQuery>, 'limit' | 'cursor' | 'lang'>;

const filterOf = (asked: Filters, now: number) => {
  const { trigger, application, status, reason, tag, hook, repository, since: from, until: to } = asked;
  const untriggered = [status?.every((each) => each === 'untriggered'), reason?.every((each) => fits('untriggered', each))];
  if (application !== undefined && trigger === undefined && untriggered.includes(true))
    throw refuse(
      status === undefined ? 'reason' : 'status',
      'untriggered calls belong to their trigger and are not listed by application: ask for those of a trigger',
      'GET /v1/calls?trigger=NAME',
    );
  const [since, until] = [from, to].map((text) => (text === undefined ? undefined : momentOf(text, now)));
  if (since !== undefined && until !== undefined && since >= until)
    throw refuse('until', `it is ${iso(until)}, which is not after "since" (${iso(since)}): give a later time, or leave one of them out`);
  const named = repository === undefined ? undefined : parseRepository(repository);
  if (named?.ok === false) throw refuse('repository', named.why);
  return {
    ...(trigger === undefined ? {} : { trigger }),
    ...(application === undefined ? {} : { application }),
    ...(status === undefined ? {} : { statuses: status }),
    ...(reason === undefined ? {} : { reasons: reason }),
    ...(tag === undefined ? {} : { tag }),
    ...(hook === undefined ? {} : { hook }),
    ...(named === undefined ? {} : { repository: named.value }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
};

/** A key of the table is at most 2 kB long. */
const idOf = (text: string): string => {
  if (text.length > 100 || splitCallId(text) === undefined) throw unknownName('call', text);
  return text;
};
