/** What may follow a flag that any text may follow, as far as it can be listed: what the API takes there, for whoever presses Tab. */
import { FINAL, OPEN } from '../../functions/core/call.ts';
import { REASONS } from '../../functions/core/reason.ts';
import { REGISTRY_NAMES } from '../../functions/registries/index.ts';
import { STATE_WORDS, STATUS_GROUPS } from '../../functions/schema/request.ts';

interface FlagValues {
  readonly values: readonly { readonly value: string; readonly description: string }[];
  /** Several, with commas between them. */
  readonly several?: true;
}

const plain = (values: readonly string[]): FlagValues['values'] => values.map((value) => ({ value, description: '' }));

const VALUES: Readonly<Record<string, FlagValues>> = {
  '--registry': { values: plain(REGISTRY_NAMES) },
  '--status': {
    values: [...plain([...OPEN, ...FINAL]), ...Object.entries(STATUS_GROUPS).map(([value, of]) => ({ value, description: of.join(', ') }))],
    several: true,
  },
  '--state': { values: plain(STATE_WORDS), several: true },
  '--reason': { values: Object.entries(REASONS).map(([value, { en }]) => ({ value, description: en.sentence })), several: true },
  '--credential': { values: plain(['header', 'hmac']) },
  '--access': { values: plain(['public', 'ecr', 'none']) },
};

/** Those for what was typed so far: of several, the last one is completed. */
export const flagValues = (flag: string, typed: string): FlagValues['values'] => {
  const { values = [], several } = VALUES[flag] ?? {};
  const before = several === true ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
  return values.map(({ value, description }) => ({ value: `${before}${value}`, description }));
};
