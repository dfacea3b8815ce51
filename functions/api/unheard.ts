/** Why no trigger hears a repository, and which one is near: for a push that came and for one that is asked about. */
import type { TriggerDefinition } from '../core/definitions.ts';
import { type Near, nearest } from './nearest.ts';
import type { ApiPorts } from './ports.ts';

export interface Unheard {
  readonly nearest: readonly Near[];
  readonly hint: string;
  /** Requests that are a way on. */
  readonly next: readonly string[];
}

/** Triggers that are looked through for one request. */
const LOOKED_AT = 1_000;
const PAGE = 100;

export const unheard = (repository: string, triggers: readonly TriggerDefinition[]): Unheard => {
  const found = nearest(repository, triggers);
  return {
    nearest: found,
    hint: `no trigger names ${repository}: create one${found.length === 0 ? '' : ', or correct the repository of one that is near'}`,
    next: ['POST /v1/triggers'],
  };
};

/** Where triggers name it after all, and hear other hooks. */
export const unheardAt = (
  hook: string,
  repository: string,
  [first, ...more]: readonly [TriggerDefinition, ...TriggerDefinition[]],
): Omit<Unheard, 'nearest'> => ({
  hint: `the trigger ${first.name}${more.length === 0 ? '' : ` (and ${more.length} more)`} hears the hook ${first.hook}, and the push of ${repository} came through ${hook}: let it hear ${hook}`,
  next: [`PATCH /v1/triggers/${first.name}`],
});

/** By name; of very many the first thousand or so. */
export const everyTrigger = async (
  ports: { readonly triggers: Pick<ApiPorts['triggers'], 'list'> },
  where: { readonly hook?: string } = {},
): Promise<readonly TriggerDefinition[]> => {
  const all: TriggerDefinition[] = [];
  let cursor: string | undefined;
  do {
    const page = await ports.triggers.list({ where, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    if (!page.ok) throw new Error(page.why);
    all.push(...page.value.items);
    cursor = page.value.cursor;
  } while (cursor !== undefined && all.length < LOOKED_AT);
  return all;
};
