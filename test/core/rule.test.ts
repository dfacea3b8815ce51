import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { makeExpressionEngine } from '../../functions/core/expression.ts';
import { unfoldedSize } from '../../functions/core/expression-syntax.ts';
import { checkRule, compileRule, needsEngines, type Rule } from '../../functions/core/rule.ts';
import { makeVersionEngine } from '../../functions/core/version.ts';
import { EVIL_EXPRESSIONS, EVIL_TAGS } from './evil-expressions.ts';

const engines = { expression: makeExpressionEngine(), version: makeVersionEngine() };
const expression = (text: string): Rule => ({ mode: 'expression', expression: text });
/** `fires`, or the reason. */
const outcome = (rule: Rule, tag: string): string => {
  const compiled = compileRule(rule, engines);
  if (!compiled.ok) return compiled.why;
  const decision = compiled.value(tag);
  return decision.fires ? 'fires' : decision.reason;
};
const whyNot = (rule: Rule): string => {
  const checked = checkRule(rule, engines);
  return checked.ok ? 'fine' : checked.why;
};

describe('expressions match the whole tag', () => {
  test.each([
    ['release-v.*', 'release-v1', true],
    ['release-v.*', 'release-v', true],
    ['release-v.*', 'my-release-v1', false],
    ['release-v.*', 'Release-v1', false],
    ['*', 'anything', true],
    ['.*', '_', true],
    ['v1', 'v1', true],
    ['v1', 'v1.0', false],
    ['^v1$', 'v1', true],
    ['a|ab', 'ab', true],
    ['v\\d+\\.\\d+', 'v1.20', true],
    ['v\\d+\\.\\d+', 'v1.20-rc', false],
    ['(?i)RELEASE', 'release', true],
    ['release-(?<imageTag>\\w*)', 'release-x', true],
    ['release-(?P<imageTag>\\w*)', 'release-x', true],
    ['\\Qv1.0', 'v1.0', true],
    ['\\Qv1.0', 'v1x0', false],
    ['[[:alpha:]]+', 'abc', true],
    ['[a-f0-9]{40}', 'a'.repeat(40), true],
    ['.{1,128}', 'a'.repeat(128), true],
    ['(?:.*)', 'a', true],
  ])('%s on %s: %s', (text, tag, matches) => expect(outcome(expression(text), tag)).toBe(matches ? 'fires' : 'rule-not-matched'));
});

describe('expressions that are refused', () => {
  test.each([
    ['(?=v)v1', 'a look-ahead (?=…)'],
    ['(?!latest).*', 'a negative look-ahead (?!…)'],
    ['v(?<=v)1', 'a look-behind (?<=…)'],
    ['.*(?<!-rc)', 'a negative look-behind (?<!…)'],
    ['(a)\\1', 'a back-reference \\1'],
    ['(?<n>a)\\k<n>', 'a back-reference \\k<…>'],
    ['(?P<n>a)(?P=n)', 'a back-reference (?P=…)'],
    ['(?>a)b', 'an atomic group (?>…)'],
    ['a++', 'a possessive quantifier ++'],
    ['a{2}+', 'a possessive quantifier }+'],
  ])('%s names %s', (text, construct) => {
    expect(whyNot(expression(text))).toContain(`uses ${construct}`);
    expect(whyNot(expression(text))).toContain('"except"');
  });
  test.each([
    ['', 'the expression is empty'],
    ['+', 'missing argument to repetition'],
    ['v1)|(v2', 'unexpected )'],
    ['[a', 'missing closing ]'],
    ['a\\', 'trailing backslash'],
    ['(?z)', 'is not valid'],
    ['[(?=)]\\\\1(', 'missing closing )'],
    ['x'.repeat(513), 'has 513 characters: at most 512'],
    ['(?:a{1000}){1000}', 'unfolds to'],
    ['a{1000}'.repeat(73), 'unfolds to'],
    ['(a?){500}'.repeat(50), 'unfolds to'],
    [`(?:${'a'.repeat(490)}){1000}`, 'unfolds to'],
    ['((((a{9}){9}){9}){9}){9}', 'unfolds to'],
  ])('%s: %s', (text, why) => expect(whyNot(expression(text))).toContain(why));

  it('in "except" too, and the field is named', () => {
    expect(whyNot({ mode: 'all', except: '(?!a)b' })).toMatch(/^"except": .*negative look-ahead/);
    expect(whyNot({ mode: 'all', except: '' })).toMatch(/^"except": .*empty/);
  });
});

