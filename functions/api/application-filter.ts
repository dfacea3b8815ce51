/** Which applications a list shows: some by their definition alone, some by their state, which is read only for those. */
import type { ApplicationDefinition } from '../core/definitions.ts';
import type { ApplicationsQuery, StateWord } from '../schema/request.ts';
import { healthOf } from './application-status.ts';
import type { ApiPorts } from './ports.ts';
import { refuse } from './request.ts';

type Asked = Pick<ApplicationsQuery, 'target' | 'state'>;

/** Undefined where all are asked for. Throws for a kind of target that there is not. */
export const applicationFilter = async (
  { target, state }: Asked,
  ports: Pick<ApiPorts, 'states' | 'targetProblems'>,
): Promise<((application: ApplicationDefinition) => Promise<boolean>) | undefined> => {
  if (target === undefined && state === undefined) return undefined;
  const unknown = target === undefined ? undefined : (await ports.targetProblems({ kind: target })).find(({ field }) => field.endsWith('kind'));
  if (unknown !== undefined) throw refuse('target', unknown.why);
  return async (application) => {
    if (target !== undefined && application.target.kind !== target) return false;
    if (state === undefined) return true;
    if (!application.enabled && state.includes('disabled')) return true;
    return state.some((word) => word !== 'disabled') && (await wordsFor(application, ports)).some((word) => state.includes(word));
  };
};

const wordsFor = async ({ name }: ApplicationDefinition, { states }: Pick<ApiPorts, 'states'>): Promise<readonly StateWord[]> => {
  const state = await states.get(name);
  if (state === undefined) return ['unknown'];
  const waiting = Object.values(state.open).some(({ held }) => held !== undefined);
  return [healthOf(state), ...(state.hold === undefined ? [] : ['held' as const]), ...(waiting ? ['waiting' as const] : [])];
};
