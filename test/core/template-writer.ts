// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates are written so
/**
 * Random templates in random styles, written by hand and not by the library that reads them, with the images marked
 * (`template-marks.ts`). Images under other keys, in comments, blocks and data are decoys: unmarked.
 */
import fc from 'fast-check';
import { OLD_DIGEST } from './template-marks.ts';

type Style = 'plain' | 'single' | 'double' | 'escaped' | 'literal' | 'folded' | 'below';
type Node =
  | { readonly is: 'image'; readonly style: Style; readonly name: string; readonly tail: string; readonly comment: string; readonly anchor: string }
  | { readonly is: 'text'; readonly written: string; readonly block: boolean; readonly comment: string }
  | { readonly is: 'list'; readonly items: readonly Node[]; readonly flow: boolean }
  | { readonly is: 'map'; readonly pairs: readonly Pair[]; readonly flow: boolean };
interface Pair {
  readonly key: string;
  readonly value: Node;
  readonly above: string;
  readonly gap: string;
}

const DECOY = 'image: r.io/shop/web:blue';
const comments = fc.constantFrom('', '', '', ' # r.io/shop/web:blue', `\t# ${DECOY}`, ' #', ' # "é\' ‘{[', ' # 灰度 🚀');

const image: fc.Arbitrary<Node> = fc.record({
  is: fc.constant('image' as const),
  style: fc.constantFrom<Style>('plain', 'single', 'double', 'escaped', 'literal', 'folded', 'below'),
  name: fc.constantFrom('r.io/shop/web', 'R.io/shop/web', 'vpc.r.io/shop/web', '${host}/shop/web', '${host}/${path}'),
  tail: fc.constantFrom('', ':blue', ':1.0', `@${OLD_DIGEST}`, `:blue@${OLD_DIGEST}`),
  comment: comments,
  anchor: fc.constantFrom('', '', '&i ', '!!str ', '!!str &i '),
});

const text: fc.Arbitrary<Node> = fc.record({
  is: fc.constant('text' as const),
  written: fc.constantFrom('1', 'yes', '"a: b # c"', "'it''s'", 'r.io/shop/web:blue', 'x y', '~', '"${other}"', '""', '"\\"\\u00e9\\n"', '0x1F'),
  block: fc.boolean(),
  comment: comments,
});

const keys = fc.constantFrom('name', 'spec', '"quoted key"', "'single'", 'x-y', 'images', 'ref', 'images.x/y', '名', '"${key}"');
const imageKeys = fc.constantFrom('image', 'image', '"image"', "'image'", '"im\\u0061ge"');

const tree = fc.letrec<{ node: Node; map: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    text,
    tie('map'),
    fc.record({ is: fc.constant('list' as const), items: fc.array(tie('node'), { maxLength: 4 }), flow: fc.boolean() }),
  ),
  map: fc
    .tuple(
      fc.uniqueArray(fc.record({ key: keys, value: tie('node'), above: fc.nat(9).map(String), gap: fc.constantFrom(' ', '  ', '\t') }), {
        selector: ({ key }) => key,
        maxLength: 4,
      }),
      fc.option(fc.record({ key: imageKeys, value: image, above: fc.nat(9).map(String), gap: fc.constantFrom(' ', '  ', '\t') })),
      fc.nat(4),
      fc.boolean(),
    )
    .map(([pairs, own, at, flow]) => ({ is: 'map' as const, pairs: own === null ? pairs : [...pairs.slice(0, at), own, ...pairs.slice(at)], flow })),
}));

const quoted = (node: Node & { is: 'image' }, inFlow: boolean): string => {
  const marked = `${node.name}‹${node.tail}›`;
  // A placeholder inside a flow collection must stand in quotes.
  const style = inFlow && node.style !== 'single' && node.style !== 'escaped' ? 'double' : node.style;
  if (style === 'single') return `'${marked}'`;
  if (style === 'double') return `"${marked}"`;
  if (style === 'escaped') return `"${marked.replaceAll('/', '\\/').replaceAll('w', '\\x77')}"`;
  return marked;
};

const inline = (node: Node, inFlow: boolean): string => {
  if (node.is === 'image') return `${node.anchor}${quoted(node, inFlow)}`;
  if (node.is === 'text') return node.written;
  if (node.is === 'list') return `[${node.items.map((item) => inline(item, true)).join(', ')}]`;
  return `{ ${node.pairs.map(({ key, value }) => `${key}: ${inline(value, true)}`).join(' , ')} }`;
};

/** What stands behind `key:`, with its line end. */
const block = (node: Node, indent: number, gap: string): string => {
  const pad = ' '.repeat(indent);
  if (node.is === 'image') {
    const marked = `${node.name}‹${node.tail}›`;
    if (node.style === 'literal') return `${gap}${node.anchor}|-${node.comment}\n${pad}${marked}\n`;
    if (node.style === 'folded') return `${gap}${node.anchor}>${node.comment}\n${pad}${marked}\n`;
    if (node.style === 'below') return `${gap}${node.anchor}${node.comment}\n${pad}# ${DECOY}\n${pad}${marked}\n`;
    return `${gap}${inline(node, false)}${node.comment}\n`;
  }
  if (node.is === 'text') return node.block ? `${gap}|${node.comment}\n${pad}${DECOY}\n\n${pad}  - ${DECOY}\n` : `${gap}${node.written}${node.comment}\n`;
  if (node.flow || (node.is === 'list' ? node.items : node.pairs).length === 0) return `${gap}${inline(node, true)}\n`;
  return node.is === 'map' ? `\n${lines(node.pairs, indent)}` : `\n${node.items.map((item) => `${pad}-${entry(item, indent)}`).join('')}`;
};

/** A mapping in a list begins on the line of its dash. */
const entry = (item: Node, indent: number): string =>
  item.is === 'map' && !item.flow && item.pairs.length > 0
    ? ` ${lines(item.pairs, indent + 2)
        .trimStart()
        .replace(/^(#.*\n\s*|\n\s*)+/, '')}`
    : block(item, indent + 2, ' ');

const ABOVE: Readonly<Record<string, string>> = { 0: `# ${DECOY}\n`, 1: '\n' };

const lines = (pairs: readonly Pair[], indent: number): string => {
  const pad = ' '.repeat(indent);
  return pairs.map(({ key, value, above, gap }) => `${ABOVE[above]?.replace('#', `${pad}#`) ?? ''}${pad}${key}:${block(value, indent + 2, gap)}`).join('');
};

const documentText = tree.map.map((map) =>
  map.is !== 'map' || map.pairs.length === 0 ? '# empty\n' : map.flow ? `${inline(map, true)}\n` : lines(map.pairs, 0),
);
export const PARAMETERS: Readonly<Record<string, string>> = { host: 'r.io', path: 'shop/web', other: 'x', key: 'filled' };

/** The whole text, marked; the images in it are `r.io/shop/web`, also as `vpc.r.io`. */
export const markedTemplates: fc.Arbitrary<string> = fc
  .record({
    documents: fc.array(documentText, { minLength: 1, maxLength: 4 }),
    separator: fc.constantFrom('---\n', '--- # next\n', '...\n---\n', '---\n# empty\n---\n'),
    mark: fc.boolean(),
    windows: fc.boolean(),
    ended: fc.boolean(),
  })
  .map(({ documents, separator, mark, windows, ended }) => {
    const joined = documents.join(separator);
    const text = ended ? joined : joined.replace(/\n$/, '');
    return `${mark ? '\ufeff' : ''}${windows ? text.replaceAll('\n', '\r\n') : text}`;
  });
