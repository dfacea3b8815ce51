/** Findings as text: a line each, what was missed with its cause, and a table for README. */
import type { Figure } from './figure.ts';
import { type Finding, type Found, type Goal, isMet } from './row.ts';

/** Three digits that count; whole numbers from a hundred on. */
const digits = (value: number): string =>
  Math.abs(value) >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));

const spread = ({ median, low, high, runs }: Figure): string => (runs === 1 ? digits(median) : `${digits(median)} (${digits(low)}–${digits(high)})`);

const goalText = ({ of, is, value, stretch }: Goal, unit: string): string =>
  `${is === 'at least' ? '≥' : '≤'} ${digits(value)}${of === 'ratio' ? 'x' : ` ${unit}`}${stretch === undefined ? '' : ` (stretch ${digits(stretch)})`}`;

export const verdict = (finding: Finding): 'met' | 'missed' | '' => {
  const met = isMet(finding);
  return met === undefined ? '' : met ? 'met' : 'missed';
};

export const linesOf = (finding: Finding): readonly string[] => {
  const { what, unit, ours, theirs, ratio, goal, cause, notes = [] } = finding;
  const said = verdict(finding);
  const figures = [
    `ours ${spread(ours)} ${unit}`,
    ...(theirs === undefined ? [] : [`theirs ${spread(theirs)} ${unit}`]),
    ...(ratio === undefined ? [] : [`${spread(ratio)}x`]),
    ...(goal === undefined ? [] : [`goal ${goalText(goal, unit)}: ${said.toUpperCase()}`]),
  ];
  return [
    `  ${what}`,
    `    ${figures.join('   ')}`,
    ...(said === 'missed' && cause !== undefined ? [`    because ${cause}`] : []),
    ...notes.map((note) => `    ${note}`),
  ];
};

export const markdown = (rows: Readonly<Record<string, Found>>): string =>
  [
    '| what | ours | theirs | ratio | goal | |',
    '|---|---|---|---|---|---|',
    ...Object.values(rows).flatMap((found) =>
      found.is === 'skipped'
        ? []
        : found.findings.map((finding) => {
            const { what, unit, ours, theirs, ratio, goal } = finding;
            const cells = [what, `${spread(ours)} ${unit}`, theirs === undefined ? '' : spread(theirs), ratio === undefined ? '' : `${spread(ratio)}x`];
            return `| ${[...cells, goal === undefined ? '' : goalText(goal, unit), verdict(finding)].join(' | ')} |`;
          }),
    ),
  ].join('\n');
