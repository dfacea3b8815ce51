/** A body of the user's own: any JSON value, with placeholders inside its texts (not in its keys). */
import { formatImage, type Image } from '../core/image.ts';
import { shown } from '../core/shown.ts';

/** The blanks around a name are cut off afterwards: in the expression they would make it cubic in their number. */
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const NAMES = ['image', 'tag', 'digest', 'repository'] as const;
type Name = (typeof NAMES)[number];

/** Levels of nesting, and characters as JSON. */
const MOST_DEPTH = 20;
const MOST_CHARACTERS = 16_384;

/** What stands for the placeholders: `image` is host/path:tag@digest as far as they are known; `tag` and `digest` are empty where they are not. */
const valuesOf = (image: Image): Readonly<Record<Name, string>> => ({
  image: formatImage(image),
  tag: image.tag ?? '',
  digest: image.digest ?? '',
  repository: image.repository,
});

const isName = (name: string): name is Name => NAMES.some((known) => known === name);

export const templateProblem = (template: unknown): string | undefined => {
  if (template === undefined) return undefined;
  if (isDeeper(template, MOST_DEPTH)) return `is nested too deeply: at most ${MOST_DEPTH} levels`;
  const size = JSON.stringify(template).length;
  if (size > MOST_CHARACTERS) return `has ${size} characters as JSON: at most ${MOST_CHARACTERS}`;
  const unknown = placeholdersOf(template).find((name) => !isName(name));
  return unknown === undefined ? undefined : `${shown(`{{${unknown}}}`)} stands for nothing: there are ${NAMES.map((name) => `{{${name}}}`).join(', ')}`;
};

export const hasPlaceholders = (template: unknown): boolean => placeholdersOf(template).length > 0;

/** The template with every placeholder replaced. Values go into texts before these become JSON, so none can break out of them. */
export const fillTemplate = (template: unknown, image: Image): unknown => {
  const values = valuesOf(image);
  return mapTexts(template, (text) =>
    text.replace(PLACEHOLDER, (all, inside: string) => {
      const name = inside.trim();
      return isName(name) ? values[name] : all;
    }),
  );
};

const mapTexts = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
};

const placeholdersOf = (template: unknown): readonly string[] => {
  const found: string[] = [];
  mapTexts(template, (text) => {
    for (const [, name = ''] of text.matchAll(PLACEHOLDER)) found.push(name.trim());
    return text;
  });
  return found;
};

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' && value !== null && (levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1)));
