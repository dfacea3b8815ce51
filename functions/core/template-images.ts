/**
 * The images of a template: listed, and set. Only the letters of tag and digest change; host and path stay as written, and
 * with them every comment, quote, anchor, placeholder, line end and document.
 *
 * An image behind an anchor is changed where it is defined, once, whatever else names it. Where tag and digest have keys of
 * their own, those are changed; a digest that is not wanted any more becomes empty, since it would win over the tag.
 */
import { type Image, isSameRepository } from './image.ts';
import { nameText, tagAndDigest, withImageText } from './image-text.ts';
import { type Parsed, parsed, refused } from './parsed.ts';
import { shown } from './shown.ts';
import { fillText, type Parameters, placeholdersIn } from './template-placeholder.ts';
import { type ImageParts, type ImagePlace, imagePlaces, pieceText } from './template-places.ts';
import { type Edit, splice, tailEdit, wholeEdit } from './template-splice.ts';
import { readTemplate, sizeProblem, type TextNode } from './template-text.ts';

interface TemplateImage {
  readonly image: Image;
  /** Other host names of its registry. */
  readonly hosts: readonly string[];
}

interface TemplateChange {
  readonly path: string;
  /** As the template spells them, with their placeholders. */
  readonly from: string;
  readonly to: string;
}

/** `matched`: places that name one of the images, those that have it already with them. */
interface TemplateEdit {
  readonly text: string;
  readonly changed: readonly TemplateChange[];
  readonly matched: number;
}

/** Every image, its placeholders filled as far as there are parameters. */
export const templateImages = (text: string, parameters: Parameters): Parsed<readonly { readonly path: string; readonly image: string }[]> => {
  const places = placesIn(text, parameters);
  return places.ok ? parsed(places.value.map(({ path, filled }) => ({ path, image: filled }))) : places;
};

/** `absent`: one of the images has no place, and nothing is wrong with the template itself. */
type TemplateEditing = { readonly ok: true; readonly value: TemplateEdit } | { readonly ok: false; readonly why: string; readonly absent?: true };

/** Refused when one of the images has no place, when a piece that must change is a placeholder, and when it would become too large. */
export const setTemplateImages = (text: string, images: readonly TemplateImage[], parameters: Parameters): TemplateEditing => {
  const places = placesIn(text, parameters);
  if (!places.ok) return places;
  const missing = images.find((wanted) => !places.value.some((place) => names(place, wanted)));
  if (missing !== undefined) return { ok: false, why: `none uses ${missing.image.repository}; ${listed(places.value)}`, absent: true };

  const edits = new Map<TextNode, Edit>();
  const planned = new Map<ImagePlace, readonly NodeEdit[]>();
  const changed: TemplateChange[] = [];
  for (const place of places.value) {
    const wanted = images.find(({ image }) => image.repository === place.repository) ?? images.find((one) => names(place, one));
    if (wanted === undefined) continue;
    const plan =
      place.written.is === 'whole'
        ? planWhole(text, place, place.written.node, wanted.image, parameters)
        : planParts(text, place, place.written, wanted.image, parameters);
    if (!plan.ok) return refused(`${place.path}: ${plan.why}`);
    planned.set(place, plan.value.edits);
    const first = plan.value.edits.filter(({ node }) => !edits.has(node));
    for (const { node, edit } of first) edits.set(node, edit);
    if (first.length > 0) changed.push({ path: place.path, from: place.text, to: plan.value.to });
  }
  const agrees = (place: ImagePlace, node: TextNode): boolean =>
    !edits.has(node) || (planned.get(place) ?? []).some((own) => own.node === node && own.edit.text === edits.get(node)?.text);
  const torn = places.value.find((place) => sharedParts(place).some((node) => !agrees(place, node)));
  if (torn !== undefined) return refused(`${torn.path}: its tag or digest is shared by an anchor with another image, which changes: give each its own`);
  const edited = splice(text, [...edits.values()]);
  // It could not be read any more, so no later image could be set either.
  const large = sizeProblem(edited);
  return large === undefined ? parsed({ text: edited, changed, matched: planned.size }) : refused(`with the image in it, it would have ${large}`);
};

