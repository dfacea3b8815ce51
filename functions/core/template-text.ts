/**
 * The text of a template as a tree that knows where in the text each piece stands. The only importer of `yaml` (100 kB
 * bundled), so that callers load templates lazily.
 *
 * Texts stay as written (the failsafe schema): what `0644` or `yes` means is asked in `template-scalar.ts`, after the
 * placeholders were filled. An alias is the very node that it names: the tree is a graph without cycles.
 *
 * The library's own test for duplicate keys is quadratic and its own resolving of aliases unbounded; both are done here in linear time.
 */
import { isAlias, isMap, isScalar, type ParsedNode, parseAllDocuments, Scalar } from 'yaml';
import { type Parsed, parsed, refused } from './parsed.ts';
import { shown } from './shown.ts';
import { plainValue } from './template-scalar.ts';

interface Spot {
  /** Offsets in the text, in UTF-16 units; tags and anchors stand before `at`. */
  readonly at: number;
  readonly end: number;
  /** As in `tag:yaml.org,2002:int`; absent where none is written. */
  readonly tag?: string;
  /** Levels below and with this node, aliases unfolded. */
  readonly depth: number;
}

export interface TextNode extends Spot {
  readonly is: 'text';
  readonly text: string;
  /** `absent`: a key without even a colon, as in `{key}`: there is no place for a value. */
  readonly style: 'plain' | 'single' | 'double' | 'block' | 'absent';
}

export interface ListNode extends Spot {
  readonly is: 'list';
  readonly items: readonly TemplateNode[];
}

export interface MapNode extends Spot {
  readonly is: 'map';
  readonly pairs: readonly { readonly key: TemplateNode; readonly value: TemplateNode }[];
  /** By the text of their keys, as written. */
  readonly members: ReadonlyMap<string, TemplateNode>;
}

export type TemplateNode = TextNode | ListNode | MapNode;

/** `number` counts from 1, the empty documents with it: they are left out here. */
export interface TemplateDocument {
  readonly number: number;
  readonly root: MapNode;
}

/** Bytes as UTF-8: with its other attributes it fits an item of the store (400 kB). */
const MOST_BYTES = 200_000;
const MOST_DEPTH = 64;
/** What is not `c-printable` (YAML 1.2, 5.1), which the library lets through: half of a surrogate pair could not even be stored as it is. */
const NOT_YAML = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

export const MERGE_KEY = '<<';

/** Made to stand behind "it has ": why a text is too large for a template. */
export const sizeProblem = (text: string): string | undefined => {
  const bytes = new TextEncoder().encode(text).length;
  return bytes > MOST_BYTES ? `${bytes} bytes: at most ${MOST_BYTES} are allowed; split it over several applications` : undefined;
};

