/**
 * Expressions over tags: RE2 syntax, linear time. The only importer of `re2js` (150 kB), so that it is loaded only when
 * a rule needs it.
 *
 * Linear is not yet small: `a{1000}` is 1,000 instructions, `(a?){500}` fifty times over takes seconds. So an expression is
 * refused by its length, then by the size it would unfold to, before the engine sees it. With both limits the worst known
 * expressions take some milliseconds on a tag of 128 characters (measured in the tests).
 */
import { RE2JS, RE2JSException } from 're2js';
import { unfoldedSize, unsupported } from './expression-syntax.ts';
import { type Parsed, parsed, refused } from './parsed.ts';
import type { ExpressionEngine } from './rule.ts';
import { shown } from './shown.ts';

const MAX_LENGTH = 512;
const MAX_SIZE = 1_000;
/** Compiled expressions that are kept while the process lives. */
const MAX_KEPT = 200;

type TagMatch = (tag: string) => boolean;

export const makeExpressionEngine = (): ExpressionEngine => {
  const kept = new Map<string, Parsed<TagMatch>>();
  return {
    compile: (expression) => {
      const known = kept.get(expression);
      if (known !== undefined) return known;
      const made = compile(expression);
      if (kept.size >= MAX_KEPT) kept.clear();
      kept.set(expression, made);
      return made;
    },
  };
};

const compile = (expression: string): Parsed<TagMatch> => {
  if (expression === '') return refused('the expression is empty and would match no tag: write .* for every tag');
  if (expression.length > MAX_LENGTH)
    return refused(
      `the expression ${shown(expression)} has ${expression.length} characters: at most ${MAX_LENGTH} are allowed; split it over several triggers`,
    );
  const size = unfoldedSize(expression);
  if (size > MAX_SIZE)
    return refused(
      `the expression ${shown(expression)} unfolds to ${size} steps: at most ${MAX_SIZE} are allowed; lower its counts, since a tag has at most 128 characters`,
    );
  try {
    const pattern = RE2JS.compile(expression);
    return parsed((tag) => pattern.testExact(tag));
  } catch (error) {
    return refused(explain(expression, error));
  }
};

const explain = (expression: string, error: unknown): string => {
  const missing = unsupported(expression);
  if (missing !== undefined)
    return `the expression ${shown(expression)} uses ${missing}, which linear-time matching (RE2 syntax) does not have: rewrite it without; what must not match goes to "except"`;
  const cause = error instanceof RE2JSException ? error.message.replace(/^error parsing regexp: /, '') : 'it cannot be compiled';
  return `the expression ${shown(expression)} is not valid: ${cause.slice(0, 120)}; write RE2 syntax, as in release-v.*`;
};
