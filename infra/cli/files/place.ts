/** Where in a file something stands, and what is wrong there. */
import { CliError } from '../io.ts';

export interface Place {
  readonly file: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

export interface FileProblem {
  readonly place: Place;
  readonly why: string;
}

export const placeText = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

/** More would hide the first ones. */
const MOST = 30;

/** All of them at once, in the form that editors and terminals make a link of. */
export const refuseFiles = (problems: readonly FileProblem[]): void => {
  if (problems.length === 0) return;
  const lines = problems.slice(0, MOST).map(({ place, why }) => `${placeText(place)}: ${why}`);
  const more = problems.length > MOST ? [`and ${problems.length - MOST} more`] : [];
  const [only = ''] = lines;
  throw new CliError(lines.length === 1 ? only : ['the files cannot be used:', ...lines, ...more].join('\n  '), 2);
};