export const readTemplate = (text: string): Parsed<readonly TemplateDocument[]> => {
  const large = sizeProblem(text);
  if (large !== undefined) return refused(`it has ${large}`);
  const strange = NOT_YAML.exec(text);
  if (strange !== null)
    return refusedAt(text, strange.index, `the character ${shown(strange[0])} cannot stand in YAML: leave it out, or write it as an escape in "…"`);
  const stream = parseAllDocuments(text, {
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [first] = 'empty' in stream ? stream.errors : stream.flatMap((document) => document.errors);
  if (first !== undefined) return refusedAt(text, first.pos[0], syntaxProblem(text, first.pos[0], first.code, first.message));
  const problems: Problem[] = [];
  const documents: TemplateDocument[] = [];
  for (const [index, { contents }] of [...stream].entries()) {
    const root = contents === null ? undefined : treeOf(contents, problems);
    if (root === undefined || isNothing(root)) continue;
    if (root.is === 'map') documents.push({ number: index + 1, root });
    else
      problems.push({
        at: root.at,
        why: `document ${index + 1} is ${root.is === 'text' ? 'a text' : 'a list'}: each document is a mapping, as in "kind: Deployment"`,
      });
  }
  const [problem] = problems;
  return problem === undefined ? parsed(documents) : refusedAt(text, problem.at, problem.why);
};

/** Made to stand behind "the template cannot be …: ". */
export const refusedAt = (text: string, at: number, why: string): { readonly ok: false; readonly why: string } => {
  const before = text.slice(0, at);
  return refused(`line ${before.split('\n').length}, column ${at - before.lastIndexOf('\n')}: ${why}`);
};

const syntaxProblem = (text: string, at: number, code: string, message: string): string => {
  if (code === 'RESOURCE_EXHAUSTION') return TOO_DEEP;
  if (text.startsWith('${', at - 1)) return `a placeholder inside [ ] or { } is written in quotes, as in ["\${name}"]`;
  return message.slice(0, 160);
};

const TOO_DEEP = `it is nested too deeply: at most ${MOST_DEPTH} levels`;

interface Problem {
  readonly at: number;
  readonly why: string;
}

const isNothing = (node: TemplateNode): boolean => {
  if (node.is !== 'text' || node.style !== 'plain' || node.tag !== undefined) return false;
  const value = plainValue(node.text);
  return value.ok && value.value === null;
};

const absent = (at: number): TextNode => ({ is: 'text', text: '', style: 'absent', at, end: at, depth: 0 });

const STYLES: Readonly<Record<Scalar.Type, TextNode['style']>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'block',
  BLOCK_FOLDED: 'block',
};

const treeOf = (contents: ParsedNode, problems: Problem[]): TemplateNode => {
  /** A name may be given again: an alias means the latest that began before it. Without `node` it is not complete yet. */
  const anchors = new Map<string, { node?: TemplateNode }>();
  const problem = (at: number, why: string): TextNode => {
    problems.push({ at, why });
    return absent(at);
  };

  const visit = (node: ParsedNode, levels: number): TemplateNode => {
    const [at, end] = node.range;
    if (isAlias(node)) {
      const anchor = anchors.get(node.source);
      if (anchor === undefined)
        return problem(at, `the alias ${shown(`*${node.source}`)} names no anchor before it: write ${shown(`&${node.source}`)} where its value stands`);
      return anchor.node ?? problem(at, `the alias ${shown(`*${node.source}`)} stands inside of what it names: it would have no end`);
    }
    if (levels > MOST_DEPTH) return problem(at, TOO_DEEP);
    const anchor: { node?: TemplateNode } = {};
    if (node.anchor !== undefined) anchors.set(node.anchor, anchor);
    const spot = { at, end, ...(node.tag === undefined ? {} : { tag: node.tag }) };
    const made = isScalar(node) ? textOf(node, spot) : isMap(node) ? mapOf(node.items, spot, levels) : listOf(node.items, spot, levels);
    anchor.node = made;
    return made.depth > MOST_DEPTH ? problem(at, TOO_DEEP) : made;
  };

  const textOf = (node: Scalar.Parsed, spot: Omit<Spot, 'depth'>): TextNode => ({
    is: 'text',
    text: typeof node.value === 'string' ? node.value : '',
    style: STYLES[node.type ?? Scalar.PLAIN],
    ...spot,
    depth: 1,
  });

  const listOf = (nodes: readonly ParsedNode[], spot: Omit<Spot, 'depth'>, levels: number): ListNode => {
    const items = nodes.map((item) => visit(item, levels + 1));
    return { is: 'list', items, ...spot, depth: 1 + deepest(items) };
  };

  const mapOf = (nodes: readonly { readonly key: ParsedNode; readonly value: ParsedNode | null }[], spot: Omit<Spot, 'depth'>, levels: number): MapNode => {
    const members = new Map<string, TemplateNode>();
    const pairs = nodes.map((pair) => {
      const key = visit(pair.key, levels + 1);
      const value = pair.value === null ? absent(key.end) : visit(pair.value, levels + 1);
      if (key.is !== 'text') return { key, value };
      if (members.has(key.text) && key.text !== MERGE_KEY)
        problem(pair.key.range[0], `the key ${shown(key.text)} stands twice in one mapping: keep one of the two`);
      members.set(key.text, value);
      return { key, value };
    });
    return { is: 'map', pairs, members, ...spot, depth: 1 + deepest(pairs.flatMap(({ key, value }) => [key, value])) };
  };

  return visit(contents, 1);
};

const deepest = (nodes: readonly TemplateNode[]): number => nodes.reduce((most, { depth }) => Math.max(most, depth), 0);
