import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decide } from '../../functions/core/decide.ts';
import { loadEngines } from '../../functions/core/decide-all.ts';
import type { TriggerDefinition } from '../../functions/core/definitions.ts';
import { REASONS } from '../../functions/core/reason.ts';
import { isReasonCode, REASON_STATUS } from '../../functions/core/reason-code.ts';
import type { Rule } from '../../functions/core/rule.ts';

const trigger = (rule: Rule, more: Partial<TriggerDefinition> = {}): TriggerDefinition => ({
  ...{ name: 't', hook: 'h', repository: 'example.com/shop/web', rule, application: 'web', enabled: true, createdAt: 0, updatedAt: 0 },
  ...more,
});
const push = { hook: 'h', tag: 'release-v1' };

describe('decide', () => {
  const never: Rule = { mode: 'tags', tags: ['other'] };
  test.each<[string, TriggerDefinition, string, RegExp]>([
    ['another hook comes first', trigger(never, { hook: 'x', enabled: false }), 'other-hook', /through the hook "h", this trigger hears "x"/],
    ['then disabled', trigger(never, { enabled: false }), 'trigger-disabled', /disabled/],
    ['then the rule', trigger({ ...never, except: 'release.*' }), 'rule-not-matched', /the tag "release-v1" is none of "other"/],
    ['then the exception', trigger({ mode: 'all', except: 'release.*' }), 'excluded', /"release-v1" matches the exception "release\.\*"/],
    ['an expression', trigger({ mode: 'expression', expression: 'v.*' }), 'rule-not-matched', /whole tag "release-v1" does not match the expression "v\.\*"/],
    ['a range', trigger({ mode: 'semver', range: '^1' }), 'not-a-version', /"release-v1" is not a version/],
    [
      'many tags',
      trigger({ mode: 'tags', tags: Array.from({ length: 100 }, (_, i) => `v${i}`) }),
      'rule-not-matched',
      /"v0", "v1", "v2", "v3", "v4" and 95 more/,
    ],
  ])('%s', async (_name, one, reason, detail) => {
    const decision = decide(one, push, await loadEngines([one.rule]));
    // Beside the sentence of the reason it says more.
    if (!decision.fires) expect(REASONS[decision.reason].en.sentence.toLowerCase()).not.toContain(decision.detail);
    expect(decision).toEqual({ fires: false, reason, detail: expect.stringMatching(detail) });
    expect(isReasonCode(reason) && REASON_STATUS[reason]).toBe('untriggered');
  });

  it('fires', async () => {
    const rule: Rule = { mode: 'expression', expression: 'release-v.*', except: '.*-rc' };
    expect(decide(trigger(rule), push, await loadEngines([rule]))).toEqual({ fires: true });
  });

  it('takes a stored rule that does not compile for one that does not match, and says why', async () => {
    for (const rule of [
      { mode: 'expression', expression: '(?!x)a' },
      { mode: 'all', except: '(' },
      { mode: 'semver', range: 'nonsense' },
    ] as const)
      expect(decide(trigger(rule), push, await loadEngines([rule]))).toEqual({
        fires: false,
        reason: 'rule-not-matched',
        detail: expect.stringMatching(/look-ahead|not valid|not a version range/),
      });
  });

  it('never throws, and says nothing long', async () => {
    const engines = await loadEngines([
      { mode: 'expression', expression: 'a' },
      { mode: 'semver', range: '1' },
    ]);
    const text = fc.string({ maxLength: 600 });
    const rule: fc.Arbitrary<Rule> = fc.oneof(
      fc.record({ mode: fc.constant('expression' as const), expression: text }),
      fc.record({ mode: fc.constant('tags' as const), tags: fc.array(text, { maxLength: 5 }) }),
      fc.record({ mode: fc.constant('semver' as const), range: text, prereleases: fc.boolean() }),
      fc.record({ mode: fc.constant('all' as const), except: text }),
    );
    fc.assert(
      fc.property(rule, fc.string({ maxLength: 200 }), (one, tag) => {
        const decision = decide(trigger(one), { hook: 'h', tag }, engines);
        if (!decision.fires) expect(decision.detail.length).toBeLessThan(1_500);
      }),
    );
  });
});
