/**
 * The newest deliveries to a hook, as far as a week ago: those that were noted, and those that one push made calls of, which
 * are seen in these calls. They are looked for where they can be: at the triggers that hear the hook.
 */
import { type Call, manualTrigger } from '../core/call.ts';
import type { HookDefinition } from '../core/definitions.ts';
import { deliveryInCalls } from '../core/delivery-in-calls.ts';
import { type DeliveryRecord, isOutcome } from '../core/delivery-record.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { CallQuery } from '../store/call-pages.ts';
import type { ApiPorts } from './ports.ts';
import { everyTrigger } from './unheard.ts';

const WEEK_MS = 7 * 86_400_000;
/** Places that are asked at once. */
const WIDTH = 10;

interface Ports extends Pick<ApiPorts, 'deliveries' | 'now'> {
  readonly triggers: Pick<ApiPorts['triggers'], 'list'>;
  readonly callPages: Pick<ApiPorts['callPages'], 'list'>;
}

type Place = Pick<CallQuery, 'trigger' | 'hook'>;

export const pastDeliveries = async ({ name, application }: HookDefinition, limit: number, ports: Ports): Promise<readonly DeliveryRecord[]> => {
  const now = ports.now();
  // Where calls of a trigger URL are, those of people and of the application's other URLs may be many more.
  const places: readonly Place[] =
    application === undefined
      ? (await everyTrigger(ports, { hook: name })).map((trigger) => ({ trigger: trigger.name }))
      : [{ trigger: manualTrigger(application), hook: name }];
  const records = new Map((await ports.deliveries(name, limit, now)).map((record) => [record.id, record]));
  for (const record of deliveriesIn(name, await newestCalls(places, limit, now, ports))) {
    const noted = records.get(record.id);
    // Of several pushes the first one's calls say nothing of the others.
    if (noted === undefined || (!isOutcome(noted.verdict) && noted.references.length <= 1)) records.set(record.id, record);
  }
  return [...records.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
};

const newestCalls = async (places: readonly Place[], limit: number, now: number, { callPages }: Ports): Promise<readonly Call[]> => {
  const pages = await inParallel(places, WIDTH, (place) => callPages.list({ ...place, since: now - WEEK_MS, limit, now }));
  return pages.flatMap((page) => {
    if (!page.ok) throw new Error(page.why);
    return page.value.items;
  });
};

/** A later push of a delivery has a call with the delivery's id, and a delivery of several is noted; what was asked for again came with none. */
const deliveriesIn = (hook: string, calls: readonly Call[]): readonly DeliveryRecord[] => {
  const byPush = new Map<string, Call[]>();
  for (const call of calls) {
    if (call.hook !== hook || call.delivery !== undefined || call.redeliveryOf !== undefined) continue;
    const push = call.id.slice(0, call.id.indexOf('.'));
    byPush.set(push, [...(byPush.get(push) ?? []), call]);
  }
  return [...byPush].flatMap(([push, made]) => deliveryInCalls(push, made) ?? []);
};
