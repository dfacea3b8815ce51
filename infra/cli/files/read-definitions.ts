/** Files as definitions: each checked against the schema of its kind, with the place of everything that is wrong. */
import { dirname, resolve } from 'node:path';
import { loadEngines } from '../../../functions/core/decide-all.ts';
import { type Fields, fields, isFields, textOf } from '../../../functions/core/fields.ts';
import { checkRule, type Rule } from '../../../functions/core/rule.ts';
import { shown } from '../../../functions/core/shown.ts';
import { check, type FieldProblem } from '../../../functions/schema/check.ts';
import { API_VERSION, DOCUMENTS, KINDS, type Kind } from '../../../functions/schema/file.ts';
import { type Io, readInput } from '../io.ts';
import { type FileProblem, type Place, placeText } from './place.ts';
import { type Located, type Path, readYaml } from './read-yaml.ts';
import { readSources, type Source } from './source.ts';

export interface Definition {
  readonly kind: Kind;
  readonly name: string;
  /** As the body of the API has them, without the name; `template` is the text. */
  readonly fields: Fields;
  readonly place: Place;
  /** Of a field. */
  placeOf(field: string): Place;
}

export interface ReadFiles {
  readonly definitions: readonly Definition[];
  readonly problems: readonly FileProblem[];
}

export const readFiles = async (given: readonly string[], io: Io): Promise<ReadFiles> => {
  const sources = await readSources(given, io);
  const read = sources.map((source) => ({ source, ...readYaml(source) }));
  // A template that lies in the same folder is one by being named, and no definition.
  const templates = new Set(read.flatMap(({ source, documents }) => documents.flatMap(({ value }) => templatePath(fields(value), source) ?? [])));
  const own = read.filter(({ source }) => !source.found || !templates.has(source.path));
  const problems: FileProblem[] = own.flatMap((one) => one.problems);
  const definitions = new Map<string, Definition>();
  for (const { source, documents } of own)
    for (const located of documents) {
      const definition = await definitionOf(located, source, io, problems);
      if (definition === undefined) continue;
      const id = `${definition.kind}/${definition.name}`;
      const other = definitions.get(id);
      if (other === undefined) definitions.set(id, definition);
      else
        problems.push({
          place: definition.placeOf('name'),
          why: `the ${definition.kind.toLowerCase()} ${definition.name} is defined at ${placeText(other.place)} already: leave one out, or rename it`,
        });
    }
  return { definitions: [...definitions.values()], problems };
};

const templatePath = ({ kind, template }: Fields, { path }: Source): string | undefined =>
  kind === 'Application' && typeof template === 'string' ? resolve(path === '-' ? '.' : dirname(path), template) : undefined;

const isKind = (value: unknown): value is Kind => KINDS.some((kind) => kind === value);

const definitionOf = async (located: Located, source: Source, io: Io, problems: FileProblem[]): Promise<Definition | undefined> => {
  const { value, place } = located;
  const refuse = (path: Path, why: string): undefined => void problems.push({ place: place(path), why });
  if (!isFields(value)) return refuse([], 'this is no definition: write fields, as in "kind: Trigger"');
  if (value.apiVersion !== API_VERSION)
    return refuse(
      ['apiVersion'],
      `${value.apiVersion === undefined ? 'apiVersion is missing' : `apiVersion is ${shown(textOf(value.apiVersion))}`}: write  apiVersion: ${API_VERSION}`,
    );
  if (!isKind(value.kind))
    return refuse(['kind'], `${value.kind === undefined ? 'kind is missing' : `kind is ${shown(textOf(value.kind))}`}: write one of ${KINDS.join(', ')}`);
  const checked = check(DOCUMENTS[value.kind], value);
  if (!checked.ok) {
    for (const problem of checked.problems) problems.push({ place: placeIn(located, problem), why: whyOf(value.kind, problem) });
    return undefined;
  }
  const { apiVersion, kind, name, ...rest } = checked.value;
  const definition = { kind, name, place: place([]), placeOf: (field: string) => place(pathOf(field)) };
  if ('rule' in rest && rest.rule !== undefined) {
    const rule = await ruleProblem(rest.rule);
    if (rule !== undefined) return refuse(['rule'], `rule: ${rule}`);
  }
  if (!('template' in rest) || rest.template === undefined) return { ...definition, fields: rest };
  if ('source' in rest && rest.source !== undefined)
    return refuse(['template'], 'template: an application whose source lies in git has no template here: leave out one of the two');
  const path = templatePath(value, source);
  if (typeof rest.template !== 'string') return { ...definition, fields: { ...rest, template: rest.template.text } };
  try {
    return { ...definition, fields: { ...rest, template: await readInput(path ?? rest.template, io) } };
  } catch (error) {
    return refuse(['template'], `template: ${error instanceof Error ? error.message : String(error)}; a path is read from the file that names it`);
  }
};

const ruleProblem = async (rule: Rule): Promise<string | undefined> => {
  const checked = checkRule(rule, await loadEngines([rule]));
  return checked.ok ? undefined : checked.why;
};

/** `rule.tags[3]`, as problems name a field, as a path. */
const pathOf = (field: string): Path =>
  field === 'body' ? [] : [...field.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) => (index === undefined ? (name ?? '') : Number(index)));

const UNKNOWN = 'there is no such field here';
const placeIn = ({ place }: Located, { field, why }: FieldProblem): Place => place(pathOf(field), why.startsWith(UNKNOWN) ? 'key' : undefined);

/** What belongs to commands, or to a document of its own. */
const ELSEWHERE: Readonly<Record<Kind, readonly (readonly [fields: readonly string[], why: string])[]>> = {
  Hook: [
    [
      ['credential.value', 'credential.secret', 'credential.password', 'credential.user'],
      'no secret stands in a file: leave it out; once the hook is there,  image-triggers hook update NAME --credential … --credential-file FILE  sets it',
    ],
  ],
  Application: [[['triggerUrls.id', 'triggerUrls.url'], 'neither is chosen in a file: leave it out; "apply" makes the URL, and shows it once']],
  Trigger: [
    [
      ['registry', 'registryHost', 'hostAliases', 'repositories', 'credential', 'access', 'sweepMinutes'],
      'it belongs to the hook: write a document of kind Hook, and its name here as "hook"; for Amazon ECR write  hook: ecr',
    ],
  ],
};

const whyOf = (kind: Kind, { field, why }: FieldProblem): string => {
  const elsewhere = why.startsWith(UNKNOWN) ? ELSEWHERE[kind].find(([names]) => names.includes(field.replace(/\[\d+\]/g, '')))?.[1] : undefined;
  // Unquoted, `1.0` is a number.
  const quoted = why.endsWith('is not allowed: give text') ? `${why}, in quotes` : why;
  return `${field}: ${elsewhere ?? quoted}`;
};
