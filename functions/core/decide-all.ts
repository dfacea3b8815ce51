/** Decides all triggers of a push, loading an engine only when one of their rules needs it. */
import { type Decision, decide } from './decide.ts';
import type { TriggerDefinition } from './definitions.ts';
import type { Push } from './push.ts';
import { type Engines, type ExpressionEngine, expressionsOf, needsEngines, type Rule } from './rule.ts';

export interface Decided {
  readonly trigger: TriggerDefinition;
  readonly decision: Decision;
}

let expression: ExpressionEngine | undefined;
let version: Engines['version'];

/** Engines are kept with the process, and with them what they compiled. */
export const loadEngines = async (rules: readonly Rule[]): Promise<Engines> => {
  const needs = needsEngines(rules);
  if (needs.expression) expression ??= (await import('./expression.ts')).makeExpressionEngine();
  if (needs.version) version ??= (await import('./version.ts')).makeVersionEngine();
  return { ...(expression === undefined ? {} : { expression: expression.together(expressionsOf(rules)) }), ...(version === undefined ? {} : { version }) };
};

export const decideAll = async (triggers: readonly TriggerDefinition[], push: Pick<Push, 'hook' | 'tag'>): Promise<readonly Decided[]> => {
  // What is not heard is decided without its rule.
  const engines = await loadEngines(triggers.flatMap(({ hook, enabled, rule }) => (hook === push.hook && enabled ? [rule] : [])));
  return triggers.map((trigger) => ({ trigger, decision: decide(trigger, push, engines) }));
};
