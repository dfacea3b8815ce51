/**
 * Where images stand in a template: the value of a key `image`, in whatever kind of object.
 *
 * A mapping under `image` with a `repository` is one too, its pieces in keys of their own, as the values of Helm charts in a
 * HelmRelease or an Application have them: `{registry?, repository, tag?, digest?}`.
 * Not looked at: what is data and no field (`data` and its like in a ConfigMap or Secret, labels, annotations, selectors).
 */
import { parseImage } from './image.ts';
import { type Parsed, parsed, refused } from './parsed.ts';
import { shown } from './shown.ts';
import { fillText, type Parameters } from './template-placeholder.ts';
import { plainValue } from './template-scalar.ts';
import type { MapNode, TemplateDocument, TemplateNode, TextNode } from './template-text.ts';

export interface ImageParts {
  readonly registry?: TextNode;
  readonly repository: TextNode;
  readonly tag?: TextNode;
  readonly digest?: TextNode;
}

type Written = { readonly is: 'whole'; readonly node: TextNode } | ({ readonly is: 'parts' } & ImageParts);

export interface ImagePlace {
  /** As in `Deployment/demo spec.template.spec.containers[demo].image`. */
  readonly path: string;
  readonly written: Written;
  /** As the template spells it, and with its placeholders filled. */
  readonly text: string;
  readonly filled: string;
  /** `host/path`; absent where the text is no reference that we understand. */
  readonly repository?: string;
}

/** Far more than a template has; it bounds what a hostile one costs. */
const MOST_PLACES = 1_000;

const DATA_KINDS: readonly string[] = ['ConfigMap', 'Secret'];
const DATA_KEYS: readonly string[] = ['data', 'stringData', 'binaryData'];
const LABEL_KEYS: readonly string[] = ['labels', 'annotations', 'matchLabels', 'nodeSelector', 'selector'];

export const imagePlaces = (documents: readonly TemplateDocument[], parameters: Parameters): Parsed<readonly ImagePlace[]> => {
  const places: ImagePlace[] = [];
  const seen = new Set<TemplateNode>();
  const fill = (text: string): string => fillText(text, parameters);

  const place = (written: Written, path: string): void => {
    const filled = spelled(written, fill);
    const image = parseImage(filled);
    places.push({ path, written, text: spelled(written), filled, ...(image.ok ? { repository: image.value.repository } : {}) });
  };

  // A mapping or list is looked at once, where it is first seen: aliases cost nothing, and only a text counts at every place that names it.
  const visit = (node: TemplateNode, path: string): void => {
    if (node.is === 'text' || seen.has(node) || places.length > MOST_PLACES) return;
    seen.add(node);
    if (node.is === 'list') {
      for (const [index, item] of node.items.entries()) if (item.is !== 'text' && !seen.has(item)) below(item, `${path}[${itemLabel(item, fill) ?? index}]`);
      return;
    }
    const isData = DATA_KINDS.includes(textAt(node, 'kind')?.text ?? '');
    for (const { key, value } of node.pairs) {
      if (key.is !== 'text' || LABEL_KEYS.includes(key.text) || (isData && DATA_KEYS.includes(key.text))) continue;
      const written = key.text === 'image' && !seen.has(value) ? writtenImage(value) : undefined;
      if (written === undefined) below(value, `${path}${legible(key.text)}`);
      else place(written, `${path}image`);
      if (written?.is === 'parts') seen.add(value);
    }
  };
  const below = (node: TemplateNode, path: string): void => visit(node, node.is === 'map' ? `${path}.` : path);

  for (const { number, root } of documents) visit(root, `${objectLabel(root, fill) ?? `document ${number}`} `);
  return places.length > MOST_PLACES ? refused(`it has more than ${MOST_PLACES} images: split it over several applications`) : parsed(places);
};

/** What a piece says; nothing where it is empty or null. */
export const pieceText = (node: TextNode | undefined, fill: (text: string) => string = (text) => text): string =>
  node === undefined || isNull(node) ? '' : fill(node.text).trim();

const spelled = (written: Written, fill?: (text: string) => string): string => {
  if (written.is === 'whole') return pieceText(written.node, fill);
  const piece = (before: string, node: TextNode | undefined, after = ''): string => {
    const text = pieceText(node, fill);
    return text === '' ? '' : `${before}${text}${after}`;
  };
  return `${piece('', written.registry, '/')}${piece('', written.repository)}${piece(':', written.tag)}${piece('@', written.digest)}`;
};

const writtenImage = (node: TemplateNode): Written | undefined => {
  if (node.is === 'text') return isString(node) && node.text.trim() !== '' ? { is: 'whole', node } : undefined;
  if (node.is === 'list') return undefined;
  const repository = textAt(node, 'repository');
  if (repository === undefined || pieceText(repository) === '') return undefined;
  const [registry, tag, digest] = [textAt(node, 'registry'), textAt(node, 'tag'), textAt(node, 'digest')];
  return {
    is: 'parts',
    repository,
    ...(registry === undefined ? {} : { registry }),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
};

const plainly = (node: TextNode): unknown => {
  if (node.style !== 'plain' || node.tag !== undefined) return node.text;
  const value = plainValue(node.text);
  return value.ok ? value.value : undefined;
};
const isString = (node: TextNode): boolean => node.style !== 'absent' && typeof plainly(node) === 'string';
const isNull = (node: TextNode): boolean => node.style === 'absent' || plainly(node) === null;

const textAt = (node: MapNode, key: string): TextNode | undefined => {
  const member = node.members.get(key);
  return member?.is === 'text' ? member : undefined;
};

const itemLabel = (node: TemplateNode, fill: (text: string) => string): string | undefined => {
  if (node.is !== 'map') return undefined;
  const name = pieceText(textAt(node, 'name'), fill);
  return name === '' ? objectLabel(node, fill) : legible(name);
};

const objectLabel = (node: MapNode, fill: (text: string) => string): string | undefined => {
  const metadata = node.members.get('metadata');
  const name = metadata?.is === 'map' ? pieceText(textAt(metadata, 'name'), fill) : '';
  const kind = pieceText(textAt(node, 'kind'), fill);
  return name === '' || kind === '' ? undefined : `${legible(kind)}/${legible(name)}`;
};

const legible = (text: string): string => (/^[\w./${}-]{1,80}$/.test(text) ? text : shown(text));