describe('evil expressions cost at most 50 ms on 128 characters, compiling included', () => {
  test.each(EVIL_EXPRESSIONS)('%s', (text) => {
    const times = [1, 2, 3].map(() => {
      const fresh = { expression: makeExpressionEngine() };
      const started = performance.now();
      const compiled = compileRule(expression(text), fresh);
      if (compiled.ok) compiled.value(EVIL_TAGS[0]);
      const first = performance.now() - started;
      if (compiled.ok) for (const tag of EVIL_TAGS) compiled.value(tag);
      return first;
    });
    // The quickest of three: the machine is shared, and what never ends is never quick.
    expect(Math.min(...times)).toBeLessThan(50);
  });
});

const ALPHABET = ['a', 'b', '1', '-', '_', '.'] as const;
const tag = fc.array(fc.constantFrom(...ALPHABET), { minLength: 1, maxLength: 8 }).map((chars) => chars.join(''));

const oracleContext = createContext({});
/** What V8 says of the whole tag; undefined where it backtracks for longer than anybody waits. */
const naive = (pattern: string, one: string): boolean | undefined => {
  try {
    return runInContext(`new RegExp(${JSON.stringify(`^(?:${pattern})$`)}).test(${JSON.stringify(one)})`, oracleContext, { timeout: 50 }) === true;
  } catch {
    return undefined;
  }
};

/** Patterns that mean the same to V8 and to RE2, so that V8 is the naive oracle. */
const { pattern } = fc.letrec<{ pattern: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', '1', '-', '_', '\\.', '.', '[ab]', '[^a]', '\\d', '\\w', '[a-b1]', '[^\\w]', '[-.]'),
    tie('pattern').map((inner) => `(?:${inner})`),
    tie('pattern').map((inner) => `(${inner})`),
  ),
  pattern: fc
    .array(
      fc.tuple(
        tie('atom').map((atom) => (atom.length === 1 || /^(\\.|\[.*\]|\(.*\))$/s.test(atom) ? atom : `(?:${atom})`)),
        fc.constantFrom('', '', '', '*', '+', '?', '*?', '{2}', '{1,3}', '{0,2}', '{2,}', '|'),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((pieces) => pieces.map(([atom, after]) => `${atom}${after}`).join('')),
}));

