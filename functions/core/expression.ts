/**
 * Expressions over tags: RE2 syntax, linear time. The only importer of `re2js` (150 kB), so that it is loaded only when
 * a rule needs it.
 *
 * Linear is not yet small: `a{1000}` is 1,000 instructions, `(a?){500}` fifty times over takes seconds. So an expression is
 * refused by its length, then by the size it would unfold to, before the engine sees it. With both limits the worst known
 * expressions take two milliseconds on a tag of 128 characters (`npm run bench -- --row expressions`).
 */
import { RE2JS, RE2JSException, RE2Set } from 're2js';
import { unfoldedSize, unsupported } from './expression-syntax.ts';
import { type Parsed, parsed, refused } from './parsed.ts';
import type { ExpressionEngine } from './rule.ts';
import { shown } from './shown.ts';

const MAX_LENGTH = 512;
const MAX_SIZE = 1_000;
/** Compiled expressions that are kept while the process lives. */
const MAX_KEPT = 200;
/** From so many on, one pass over the tag for all of them is quicker than a pass for each. */
const MANY = 4;
/** Steps of one expression, and of all together: larger ones fill the memory of the automaton again and again, and are quicker one by one. */
const MAX_SIZE_AMONG = 100;
const MAX_SIZE_TOGETHER = 4_000;
/** Of one automaton, and how many are kept: together a fraction of what match has. */
const AUTOMATON_BYTES = 4 * 1_048_576;
const MAX_AUTOMATA = 10;

type TagMatch = (tag: string) => boolean;

interface Automaton {
  readonly of: readonly string[];
  /** Those that it can test; what is refused, or too large beside the others, is not among them. */
  readonly tests: ReadonlyMap<string, Parsed<TagMatch>>;
}

export const makeExpressionEngine = (): ExpressionEngine => {
  const kept = new Map<string, Parsed<TagMatch>>();
  let automata: readonly Automaton[] = [];
  const compiled = (expression: string): Parsed<TagMatch> => {
    const known = kept.get(expression);
    if (known !== undefined) return known;
    const made = compile(expression);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(expression, made);
    return made;
  };
  return {
    compile: compiled,
    together: (expressions) => {
      if (expressions.length < MANY) return { compile: compiled };
      const known = automata.find((one) => one.of.length === expressions.length && one.of.every((expression, i) => expression === expressions[i]));
      const { tests } = known ?? { tests: testsTogether(expressions) };
      if (known === undefined) automata = [{ of: expressions, tests }, ...automata.slice(0, MAX_AUTOMATA - 1)];
      return { compile: (expression) => tests.get(expression) ?? compiled(expression) };
    },
  };
};

const testsTogether = (expressions: readonly string[]): Automaton['tests'] => {
  const set = new RE2Set(RE2Set.ANCHOR_BOTH, 0, AUTOMATON_BYTES);
  const tests = new Map<string, Parsed<TagMatch>>();
  let size = 0;
  let of: string | undefined;
  let matching: ReadonlySet<number> = new Set();
  const matched = (tag: string): ReadonlySet<number> => {
    if (tag !== of) matching = new Set(set.match(tag));
    of = tag;
    return matching;
  };
  for (const expression of new Set(expressions)) {
    const steps = outOfBounds(expression) === undefined ? unfoldedSize(expression) : Number.POSITIVE_INFINITY;
    if (steps > MAX_SIZE_AMONG || size + steps > MAX_SIZE_TOGETHER) continue;
    try {
      const place = set.add(expression);
      size += steps;
      tests.set(
        expression,
        parsed((tag) => matched(tag).has(place)),
      );
    } catch {
      // Compiled by itself it is refused with the reason.
    }
  }
  return tests;
};

const compile = (expression: string): Parsed<TagMatch> => {
  const problem = outOfBounds(expression);
  if (problem !== undefined) return refused(problem);
  try {
    const pattern = RE2JS.compile(expression);
    // `testExact` builds an automaton as it reads: quicker from the second tag on, up to ten times slower at the first, which is most often the only one.
    return parsed((tag) => pattern.matcher(tag).matches());
  } catch (error) {
    return refused(explain(expression, error));
  }
};

const outOfBounds = (expression: string): string | undefined => {
  if (expression === '') return 'the expression is empty and would match no tag: write .* for every tag';
  if (expression.length > MAX_LENGTH)
    return `the expression ${shown(expression)} has ${expression.length} characters: at most ${MAX_LENGTH} are allowed; split it over several triggers`;
  const size = unfoldedSize(expression);
  if (size > MAX_SIZE)
    return `the expression ${shown(expression)} unfolds to ${size} steps: at most ${MAX_SIZE} are allowed; lower its counts, since a tag has at most 128 characters`;
  return undefined;
};

const explain = (expression: string, error: unknown): string => {
  const missing = unsupported(expression);
  if (missing !== undefined)
    return `the expression ${shown(expression)} uses ${missing}, which linear-time matching (RE2 syntax) does not have: rewrite it without; what must not match goes to "except"`;
  const cause = error instanceof RE2JSException ? error.message.replace(/^error parsing regexp: /, '') : 'it cannot be compiled';
  return `the expression ${shown(expression)} is not valid: ${cause.slice(0, 120)}; write RE2 syntax, as in release-v.*`;
};
