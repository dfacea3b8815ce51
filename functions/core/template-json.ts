/** The documents of a template as JSON values: anchors, aliases and merge keys resolved, every text passed through `fill` first. */
import { type Parsed, parsed, refused } from './parsed.ts';
import { shown } from './shown.ts';
import { plainValue, type ScalarValue } from './template-scalar.ts';
import { type ListNode, type MapNode, MERGE_KEY, refusedAt, type TemplateDocument, type TemplateNode, type TextNode } from './template-text.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Characters of all documents with their aliases unfolded: less than what an API server takes of one object (1.5 MB). */
const MOST_UNFOLDED = 1_000_000;
/** Entries that merge keys copy: what a hostile template costs. */
const MOST_MERGED = 100_000;

/** A node made JSON, and its characters with all aliases unfolded; a node that is named twice is made once. */
interface Made {
  readonly value: unknown;
  readonly size: number;
  readonly members?: ReadonlyMap<string, Made>;
}
const NOTHING: Made = { value: null, size: 0 };

const TAG = 'tag:yaml.org,2002:';
/** What a tag asks the value to be; any other tag means nothing to Kubernetes. */
const TAGS: Readonly<Record<string, (value: ScalarValue) => boolean>> = {
  [`${TAG}int`]: (value) => typeof value === 'number' && Number.isInteger(value),
  [`${TAG}float`]: (value) => typeof value === 'number',
  [`${TAG}bool`]: (value) => typeof value === 'boolean',
  [`${TAG}null`]: (value) => value === null,
};
const TEXT_TAGS: readonly string[] = ['!', `${TAG}str`];

/** `text` is what the documents were read from; it gives line and column to what is refused. */
export const templateJson = (text: string, documents: readonly TemplateDocument[], fill: (text: string) => string): Parsed<readonly JsonObject[]> => {
  const known = new Map<TemplateNode, Made>();
  let merged = 0;
  let problem: { readonly at: number; readonly why: string } | undefined;
  const fail = (at: number, why: string): Made => {
    problem ??= { at, why };
    return NOTHING;
  };

  const make = (node: TemplateNode): Made => {
    const before = known.get(node);
    if (before !== undefined) return before;
    const made = node.is === 'text' ? makeText(node) : node.is === 'list' ? makeList(node) : makeMap(node);
    known.set(node, made);
    return made.size > MOST_UNFOLDED ? fail(node.at, TOO_LARGE) : made;
  };

  const makeText = (node: TextNode): Made => {
    const filled = fill(node.text);
    const value = scalarValue(node, filled);
    return value.ok ? { value: value.value, size: 1 + filled.length } : fail(node.at, value.why);
  };

  const makeList = (node: ListNode): Made => {
    if (node.tag !== undefined && node.tag !== `${TAG}seq`) return fail(node.at, strangeTag(node.tag));
    const items = node.items.map(make);
    return { value: items.map(({ value }) => value), size: items.reduce((sum, { size }) => sum + size, 1) };
  };

  const makeMap = (node: MapNode): Made => {
    if (node.tag !== undefined && node.tag !== `${TAG}map`) return fail(node.at, strangeTag(node.tag));
    const members = new Map<string, Made>();
    const sources: Made[] = [];
    for (const { key, value } of node.pairs) {
      if (isMergeKey(key)) sources.push(...mergedFrom(value));
      else {
        const name = keyOf(key);
        if (members.has(name) && problem === undefined) fail(key.at, `the key ${shown(name)} stands twice in one mapping: keep one of the two`);
        members.set(name, make(value));
      }
    }
    // What the mapping says itself comes first, then the earlier of its sources.
    for (const { members: from = [] } of sources)
      for (const [name, value] of from) {
        merged += 1;
        if (merged > MOST_MERGED) return fail(node.at, `its merge keys copy more than ${MOST_MERGED} entries: write them out, or merge smaller mappings`);
        if (!members.has(name)) members.set(name, value);
      }
    const size = [...members].reduce((sum, [name, made]) => sum + name.length + made.size, 1);
    return { value: objectOf(members), size, members };
  };

  const keyOf = (key: TemplateNode): string => {
    const { value } = make(key);
    if (problem === undefined && (key.is !== 'text' || value === null)) fail(key.at, 'a key is a text: it is empty, a list or a mapping');
    return String(value);
  };

  const mergedFrom = (node: TemplateNode): readonly Made[] => {
    const sources = node.is === 'list' ? node.items : [node];
    const other = sources.find(({ is }) => is !== 'map');
    if (other !== undefined) fail(other.at, `"${MERGE_KEY}" merges a mapping or a list of mappings, as in "${MERGE_KEY}: *name"`);
    return sources.map(make);
  };

  const made = documents.map(({ root }) => make(root));
  const [first] = documents;
  if (first !== undefined && made.reduce((sum, { size }) => sum + size, 0) > MOST_UNFOLDED) fail(first.root.at, TOO_LARGE);
  return problem === undefined ? parsed(made.map(({ members = new Map() }) => objectOf(members))) : refusedAt(text, problem.at, problem.why);
};

const TOO_LARGE = `with its anchors unfolded and its parameters filled in the template has more than ${MOST_UNFOLDED} characters`;
const strangeTag = (tag: string): string => `the tag ${shown(tag)} means nothing to Kubernetes: leave it out`;

const isMergeKey = (key: TemplateNode): boolean =>
  key.is === 'text' && key.text === MERGE_KEY && (key.tag === undefined ? key.style === 'plain' : key.tag === `${TAG}merge`);

const objectOf = (members: ReadonlyMap<string, Made>): JsonObject => Object.fromEntries([...members].map(([name, { value }]) => [name, value]));

/** Quoted and block texts are texts; a plain one is what Kubernetes takes it for, unless a tag says otherwise. */
const scalarValue = ({ style, tag }: TextNode, text: string): Parsed<ScalarValue> => {
  if (tag === undefined ? style !== 'plain' && style !== 'absent' : TEXT_TAGS.includes(tag)) return parsed(text);
  const value = plainValue(text);
  if (tag === undefined || !value.ok) return value;
  const fits = Object.hasOwn(TAGS, tag) ? TAGS[tag] : undefined;
  if (fits === undefined) return refused(strangeTag(tag));
  return fits(value.value) ? value : refused(`${shown(text)} is not what its tag ${shown(tag)} says: correct one of the two`);
};
