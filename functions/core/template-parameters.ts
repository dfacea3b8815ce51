/** The placeholders of a template, in values and keys; those in comments are comments. */
import { type Parsed, parsed } from './parsed.ts';
import { placeholdersIn } from './template-placeholder.ts';
import { readTemplate, type TemplateDocument, type TemplateNode, type TextNode } from './template-text.ts';

/** Names in the order in which they first appear. */
export const templateParameters = (text: string): Parsed<readonly string[]> => {
  const documents = readTemplate(text);
  return documents.ok ? parsed([...placeholdersOf(documents.value).keys()]) : documents;
};

/** By name the text that holds it first, in the order of the source. */
export const placeholdersOf = (documents: readonly TemplateDocument[]): ReadonlyMap<string, TextNode> => {
  const found = new Map<string, TextNode>();
  const seen = new Set<TemplateNode>();
  const visit = (node: TemplateNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.is === 'text') for (const name of placeholdersIn(node.text)) found.set(name, found.get(name) ?? node);
    else for (const child of node.is === 'list' ? node.items : node.pairs.flatMap(({ key, value }) => [key, value])) visit(child);
  };
  for (const { root } of documents) visit(root);
  return found;
};
