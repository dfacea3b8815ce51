/** How often the registry of a hook is looked at for pushes that nobody told; 0: never. */
import type { HookDefinition } from './definitions.ts';

export const DEFAULT_SWEEP_MINUTES = 10;

export const sweepMinutes = ({ access, enabled, sweepMinutes: given }: Pick<HookDefinition, 'access' | 'enabled' | 'sweepMinutes'>): number =>
  access === undefined || !enabled ? 0 : (given ?? DEFAULT_SWEEP_MINUTES);
