/** A file of its own: engines stay with the process, and here none is loaded yet. */
import { describe, expect, it } from 'vitest';
import { decideAll } from '../../functions/core/decide-all.ts';
import type { TriggerDefinition } from '../../functions/core/definitions.ts';
import type { Rule } from '../../functions/core/rule.ts';

const trigger = (rule: Rule, more: Partial<TriggerDefinition> = {}): TriggerDefinition => ({
  ...{ name: 't', hook: 'h', repository: 'example.com/shop/web', rule, application: 'web', enabled: true, createdAt: 0, updatedAt: 0 },
  ...more,
});
const push = { hook: 'h', tag: 'release-v1' };

describe('decideAll', () => {
  it('decides every trigger on its own, in their order', async () => {
    const triggers = [
      trigger({ mode: 'all' }, { name: 'a' }),
      trigger({ mode: 'expression', expression: '(' }, { name: 'b' }),
      trigger({ mode: 'expression', expression: 'release.*' }, { name: 'c' }),
      trigger({ mode: 'all' }, { name: 'd', hook: 'x' }),
      trigger({ mode: 'semver', range: '*' }, { name: 'e' }),
    ];
    const decided = await decideAll(triggers, push);
    expect(decided.map(({ trigger: { name }, decision }) => `${name} ${decision.fires ? 'fires' : decision.reason}`)).toEqual([
      'a fires',
      'b rule-not-matched',
      'c fires',
      'd other-hook',
      'e not-a-version',
    ]);
  });
  it('knows of no trigger', async () => expect(await decideAll([], push)).toEqual([]));
});
