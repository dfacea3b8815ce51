/** Whether a push fires a trigger, and if not, why: asked of every trigger of the repository on its own, and never throwing. */
import type { TriggerDefinition } from './definitions.ts';
import type { Push } from './push.ts';
import { compileRule, type Decision, type Engines } from './rule.ts';
import { shown } from './shown.ts';

export type { Decision } from './rule.ts';
export { needsEngines } from './rule.ts';

/** A stored rule that does not compile (any more) does not match; `detail` says why. */
export const decide = (trigger: Pick<TriggerDefinition, 'hook' | 'enabled' | 'rule'>, push: Pick<Push, 'hook' | 'tag'>, engines: Engines): Decision => {
  if (trigger.hook !== push.hook)
    return { fires: false, reason: 'other-hook', detail: `the push came through the hook ${shown(push.hook)}, this trigger hears ${shown(trigger.hook)}` };
  if (!trigger.enabled) return { fires: false, reason: 'trigger-disabled', detail: 'disabled at the time of this decision' };
  const test = compileRule(trigger.rule, engines);
  return test.ok ? test.value(push.tag) : { fires: false, reason: 'rule-not-matched', detail: test.why };
};
