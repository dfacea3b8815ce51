/** Data on standard output: a table for people, JSON or YAML for programs, names for a loop of the shell. */
import Table from 'cli-table3';
import { Document, visit } from 'yaml';
import { type Fields, textOf } from '../../functions/core/fields.ts';
import { coloured } from './colour.ts';
import type { Io } from './io.ts';
import { type Head, headIn, type Lang, labelIn, type Pair } from './labels.ts';

/** For whom each is: people are shown what matters, a program the answer as it is, a loop of the shell what the next command takes. */
const READERS = { table: 'people', wide: 'people', json: 'program', yaml: 'program', name: 'shell' } as const;
export type Format = keyof typeof READERS;
export type Reader = (typeof READERS)[Format];

export const FORMATS = ['table', 'wide', 'json', 'yaml', 'name'] as const satisfies readonly Format[];

/** From the flag. */
export const formatOf = (output: unknown): Format => FORMATS.find((known) => known === output) ?? 'table';

export const readerOf = (format: Format): Reader => READERS[format];

export interface Column {
  readonly head: Head;
  readonly of: (item: Fields) => unknown;
  /** What goes first when a terminal is too narrow: the end, the beginning, or nothing (a value to be copied). */
  readonly cut: 'end' | 'start' | 'never';
  /** Only with `-o wide`. */
  readonly wide?: true;
}

export const column = (head: Head, of: string | Column['of'], cut: Column['cut'] = 'end'): Column => ({
  head,
  of: typeof of === 'string' ? (item) => item[of] : of,
  cut,
});

export const wideColumn = (head: Head, of: string | Column['of']): Column => ({ ...column(head, of, 'never'), wide: true });

/** What others wrote (tags, answers of targets) must not steer the terminal. */
const plain = (value: unknown): string =>
  textOf(value)
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();

/** Characters that steer a terminal and that neither format escapes by itself: C1 controls, and those that turn the direction of writing. */
const STEERING = /[\u007f-\u009f\p{Cf}]/gu;

const escaped = (text: string): string =>
  text.replace(STEERING, (char) => [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''));

/** A value whole, for a program. */
export const structured = (format: Format, value: unknown): string => {
  if (format !== 'yaml') return escaped(JSON.stringify(value, null, 2));
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    // Only between double quotes can they be escaped.
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && scalar.value.search(STEERING) >= 0) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return escaped(document.toString({ lineWidth: 0 })).trimEnd();
};

/** One value of several, for a program that has to know where each ends: JSON in lines, YAML in documents. */
export const streamed = (format: Format, value: unknown): string =>
  format === 'yaml' ? `---\n${structured(format, value)}\n` : `${escaped(JSON.stringify(value))}\n`;

/** Text for people as it stands, each line safe for a terminal. */
export const lines = (all: readonly string[]): string => all.map((line) => `${line.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')}\n`).join('');

const MIN_WIDTH = 10;
const GAP = 2;

/** On a terminal the widest columns give way until a row is one line; elsewhere, and with `wide`, nothing is cut. */
export const table = (all: readonly Column[], items: readonly Fields[], io: Io, format: Format = 'table', lang: Lang = 'en'): string => {
  const columns = all.filter(({ wide }) => wide === undefined || format === 'wide');
  const rows = items.map((item) => columns.map(({ of }) => plain(of(item))));
  const heads = columns.map(({ head }) => headIn(lang, head));
  const widths = heads.map((head, i) => Math.max(widthOf(head), ...rows.map((row) => widthOf(row[i] ?? ''))));
  const room = ((format === 'wide' ? undefined : io.columns) ?? Number.POSITIVE_INFINITY) - GAP * columns.length;
  for (let over = sum(widths) - room; over > 0; over = sum(widths) - room) {
    const widest = Math.max(...widths.filter((_, i) => columns[i]?.cut !== 'never'));
    if (widest <= MIN_WIDTH) break;
    const at = widths.findIndex((width, i) => width === widest && columns[i]?.cut !== 'never');
    widths[at] = widest - 1;
  }
  const shown = (cell: string, i: number): string => coloured(columns[i]?.head ?? '', shorten(cell, widths[i] ?? 0, columns[i]?.cut ?? 'end'), io);
  return borderless([heads, ...rows.map((row) => row.map(shown))]);
};

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

/** Without a name: another one of what stands above. */
export const details = (pairs: readonly Pair[], io: Io, lang: Lang = 'en'): string =>
  borderless(
    pairs.flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name === '' ? '' : `${labelIn(lang, name)}:`, coloured(name, plain(value), io)]],
    ),
  );

const borderless = (rows: readonly (readonly string[])[]): string => {
  const made = new Table({
    chars: Object.fromEntries(BORDERS.map((part) => [part, ''])),
    style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [], compact: true },
  });
  made.push(...rows.map((row) => [...row]));
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
};

const BORDERS = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
  'middle',
];

/** Columns that a text takes: characters of East Asia take two. */
const widthOf = (text: string): number =>
  [...text].reduce(
    (sum, char) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(char) ? 2 : 1),
    0,
  );

const shorten = (text: string, width: number, cut: Column['cut']): string => {
  if (widthOf(text) <= width) return text;
  const chars = cut === 'start' ? [...text].reverse() : [...text];
  const kept: string[] = [];
  for (const char of chars) {
    if (widthOf([...kept, char].join('')) > width - 1) break;
    kept.push(char);
  }
  return cut === 'start' ? `…${kept.reverse().join('')}` : `${kept.join('')}…`;
};
