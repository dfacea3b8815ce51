/**
 * A template as the documents that a target is given: placeholders filled, values as Kubernetes reads them.
 *
 * Values are filled into the texts of the parsed template, never into its source: no value can end its text, add a key or
 * begin a document. An unquoted text is read after filling, so that `replicas: ${n}` becomes a number; a quoted one stays a text.
 * Keys are filled too; whether something is a merge key or an alias is decided before.
 */
import { type Parsed, parsed } from './parsed.ts';
import { shown } from './shown.ts';
import { type JsonObject, templateJson } from './template-json.ts';
import { placeholdersOf } from './template-parameters.ts';
import { fillText, type Parameters, placeholderOffset } from './template-placeholder.ts';
import { readTemplate, refusedAt } from './template-text.ts';

/** Refused with line and column: what does not parse, a placeholder without a parameter, what JSON cannot hold. Empty documents are left out. */
export const fillTemplateText = (text: string, parameters: Parameters): Parsed<readonly JsonObject[]> => {
  const documents = readTemplate(text);
  if (!documents.ok) return documents;
  const missing = [...placeholdersOf(documents.value)].find(([name]) => !Object.hasOwn(parameters, name));
  if (missing === undefined) return templateJson(text, documents.value, (written) => fillText(written, parameters));
  const [name, { at, end }] = missing;
  return refusedAt(
    text,
    at + (placeholderOffset(text.slice(at, end), name) ?? 0),
    `the placeholder ${shown(`\${${name}}`)} has no parameter: give the application a parameter of that name, or write ${shown(`$\${${name}}`)} for the text itself`,
  );
};

/** Whether a text may become a template, each placeholder standing for itself. */
export const checkTemplate = (text: string): Parsed<undefined> => {
  const documents = readTemplate(text);
  if (!documents.ok) return documents;
  if (documents.value.length === 0) return refusedAt(text, 0, 'it holds no document: write at least one, as in "kind: Deployment"');
  const json = templateJson(text, documents.value, (written) => written);
  return json.ok ? parsed(undefined) : json;
};