const placesIn = (text: string, parameters: Parameters): Parsed<readonly ImagePlace[]> => {
  const documents = readTemplate(text);
  return documents.ok ? imagePlaces(documents.value, parameters) : documents;
};

const names = ({ repository }: ImagePlace, { image, hosts }: TemplateImage): boolean =>
  repository !== undefined && isSameRepository(repository, image.repository, hosts);

/** Images that are shown in a sentence. */
const MOST_LISTED = 20;

const listed = (places: readonly ImagePlace[]): string => {
  if (places.length === 0) return 'it has no image at all';
  const more = places.length > MOST_LISTED ? ` and ${places.length - MOST_LISTED} more` : '';
  const shownPlaces = places.slice(0, MOST_LISTED).map(({ path, filled }) => `${path} = ${filled === '' ? '""' : shown(filled, 120).slice(1, -1)}`);
  return `there is ${shownPlaces.join(', ')}${more}`;
};

interface NodeEdit {
  readonly node: TextNode;
  readonly edit: Edit;
}

interface Plan {
  readonly to: string;
  readonly edits: readonly NodeEdit[];
}

const planWhole = (source: string, { text, filled }: ImagePlace, node: TextNode, wanted: Image, parameters: Parameters): Parsed<Plan> => {
  if (withImageText(filled, wanted) === filled) return parsed({ to: text, edits: [] });
  const name = nameText(text);
  const tail = text.slice(name.length);
  if (placeholdersIn(tail).length > 0 || fillText(name, parameters) !== nameText(filled)) return refused(fromPlaceholder(text));
  const edit = tailEdit(source, node, name.length, tagAndDigest(wanted));
  return edit === undefined ? refused(overLines(text)) : parsed({ to: withImageText(text, wanted), edits: [{ node, edit }] });
};

const planParts = (source: string, { text }: ImagePlace, { tag, digest }: ImageParts, wanted: Image, parameters: Parameters): Parsed<Plan> => {
  // Without a key for the digest the tag alone is set: it is all that such an image can say.
  if (tag === undefined && (digest === undefined || wanted.digest === undefined)) return refused(noKey('tag'));
  if (digest === undefined && wanted.tag === undefined) return refused(noKey('digest'));
  const says = {
    ...(tag === undefined || wanted.tag === undefined ? {} : { tag: wanted.tag }),
    ...(digest === undefined || wanted.digest === undefined ? {} : { digest: wanted.digest }),
  };
  const edits: NodeEdit[] = [];
  for (const [node, wish] of [[tag, wanted.tag ?? ''] as const, [digest, wanted.digest ?? ''] as const]) {
    if (node === undefined || pieceText(node, (written) => fillText(written, parameters)) === wish) continue;
    if (placeholdersIn(node.text).length > 0) return refused(fromPlaceholder(node.text));
    const edit = wholeEdit(source, node, wish);
    if (edit === undefined) return refused(overLines(node.text));
    edits.push({ node, edit });
  }
  return parsed({ to: withImageText(text, says), edits });
};

/** Texts that places may have in common only if they become the same there. */
const sharedParts = ({ written }: ImagePlace): readonly TextNode[] =>
  written.is === 'whole' ? [] : [written.tag, written.digest].filter((node) => node !== undefined);

const fromPlaceholder = (text: string): string =>
  `the tag or digest in ${shown(text, 120)} comes from a placeholder: change the parameter ${placeholdersIn(text).join(' or ')} instead, or write the tag in its place`;
const overLines = (text: string): string => `${shown(text, 120)} is written over several lines, or is empty: write it on one line`;
const noKey = (key: string): string => `beside its "repository" stands no "${key}" that could be set: add the key`;
