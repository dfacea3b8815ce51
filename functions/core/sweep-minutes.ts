/** How often the registry of a hook is looked at for pushes that nobody told; 0: never. */
import type { HookDefinition } from './definitions.ts';

export const DEFAULT_SWEEP_MINUTES = 10;

type Swept = Pick<HookDefinition, 'access' | 'enabled' | 'sweepMinutes'>;

export const sweepMinutes = ({ access, enabled, sweepMinutes: given }: Swept): number =>
  access === undefined || !enabled ? 0 : (given ?? DEFAULT_SWEEP_MINUTES);

/** Who pauses a hook wants nothing of what is pushed meanwhile, so after a pause the looks begin anew. */
export const sweptAgain = <T extends Swept>(next: T, before: Swept, now: number): T =>
  sweepMinutes(before) === 0 && sweepMinutes(next) > 0 ? { ...next, sweptSince: now } : next;
