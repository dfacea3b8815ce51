/**
 * Triggers that name a hook or an application, to be refused over or told about.
 *
 * The list comes from an index that lags behind, most often by less than a second, so each trigger is read again by its
 * key before it counts: one that was just deleted or changed stands in nobody's way. What cannot be seen is the opposite,
 * a trigger that was made, or changed to name it, at this very moment: its pushes are then ignored (no hook) or end as
 * `application-deleted`, and `explain` warns of both.
 */
import type { TriggerDefinition } from '../core/definitions.ts';
import type { ApiPorts } from './ports.ts';

const PAGE = 100;
export const NAMES_SHOWN = 10;

/** At most `most`, out of all pages; `matches` is asked before a trigger is read again, and once more after. */
export const findTriggers = async (
  where: { readonly hook: string } | { readonly application: string },
  most: number,
  ports: Pick<ApiPorts, 'triggers'>,
  matches: (trigger: TriggerDefinition) => boolean = () => true,
): Promise<readonly TriggerDefinition[]> => {
  const names = (trigger: TriggerDefinition): boolean => ('hook' in where ? trigger.hook === where.hook : trigger.application === where.application);
  const found: TriggerDefinition[] = [];
  let cursor: string | undefined;
  do {
    const page = await ports.triggers.list({ where: { ...where }, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    if (!page.ok) throw new Error(page.why);
    for (const listed of page.value.items) {
      const trigger = matches(listed) ? await ports.triggers.get(listed.name) : undefined;
      if (trigger !== undefined && names(trigger) && matches(trigger)) found.push(trigger);
      if (found.length === most) return found;
    }
    cursor = page.value.cursor;
  } while (cursor !== undefined);
  return found;
};

export const namesOf = (triggers: readonly TriggerDefinition[]): string => {
  const names = triggers.slice(0, NAMES_SHOWN).map(({ name }) => name);
  return triggers.length > NAMES_SHOWN ? `${names.join(', ')} and more` : names.join(', ');
};