describe('properties', () => {
  it('an expression matches what a naive engine matches', () => {
    let matched = 0;
    fc.assert(
      fc.property(pattern, fc.array(tag, { minLength: 5, maxLength: 5 }), (text, tags) => {
        fc.pre(unfoldedSize(text) <= 1_000 && text.length <= 512);
        for (const one of tags) {
          const expected = naive(text, one);
          fc.pre(expected !== undefined);
          if (expected) matched += 1;
          expect([text, one, outcome(expression(text), one)]).toEqual([text, one, expected ? 'fires' : 'rule-not-matched']);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(matched).toBeGreaterThan(100);
  });

  it('many expressions asked together answer as each does alone, also those that are refused', () => {
    let [matched, refusals] = [0, 0];
    const bad = fc.constantFrom('', '(', 'a{1000}{1000}', '(?!a)b', 'x'.repeat(513), '(.*a){100}', '(a?){900}');
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 6, arbitrary: pattern }, bad), { maxLength: 30 }), fc.array(tag, { maxLength: 5 }), (texts, tags) => {
        const [alone, engine] = [makeExpressionEngine(), makeExpressionEngine()];
        const asked = [...texts, ...texts.slice(0, 2)];
        for (let time = 0; time < 2; time += 1) {
          const together = engine.together(asked);
          for (const text of [...asked, 'not-among-them']) {
            const [one, same] = [alone.compile(text), together.compile(text)];
            if (!one.ok || !same.ok) {
              expect(same).toEqual(one);
              refusals += 1;
              continue;
            }
            for (const each of tags) {
              const [expected, got] = [one.value(each), same.value(each)];
              if (expected) matched += 1;
              expect([text, each, got]).toEqual([text, each, expected]);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(Math.min(matched, refusals)).toBeGreaterThan(100);
  });

  it('evil ones together are no worse than one by one', () => {
    const started = performance.now();
    const together = makeExpressionEngine().together(EVIL_EXPRESSIONS);
    const alone = makeExpressionEngine();
    for (const text of EVIL_EXPRESSIONS)
      for (const one of EVIL_TAGS) {
        const [expected, got] = [alone.compile(text), together.compile(text)];
        expect([text, one, got.ok && got.value(one)]).toEqual([text, one, expected.ok && expected.value(one)]);
      }
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('what an exception matches does not fire, and nothing else changes', () => {
    fc.assert(
      fc.property(tag, fc.constantFrom('a.*', '.*1', '-', '*', '[ab]+'), fc.constantFrom('.*', 'a.*', '1+'), (one, except, text) => {
        const without = outcome(expression(text), one);
        const excepted = outcome(expression(except), one) === 'fires';
        expect(outcome({ mode: 'expression', expression: text, except }, one)).toBe(without === 'fires' && excepted ? 'excluded' : without);
        expect(outcome({ mode: 'all', except }, one)).toBe(excepted ? 'excluded' : 'fires');
      }),
    );
  });

  it('a list of tags is exactly that', () => {
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1, maxLength: 10 }), tag, (tags, one) => {
        expect(outcome({ mode: 'tags', tags }, one) === 'fires').toBe(tags.some((other) => other === one));
        expect(outcome({ mode: 'tags', tags }, tags[0] ?? '')).toBe('fires');
      }),
    );
  });

  it('a range over releases is a comparison of numbers', () => {
    const version = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3));
    const text = (numbers: readonly number[]) => numbers.join('.');
    const below = (a: readonly number[], b: readonly number[]) => {
      const at = a.findIndex((value, i) => value !== b[i]);
      return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0);
    };
    fc.assert(
      fc.property(version, version, version, fc.constantFrom('', 'v'), (low, high, one, prefix) => {
        const inside = !below(one, low) && below(one, high);
        expect(outcome({ mode: 'semver', range: `>=${text(low)} <${text(high)}` }, `${prefix}${text(one)}`)).toBe(inside ? 'fires' : 'rule-not-matched');
        const [major, minor] = low;
        const caret = !below(one, low) && below(one, major > 0 ? [major + 1, 0, 0] : minor > 0 ? [0, minor + 1, 0] : [0, 0, low[2] + 1]);
        expect(outcome({ mode: 'semver', range: `^${text(low)}` }, text(one))).toBe(caret ? 'fires' : 'rule-not-matched');
      }),
    );
  });
});

describe('tags', () => {
  test.each([
    [['v1'], 'v1', 'fires'],
    [['v1'], 'V1', 'rule-not-matched'],
    [['v1', 'latest'], 'latest', 'fires'],
    [['v1.*'], 'v1.2', 'rule-not-matched'],
  ])('%j on %s: %s', (tags, one, expected) => expect(outcome({ mode: 'tags', tags }, one)).toBe(expected));
  it('are one to a hundred, each a tag', () => {
    const many = Array.from({ length: 100 }, (_, i) => `v${i}`);
    expect(whyNot({ mode: 'tags', tags: many })).toBe('fine');
    expect(whyNot({ mode: 'tags', tags: [...many, 'v100'] })).toContain('has 101 tags and 1 to 100 are allowed');
    expect(whyNot({ mode: 'tags', tags: [] })).toContain('has 0 tags');
    expect(whyNot({ mode: 'tags', tags: ['ok', 'a b'] })).toContain('"a b" is not a tag');
    expect(whyNot({ mode: 'tags', tags: ['a'.repeat(129)] })).toContain('is not a tag');
    expect(whyNot({ mode: 'tags', tags: ['v1.*'] })).toContain('mode "expression"');
  });
});

