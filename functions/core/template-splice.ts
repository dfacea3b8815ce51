/** Pieces of a template's source put in the place of others: everything outside of an edit stays byte for byte. */
import type { TextNode } from './template-text.ts';

export interface Edit {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

export const splice = (source: string, edits: readonly Edit[]): string => {
  const sorted = edits.toSorted((a, b) => a.at - b.at);
  return `${sorted.map(({ at, text }, index) => `${source.slice(sorted[index - 1]?.end ?? 0, at)}${text}`).join('')}${source.slice(sorted.at(-1)?.end ?? 0)}`;
};

/** The text from the `from`th letter of what it says (blanks around it cut off) becomes `text`; absent where it is written over several lines. */
export const tailEdit = (source: string, node: TextNode, from: number, text: string): Edit | undefined => {
  const said = node.text.trim();
  const at = offsetOf(source, node, from);
  const end = offsetOf(source, node, said.length);
  return at === undefined || end === undefined ? undefined : { at, end, text };
};

/** All of the text becomes `text`, in its style where that still says a text; absent where there is no place for it. */
export const wholeEdit = (source: string, node: TextNode, text: string): Edit | undefined => {
  if (node.style === 'absent') return undefined;
  if (node.style === 'block') return node.text.trim() === '' ? undefined : tailEdit(source, node, 0, text);
  if (node.style !== 'plain') return { at: node.at + 1, end: node.end - 1, text };
  // An empty value stands directly behind its colon, tag or anchor, or before a comment.
  const before = node.at === node.end && /\S/.test(source.charAt(node.at - 1)) ? ' ' : '';
  const after = node.at === node.end && source.startsWith('#', node.end) ? ' ' : '';
  return { at: node.at, end: node.end, text: `${before}${isPlain(text) ? text : `"${text}"`}${after}` };
};

/** Texts that mean nothing else without quotes, to whichever version of YAML: `1.10` is a number, `on` a boolean, `1e3` a thousand. */
const isPlain = (text: string): boolean => /^[A-Za-z][\w.:-]*$/.test(text) && !text.endsWith(':') && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text);

/** Where the letter of that index stands in the source. An image has no blanks, so it stands in one piece unless letters are escaped. */
const offsetOf = (source: string, node: TextNode, index: number): number | undefined => {
  const said = node.text.trim();
  if (node.style === 'double' && source.slice(node.at, node.end).includes('\\')) return escapedOffsets(source, node)?.[node.text.indexOf(said) + index];
  // The header of a block may hold the same text in its comment.
  const begin = node.style === 'block' ? source.indexOf('\n', node.at) : node.at;
  const at = source.indexOf(said, begin);
  return at === -1 || at + said.length > node.end ? undefined : at + index;
};

const LETTER = /\\(?:x.{2}|u.{4}|U.{8}|\r?\n[ \t]*|.)|[\s\S]/g;

/** The offset of each letter of a double-quoted text, and of its closing quote. */
const escapedOffsets = (source: string, node: TextNode): readonly number[] | undefined => {
  const offsets = [...source.slice(node.at + 1, node.end - 1).matchAll(LETTER)].flatMap(({ 0: letter, index }) =>
    /^\\\r?\n/.test(letter) ? [] : [node.at + 1 + index],
  );
  // A line break that is not escaped becomes a blank or nothing: then letters and offsets do not correspond.
  return offsets.length === node.text.length ? [...offsets, node.end - 1] : undefined;
};
