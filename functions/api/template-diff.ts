/** What changed between two versions of a template: a unified diff with three lines of context, as `diff -u` and git print it. */
import { FILE_HEADERS_ONLY, formatPatch, type StructuredPatchHunk, structuredPatch } from 'diff';

interface VersionText {
  readonly version: number;
  readonly text: string;
}

const CONTEXT = 3;
/** Lines removed and added; the time is their number times the lines of the text. Beyond it everything from the first change to the last is shown as changed. */
const MOST_CHANGES = 400;
const MOST_BYTES = 100_000;
const CUT = '\n\\ The rest is cut: the difference is larger than 100 kB\n';

/** Empty when the texts are equal; at most 100 kB. */
export const unifiedDiff = (from: VersionText, to: VersionText): string => {
  if (from.text === to.text) return '';
  const [fromName, toName] = [`template version ${from.version}`, `template version ${to.version}`];
  const { hunks } = structuredPatch(fromName, toName, from.text, to.text, undefined, undefined, { context: CONTEXT, maxEditLength: MOST_CHANGES }) ?? {
    hunks: [roughHunk(linesOf(from.text), linesOf(to.text))],
  };
  return cut(formatPatch({ oldFileName: fromName, newFileName: toName, oldHeader: undefined, newHeader: undefined, hunks }, FILE_HEADERS_ONLY));
};

/** With their line ends; the last may have none. */
const linesOf = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const roughHunk = (from: readonly string[], to: readonly string[]): StructuredPatchHunk => {
  const shorter = Math.min(from.length, to.length);
  let head = 0;
  while (head < shorter && from[head] === to[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && from.at(-1 - tail) === to.at(-1 - tail)) tail += 1;
  const first = Math.max(head - CONTEXT, 0);
  const after = Math.min(tail, CONTEXT);
  return {
    oldStart: first + 1,
    oldLines: from.length - tail + after - first,
    newStart: first + 1,
    newLines: to.length - tail + after - first,
    lines: [
      ...marked(' ', from.slice(first, head)),
      ...marked('-', from.slice(head, from.length - tail)),
      ...marked('+', to.slice(head, to.length - tail)),
      ...marked(' ', from.slice(from.length - tail, from.length - tail + after)),
    ],
  };
};

const marked = (mark: string, lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => (line.endsWith('\n') ? [`${mark}${line.slice(0, -1)}`] : [`${mark}${line}`, '\\ No newline at end of file']));

/** Cut between two letters, whatever their length in bytes. */
const cut = (text: string): string => {
  const room = new Uint8Array(MOST_BYTES - CUT.length);
  const { read } = new TextEncoder().encodeInto(text, room);
  return read === text.length || new TextEncoder().encode(text).length <= MOST_BYTES ? text : `${text.slice(0, read)}${CUT}`;
};
