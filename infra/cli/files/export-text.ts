/** What the API has as the text of a file: in a fixed order, and without what is so by default. */
import { Document, Scalar, visit } from 'yaml';
import { type Fields, fields, isFields, textOf } from '../../../functions/core/fields.ts';
import { sortedJson } from '../../../functions/core/sorted-json.ts';
import { API_VERSION, KINDS, type Kind } from '../../../functions/schema/file.ts';
import { canonical, fieldNames } from './canonical.ts';
import { type Asking, isBuiltIn, readHeld, readTemplate } from './held.ts';
import { readTriggerUrls, urlForm } from './trigger-urls.ts';

/** Written by `image-triggers schema` beside the file: the API asks who is there, which no editor answers. */
export const SCHEMA_FILE = 'image-triggers.schema.json';
const FIRST_LINE = `# yaml-language-server: $schema=${SCHEMA_FILE}\n`;

/** `chosen`: by kind and name; undefined takes everything. */
export const exportDocuments = async (session: Asking, chosen: (id: { readonly kind: Kind; readonly name: string }) => boolean): Promise<readonly Fields[]> => {
  const held = await readHeld(session);
  const documents: Fields[] = [];
  for (const kind of KINDS)
    for (const [name, item] of [...held[kind]].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (isBuiltIn({ kind, name }) || !chosen({ kind, name })) continue;
      // One whose source lies in git may have one of former days, which it does not take any more.
      const template = kind === 'Application' && item.source === undefined ? await readTemplate(session, name) : undefined;
      const shown = shownFields(kind, canonical(kind, item, { held: item, hook: fields(held.Hook.get(textOf(item.hook))) }));
      const triggerUrls = kind === 'Application' ? sortedForms(await readTriggerUrls(session, name)) : [];
      documents.push({
        apiVersion: API_VERSION,
        kind,
        name,
        ...shown,
        ...(template === undefined ? {} : { template: { text: template.text } }),
        ...(triggerUrls.length === 0 ? {} : { triggerUrls }),
      });
    }
  return documents;
};

/** The API has them by when they were made, which is another order wherever the file is applied. */
const sortedForms = (urls: readonly Fields[]): readonly Fields[] => urls.map((url) => urlForm(url)).sort((a, b) => (sortedJson(a) < sortedJson(b) ? -1 : 1));

const shownFields = (kind: Kind, plain: Fields): Fields =>
  Object.fromEntries(
    fieldNames(kind).flatMap((name) => {
      const value = plain[name];
      const usual = value === undefined || (name === 'enabled' && value === true) || isEmpty(value);
      return usual ? [] : [[name, inOrder(value)]];
    }),
  );

const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** What says which fields the others are comes first. Below that the order stays: a body that is sent may be read by its order. */
const FIRST: readonly string[] = ['kind', 'mode', 'by'];
const inOrder = (value: unknown): unknown =>
  isFields(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => Number(FIRST.includes(b)) - Number(FIRST.includes(a)) || (a < b ? -1 : 1)))
    : value;

export const exportText = (documents: readonly Fields[]): string =>
  FIRST_LINE +
  documents
    .map((each) => {
      // The same text twice is written twice: no file takes an alias.
      const document = new Document(each, { aliasDuplicateObjects: false, version: '1.2' });
      visit(document, { Scalar: (_, scalar) => void writePlainly(scalar) });
      return document.toString({ lineWidth: 0 });
    })
    .join('---\n');

/** A block says line ends and blanks as they are; what it cannot say stands between double quotes, escaped. */
const writePlainly = (scalar: Scalar): void => {
  if (typeof scalar.value !== 'string') return;
  if (/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]| \n|^\s/u.test(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
  else if (scalar.value.includes('\n')) scalar.type = Scalar.BLOCK_LITERAL;
};
