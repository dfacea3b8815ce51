/** What can be said of an expression without an engine: the size it unfolds to, and which construct RE2 does not have. One pass each. */
const LOOK_AROUND: readonly (readonly [string, string])[] = [
  ['(?=', 'a look-ahead (?=…)'],
  ['(?!', 'a negative look-ahead (?!…)'],
  ['(?<=', 'a look-behind (?<=…)'],
  ['(?<!', 'a negative look-behind (?<!…)'],
  ['(?P=', 'a back-reference (?P=…)'],
  ['(?>', 'an atomic group (?>…)'],
];

/** The construct that other engines have and RE2 has not; asked only of an expression that did not compile. */
export const unsupported = (expression: string): string | undefined => {
  for (const { text, at } of pieces(expression)) {
    if (/^\\[1-9]/.test(text)) return `a back-reference ${text}`;
    if (text === '\\k') return 'a back-reference \\k<…>';
    const found = text === '(' ? LOOK_AROUND.find(([start]) => expression.startsWith(start, at)) : undefined;
    if (found !== undefined) return found[1];
    if (/^[*+?}]$/.test(text) && expression[at + 1] === '+') return `a possessive quantifier ${text}+`;
  }
  return undefined;
};

/** About how many single steps an expression has once its counted repetitions are written out; what exceeds it (a star of a star) is a part, never a multiple. */
export const unfoldedSize = (expression: string): number => {
  const outer: number[] = [];
  let sum = 0;
  let last = 0;
  for (const { text, at } of pieces(expression)) {
    if (text === '(') {
      outer.push(sum);
      sum = 0;
      last = 0;
    } else if (text === ')') {
      last = sum + 2;
      sum = (outer.pop() ?? 0) + last;
    } else if (text === '{') {
      const count = /^\{(\d{1,6})(,?)(\d{0,6})\}/.exec(expression.slice(at, at + 16));
      const times = count === null ? 1 : Math.max(Number(count[1]), Number(count[3]));
      // An optional step is a step and a branch.
      const weight = count?.[2] === ',' ? 2 : 1;
      sum += last * (times * weight - 1);
      last *= times * weight;
    } else {
      last = 1;
      sum += 1;
    }
  }
  return outer.reduce((all, part) => all + part, sum);
};

/** An expression cut into escapes, classes and single characters. Quoted text (`\Q…\E`) comes as single characters that mean themselves. */
const pieces = function* (expression: string): Generator<{ readonly text: string; readonly at: number }> {
  let at = 0;
  while (at < expression.length) {
    if (expression.startsWith('\\Q', at)) {
      const end = expression.indexOf('\\E', at + 2);
      const stop = end === -1 ? expression.length : end;
      for (let i = at + 2; i < stop; i += 1) yield { text: 'q', at: i };
      at = stop + 2;
    } else {
      const text = pieceAt(expression, at);
      yield { text, at };
      at += text.length;
    }
  }
};

const pieceAt = (expression: string, at: number): string => {
  const char = expression[at] ?? '';
  if (char === '\\') return /^\\p\{\^?\w{0,40}\}/i.exec(expression.slice(at, at + 45))?.[0] ?? expression.slice(at, at + 2);
  if (char !== '[') return char;
  // A `]` that comes first (also after `^`) belongs to the class.
  let end = at + (expression[at + 1] === '^' ? 2 : 1);
  if (expression[end] === ']') end += 1;
  while (end < expression.length && expression[end] !== ']')
    end += expression[end] === '\\' ? 2 : expression.startsWith('[:', end) ? classNameLength(expression, end) : 1;
  return expression.slice(at, end + 1);
};

const classNameLength = (expression: string, at: number): number => {
  const end = expression.indexOf(':]', at + 2);
  return end === -1 ? 1 : end + 2 - at;
};
