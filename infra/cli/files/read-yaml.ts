/**
 * YAML (and JSON, which is a part of it) as plain values that know where they stand. Of YAML only what a definition needs:
 * everything that could mean something else than it seems to, or grow, is refused by its name.
 *
 * The library's own test for duplicate keys is quadratic and its resolving of aliases unbounded; here both are one walk.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseAllDocuments } from 'yaml';
import { shown } from '../../../functions/core/shown.ts';
import type { FileProblem, Place } from './place.ts';
import type { Source } from './source.ts';

export type Path = readonly (string | number)[];

export interface Located {
  readonly value: unknown;
  /** Of what stands at the path; of the nearest thing around it where nothing does. With `key`, of the name and not of its value. */
  place(path: Path, key?: 'key'): Place;
}

interface ReadYaml {
  readonly documents: readonly Located[];
  readonly problems: readonly FileProblem[];
}

const MOST_CHARACTERS = 2_000_000;
const MOST_DOCUMENTS = 5_000;
/** As deep as a body of the API may be. */
const MOST_DEPTH = 32;

type Node = ParsedNode | null;

export const readYaml = ({ name: file, text: given }: Pick<Source, 'name' | 'text'>): ReadYaml => {
  const text = given.replace(/^\ufeff/, '');
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const only = (why: string, offset = 0): ReadYaml => ({ documents: [], problems: [{ place: at(offset), why }] });
  if (text.length > MOST_CHARACTERS) return only(`the file has ${text.length} characters: at most ${MOST_CHARACTERS} are read; split it`);
  const stream = parseAllDocuments(text, {
    lineCounter: lines,
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents: readonly Document.Parsed[] = 'empty' in stream ? [] : stream;
  if (documents.length > MOST_DOCUMENTS) return only(`the file has ${documents.length} documents: at most ${MOST_DOCUMENTS} are read; split it`);
  const problems: FileProblem[] = [];
  const located: Located[] = [];
  for (const { contents, errors, directives } of documents) {
    const wrong = [
      // One that is open confuses all that follows.
      ...errors.slice(0, 1).map(({ pos: [offset], code, message }) => ({
        offset,
        why: code === 'RESOURCE_EXHAUSTION' ? TOO_DEEP : `this is no YAML: ${message.slice(0, 160)}`,
      })),
      ...(directives?.yaml.explicit === true && directives.yaml.version !== '1.2'
        ? [{ offset: contents?.range[0] ?? 0, why: `%YAML ${directives.yaml.version} reads texts such as "yes" in another way: leave the directive out` }]
        : []),
    ];
    if (wrong.length === 0) collectProblems(contents, wrong);
    problems.push(...wrong.map(({ offset, why }) => ({ place: at(offset), why })));
    // Nothing between two lines of dashes.
    if (wrong.length > 0 || contents === null || (isScalar(contents) && contents.value === null)) continue;
    // A list of definitions is what JSON has instead of several documents.
    for (const root of isSeq(contents) ? contents.items : [contents])
      located.push({ value: plainOf(root), place: (path, key) => at(offsetOf(root, path, key === 'key')) });
  }
  return { documents: located, problems };
};

const TOO_DEEP = `it is nested too deeply: at most ${MOST_DEPTH} levels`;

interface Wrong {
  readonly offset: number;
  readonly why: string;
}

/** One walk without recursion: the depth comes from outside. */
const collectProblems = (contents: Node, wrong: Wrong[]): void => {
  let level: readonly Node[] = [contents];
  for (let depth = 0; level.length > 0; depth += 1) {
    const [deep] = level;
    if (depth > MOST_DEPTH) return void wrong.push({ offset: deep?.range[0] ?? 0, why: TOO_DEEP });
    level = level.flatMap((node) => {
      const why = node === null ? undefined : nodeProblem(node);
      if (why !== undefined) wrong.push({ offset: node?.range[0] ?? 0, why });
      if (isSeq(node)) return node.items;
      return isMap(node) ? valuesOf(node.items, wrong) : [];
    });
  }
};

const nodeProblem = (node: ParsedNode): string | undefined => {
  if (isAlias(node)) return `the alias *${node.source.slice(0, 60)} stands for something written elsewhere: write it out here`;
  if (node.tag !== undefined) return `the tag ${shown(node.tag)} is not taken: write the value as it is`;
  if (isScalar(node) && typeof node.value === 'number' && !Number.isSafeInteger(node.value) && (!Number.isFinite(node.value) || Number.isInteger(node.value)))
    return `the number ${shown(node.source)} cannot be kept as it is: write it in quotes if it is a text, else a smaller one`;
  return undefined;
};

const valuesOf = (pairs: readonly { readonly key: ParsedNode; readonly value: Node }[], wrong: Wrong[]): Node[] => {
  const seen = new Set<unknown>();
  return pairs.map(({ key, value }) => {
    const [offset] = key.range;
    const name = isScalar(key) ? key.value : undefined;
    if (typeof name !== 'string') wrong.push({ offset, why: 'this name of a field is no text: write it in quotes' });
    else if (nodeProblem(key) !== undefined) wrong.push({ offset, why: 'a name of a field takes no tag: leave it out' });
    else if (name === '<<') wrong.push({ offset, why: 'merge keys (<<) are not taken: write the fields out' });
    else if (name === '__proto__') wrong.push({ offset, why: 'a field cannot have the name __proto__: leave it out' });
    else if (seen.has(name)) wrong.push({ offset, why: `the field ${shown(name)} is given twice: leave one out` });
    seen.add(name);
    return value;
  });
};

/** Only of what has no problem. */
const plainOf = (node: Node): unknown => {
  if (isSeq(node)) return node.items.map(plainOf);
  if (isMap(node)) return Object.fromEntries(node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', plainOf(value)]));
  return isScalar(node) ? node.value : null;
};

const offsetOf = (root: Node, path: Path, ofKey: boolean): number => {
  let [node, offset] = [root, root?.range[0] ?? 0];
  for (const [i, part] of path.entries()) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === part) : undefined;
    const next = isSeq(node) && typeof part === 'number' ? node.items[part] : pair?.value;
    if (pair === undefined && next === undefined) return offset;
    if (pair !== undefined && ((ofKey && i === path.length - 1) || next == null)) return pair.key.range[0];
    node = next ?? null;
    offset = node?.range[0] ?? offset;
  }
  return offset;
};
