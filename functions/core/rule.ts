/**
 * The condition of a trigger over the tag.
 *
 * The engines for expressions and version ranges come in as values: they are large, and most pushes need neither, so
 * `decide-all.ts` loads them only for rules that do. Nothing here imports them.
 */
import { isTag } from './image.ts';
import { type Parsed, parsed, refused } from './parsed.ts';
import type { ReasonCode } from './reason-code.ts';
import { shown } from './shown.ts';

export type Rule = (
  | { readonly mode: 'all' }
  /** The whole tag must match, RE2 syntax; a bare `*` means everything (the origin's own sample). */
  | { readonly mode: 'expression'; readonly expression: string }
  /** Exact and case-sensitive, 1 to 100 tags. */
  | { readonly mode: 'tags'; readonly tags: readonly string[] }
  /** npm range over the tag with an optional leading `v`; pre-releases only when asked for. */
  | { readonly mode: 'semver'; readonly range: string; readonly prereleases?: boolean }
) & {
  /** An expression over the whole tag; what it matches does not fire. */
  readonly except?: string;
};

export interface ExpressionEngine {
  /** A test of the whole tag. */
  compile(expression: string): Parsed<(tag: string) => boolean>;
  /** Gives the same tests, quicker where many of these expressions are asked of one tag. */
  together(expressions: readonly string[]): Pick<ExpressionEngine, 'compile'>;
}

export interface VersionEngine {
  compile(range: string, prereleases: boolean): Parsed<(tag: string) => 'inside' | 'outside' | 'not-a-version' | 'pre-release'>;
}

export interface Engines {
  readonly expression?: Pick<ExpressionEngine, 'compile'>;
  readonly version?: VersionEngine;
}

export type Decision = { readonly fires: true } | { readonly fires: false; readonly reason: ReasonCode; readonly detail: string };
type TagTest = (tag: string) => Decision;

const MAX_TAGS = 100;
const SHOWN_TAGS = 5;

/** A bare `*` is none. */
export const expressionsOf = (rules: readonly Rule[]): readonly string[] =>
  rules.flatMap((rule) => [rule.mode === 'expression' ? rule.expression : '*', rule.except ?? '*']).filter((expression) => expression !== '*');

/** Which engines some rules need. */
export const needsEngines = (rules: readonly Rule[]): { readonly expression: boolean; readonly version: boolean } => ({
  expression: expressionsOf(rules).length > 0,
  version: rules.some((rule) => rule.mode === 'semver'),
});

/** Whether a rule may be stored. The same rule comes back; `why` says what to write instead. */
export const checkRule = (rule: Rule, engines: Engines): Parsed<Rule> => {
  if (rule.mode === 'tags') {
    if (rule.tags.length === 0 || rule.tags.length > MAX_TAGS)
      return refused(`the rule has ${rule.tags.length} tags and 1 to ${MAX_TAGS} are allowed: use an expression for more`);
    const wrong = rule.tags.find((tag) => !isTag(tag));
    if (wrong !== undefined)
      return refused(
        `${shown(wrong)} is not a tag: write up to 128 of A-Z, a-z, 0-9, "_", "." and "-", not beginning with "." or "-"; for a pattern use mode "expression"`,
      );
  }
  const test = compileRule(rule, engines);
  return test.ok ? parsed(rule) : test;
};

/** A rule made runnable. It fails only for a rule that `checkRule` refuses, or when the engine that it needs was not given. */
export const compileRule = (rule: Rule, engines: Engines): Parsed<TagTest> => {
  const main = compileMode(rule, engines);
  if (!main.ok || rule.except === undefined) return main;
  const { except } = rule;
  const exception = compileExpression(except, engines);
  if (!exception.ok) return refused(`"except": ${exception.why}`);
  return parsed((tag) => {
    const decision = main.value(tag);
    return decision.fires && exception.value(tag) ? no('excluded', `the tag ${shown(tag, 128)} matches the exception ${shown(except)}`) : decision;
  });
};

const YES: Decision = { fires: true };
const no = (reason: ReasonCode, detail: string): Decision => ({ fires: false, reason, detail });

const compileMode = (rule: Rule, engines: Engines): Parsed<TagTest> => {
  switch (rule.mode) {
    case 'all':
      return parsed(() => YES);
    case 'tags':
      return parsed((tag) => (rule.tags.includes(tag) ? YES : no('rule-not-matched', `the tag ${shown(tag, 128)} is none of ${listed(rule.tags)}`)));
    case 'expression': {
      const test = compileExpression(rule.expression, engines);
      if (!test.ok) return test;
      return parsed((tag) =>
        test.value(tag) ? YES : no('rule-not-matched', `the whole tag ${shown(tag, 128)} does not match the expression ${shown(rule.expression)}`),
      );
    }
    case 'semver':
      return compileRange(rule.range, rule.prereleases === true, engines);
  }
};

const compileExpression = (expression: string, { expression: engine }: Engines): Parsed<(tag: string) => boolean> => {
  if (expression === '*') return parsed(() => true);
  return engine === undefined ? refused('the engine for expressions was not loaded') : engine.compile(expression);
};

const compileRange = (range: string, prereleases: boolean, { version: engine }: Engines): Parsed<TagTest> => {
  if (engine === undefined) return refused('the engine for version ranges was not loaded');
  const test = engine.compile(range, prereleases);
  if (!test.ok) return test;
  return parsed((tag) => {
    const place = test.value(tag);
    if (place === 'inside') return YES;
    if (place === 'not-a-version') return no('not-a-version', `the tag ${shown(tag, 128)} is not a version such as 1.4.2 or v1.4.2`);
    if (place === 'pre-release')
      return no('pre-release', `the version ${shown(tag, 128)} is a pre-release in the range ${shown(range)}, which takes releases only`);
    return no('rule-not-matched', `the version ${shown(tag, 128)} is outside the range ${shown(range)}`);
  });
};

const listed = (tags: readonly string[]): string => {
  const first = tags.slice(0, SHOWN_TAGS).map((tag) => shown(tag, 40));
  return tags.length > SHOWN_TAGS ? `${first.join(', ')} and ${tags.length - SHOWN_TAGS} more` : first.join(', ');
};