describe('version ranges', () => {
  test.each([
    ['^1.2', undefined, '1.4.2', 'fires'],
    ['^1.2', undefined, 'v1.4.2', 'fires'],
    ['^1.2', undefined, '2.0.0', 'rule-not-matched'],
    ['^1.2', undefined, 'latest', 'not-a-version'],
    ['^1.2', undefined, '1.4', 'not-a-version'],
    ['^1.2', undefined, '20240131', 'not-a-version'],
    ['^1.2', undefined, 'vv1.4.2', 'not-a-version'],
    ['^1.2', undefined, '1.4.2.1', 'not-a-version'],
    ['^1.2', undefined, '01.4.2', 'not-a-version'],
    ['^1.2', undefined, `1.4.${'9'.repeat(20)}`, 'not-a-version'],
    ['^1.2', undefined, '1.4.2-rc.1', 'pre-release'],
    ['^1.2', false, '1.4.2-rc.1', 'pre-release'],
    ['^1.2', true, '1.4.2-rc.1', 'fires'],
    ['^1.2', undefined, '3.0.0-rc.1', 'rule-not-matched'],
    ['>=2.0.0-rc.1', undefined, '2.0.0-rc.2', 'fires'],
    ['>=2.0.0-rc.1', undefined, '2.0.1-rc.1', 'pre-release'],
    ['*', undefined, '0.0.1', 'fires'],
    ['1.x || >=2.5.0', undefined, 'v2.6.0', 'fires'],
    ['1.2 - 1.5', undefined, '1.5.9', 'fires'],
  ])('%s (pre-releases %s) on %s: %s', (range, prereleases, one, expected) =>
    expect(outcome({ mode: 'semver', range, ...(prereleases === undefined ? {} : { prereleases }) }, one)).toBe(expected),
  );
  test.each([
    ['', 'has no characters'],
    ['  ', 'has no characters'],
    ['latest', 'is not a version range'],
    ['>=1.2.3.4', 'is not a version range'],
    ['1'.repeat(257), 'has 257 characters'],
    [`${'>=1 '.repeat(64)}x!`, 'characters'],
  ])('refuses %j', (range, why) => expect(whyNot({ mode: 'semver', range })).toContain(why));
});

it('asks only for the engines that are needed', () => {
  expect(needsEngines([])).toEqual({ expression: false, version: false });
  expect(needsEngines([{ mode: 'all' }, { mode: 'tags', tags: ['a'] }, expression('*'), { mode: 'all', except: '*' }])).toEqual({
    expression: false,
    version: false,
  });
  expect(needsEngines([{ mode: 'all', except: 'a.*' }])).toEqual({ expression: true, version: false });
  expect(needsEngines([expression('a'), { mode: 'semver', range: '1' }])).toEqual({ expression: true, version: true });
  expect(compileRule(expression('*'), {}).ok).toBe(true);
  expect(compileRule(expression('a'), {})).toMatchObject({ ok: false, why: expect.stringContaining('not loaded') });
  expect(compileRule({ mode: 'semver', range: '1' }, {})).toMatchObject({ ok: false, why: expect.stringContaining('not loaded') });
});

it('gives back the rule that it checked', () => {
  const rule: Rule = { mode: 'expression', expression: 'a.*', except: '.*-rc' };
  expect(checkRule(rule, engines)).toEqual({ ok: true, value: rule });
});

it('keeps what it compiled, and not without end', () => {
  const engine = makeExpressionEngine();
  const first = engine.compile('a0');
  expect(engine.compile('a0')).toBe(first);
  for (let i = 1; i <= 250; i += 1) engine.compile(`a${i}`);
  expect(engine.compile('a0')).not.toBe(first);
});
