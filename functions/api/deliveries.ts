/**
 * `/v1/hooks/{name}/deliveries`: what came of the newest deliveries to a hook or trigger URL. For those that no trigger
 * heard it is looked up, now, which trigger is near: "I pushed and nothing happened".
 */
import { Hono } from 'hono';
import type { HookDefinition } from '../core/definitions.ts';
import { type DeliveryRecord, isWhole } from '../core/delivery-record.ts';
import { ECR_HOOK } from '../core/ecr-hook.ts';
import { parseImage } from '../core/image.ts';
import { ecrGuide } from './ecr-hook.ts';
import { operation, type Routes } from './operation.ts';
import { HOOK_OPERATIONS } from './operations/hooks.ts';
import { pastDeliveries } from './past-deliveries.ts';
import type { ApiPorts } from './ports.ts';
import { unknownName } from './problem.ts';
import { everyTrigger, type Unheard, unheard, unheardAt } from './unheard.ts';
import { deliveryView } from './views.ts';

const SHOWN = 20;

export const deliveryRoutes = (ports: ApiPorts): Routes => {
  const app: Routes = new Hono();

  operation(app, HOOK_OPERATIONS.listDeliveries, async ({ c, name }) => {
    const hook = (await ports.hooks.get(name)) ?? (await ports.triggerUrls.get(name));
    if (hook === undefined) throw unknownName('hook', name);
    const records = await pastDeliveries(hook, SHOWN, ports);
    // One of the same name that was deleted has left its own.
    const own = records.filter(({ at }) => at >= hook.createdAt);
    const advice = await adviceOn(name, own, ports);
    return c.json({ items: own.map((record) => ({ ...deliveryView(record), ...advice.get(unheardIn(record) ?? '') })), ...deafness(hook, ports) });
  });

  return app;
};

/** Nothing is kept of what comes to a hook that is disabled, so that is told beside what came before. */
const deafness = ({ name, enabled }: HookDefinition, { ecr }: ApiPorts): Partial<Omit<Unheard, 'nearest'>> => {
  if (enabled) return {};
  if (name === ECR_HOOK.name) {
    const { hint } = ecrGuide(undefined, ecr);
    return hint === undefined ? {} : { hint };
  }
  return { hint: `the hook ${name} is disabled: whatever is sent to it is answered 404, and not kept`, next: [`POST /v1/hooks/${name}/enable`] };
};

/** The repository that no trigger heard; unknown where its name had to be cut. */
const unheardIn = ({ verdict, references: [first] }: DeliveryRecord): string | undefined => {
  const image = verdict === 'unheard' && first !== undefined && isWhole(first) ? parseImage(first) : undefined;
  return image?.ok ? image.value.repository : undefined;
};

/** By repository, for the deliveries that nothing heard. */
const adviceOn = async (hook: string, records: readonly DeliveryRecord[], ports: ApiPorts): Promise<ReadonlyMap<string, Partial<Unheard>>> => {
  const repositories = [...new Set(records.flatMap((record) => unheardIn(record) ?? []))];
  if (repositories.length === 0) return new Map();
  const all = await everyTrigger(ports);
  const advise = async (repository: string): Promise<Partial<Unheard>> => {
    const [first, ...more] = await ports.triggersOf(repository);
    if (first === undefined) return unheard(repository, all);
    const deaf = [first, ...more].every((trigger) => trigger.hook !== hook);
    // One that hears it was made since.
    return deaf ? unheardAt(hook, repository, [first, ...more]) : {};
  };
  return new Map(await Promise.all(repositories.map(async (repository) => [repository, await advise(repository)] as const)));
};
