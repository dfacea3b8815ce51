/** What has to be done so that the API has what the files say: nothing is done here. */

import { type Fields, fields, list, textOf } from '../../../functions/core/fields.ts';
import { KINDS, type Kind } from '../../../functions/schema/file.ts';
import { canonical, fieldNames } from './canonical.ts';
import { type Difference, differences } from './difference.ts';
import { type Asking, type Held, isBuiltIn, readHeld, readTemplate, type Template } from './held.ts';
import type { FileProblem } from './place.ts';
import type { Definition, ReadFiles } from './read-definitions.ts';
import { withImagesOf } from './template.ts';
import { readTriggerUrls, type UrlChanges, urlChanges, urlForm } from './trigger-urls.ts';

interface Named {
  readonly kind: Kind;
  readonly name: string;
  readonly differences: readonly Difference[];
  /** Of what is there: when it was changed last, as the plan was made. */
  readonly seen?: string;
}

export type Change = Named &
  (
    | { readonly action: 'create'; readonly definition: Definition; readonly template?: Template; readonly urls?: UrlChanges }
    /** `template`: a text to be put on top of this version, or of none (0). `patch`: the body; absent where only the template or trigger URLs differ. */
    | { readonly action: 'update'; readonly definition: Definition; readonly patch?: Fields; readonly template?: Template; readonly urls?: UrlChanges }
    /** Where a change is not possible it is deleted and made again. `hears`, of a trigger: its hook until then. */
    | { readonly action: 'replace'; readonly definition: Definition; readonly hears: string }
    | { readonly action: 'delete'; readonly hears?: string }
  );

export interface Plan {
  readonly changes: readonly Change[];
  readonly unchanged: number;
  readonly problems: readonly FileProblem[];
  /** All definitions as they would be then, each in the form in which it is compared. */
  readonly after: Held;
}

export const planOf = async ({ definitions, problems }: ReadFiles, prune: boolean, session: Asking): Promise<Plan> => {
  const held = await readHeld(session);
  const wanted = wantedOf(definitions);
  const deleted = prune ? prunedOf(wanted, held) : [];
  const wrong = [...problems, ...referenceProblems(definitions, wanted, held, deleted)];
  const changes: Change[] = [];
  for (const definition of sorted(definitions)) {
    const change = await changeOf(definition, wanted, held, session);
    if (change !== undefined)
      changes.push(hearsMoving(change, held, changes) ? { ...change, action: 'replace', hears: hookOf(held.Trigger.get(change.name)) } : change);
  }
  return {
    changes: [...changes, ...deleted],
    unchanged: definitions.length - changes.length,
    problems: wrong,
    after: afterwards(definitions, wanted, held, deleted),
  };
};

const afterwards = (definitions: readonly Definition[], wanted: Wanted, held: Held, deleted: readonly Change[]): Held => {
  const of = (kind: Kind) => {
    const all = new Map([...held[kind]].map(([name, item]) => [name, canonical(kind, item, { held: item, hook: hookAround(wanted, held, hookOf(item)) })]));
    for (const definition of definitions) if (definition.kind === kind) all.set(definition.name, wantedForm(definition, wanted, held));
    for (const change of deleted) if (change.kind === kind) all.delete(change.name);
    return all;
  };
  return { Hook: of('Hook'), Application: of('Application'), Trigger: of('Trigger') };
};

type Wanted = Readonly<Record<Kind, ReadonlyMap<string, Definition>>>;

const wantedOf = (definitions: readonly Definition[]): Wanted => {
  const of = (kind: Kind) => new Map(definitions.flatMap((one) => (one.kind === kind ? [[one.name, one] as const] : [])));
  return { Hook: of('Hook'), Application: of('Application'), Trigger: of('Trigger') };
};

/** Hooks whose hosts change. While triggers hear them by a former host the API refuses that. */
const HOSTS: readonly string[] = ['registryHost', 'hostAliases'];
export const movingHooks = (changes: readonly Change[]): readonly string[] =>
  changes.flatMap(({ kind, name, differences: all }) => (kind === 'Hook' && all.some(({ field }) => HOSTS.includes(field)) ? [name] : []));

/** A trigger that goes on to another hook, and has to leave its own before that can change. */
const hearsMoving = (change: Change, { Trigger }: Held, changes: readonly Change[]): change is Change & { readonly action: 'update' } =>
  change.action === 'update' &&
  change.kind === 'Trigger' &&
  change.differences.some(({ field }) => field === 'hook') &&
  movingHooks(changes).includes(hookOf(Trigger.get(change.name)));

const seenIn = (held: Fields | undefined): Pick<Named, 'seen'> => (typeof held?.updatedAt === 'string' ? { seen: held.updatedAt } : {});

const hookOf = (trigger: Fields | undefined): string => textOf(trigger?.hook);

/** By kind, as they can be made, and by name. */
const sorted = (definitions: readonly Definition[]): readonly Definition[] =>
  KINDS.flatMap((kind) => definitions.filter((one) => one.kind === kind).sort((a, b) => (a.name < b.name ? -1 : 1)));

/** Of the kinds that the files have, what no file has: triggers first, since they name the others. */
const prunedOf = (wanted: Wanted, held: Held): readonly Change[] =>
  [...KINDS].reverse().flatMap((kind) =>
    wanted[kind].size === 0
      ? []
      : [...held[kind].keys()]
          .filter((name) => !wanted[kind].has(name) && !isBuiltIn({ kind, name }))
          .sort()
          .map(
            (name): Change => ({
              ...seenIn(held[kind].get(name)),
              action: 'delete',
              kind,
              name,
              differences: [],
              ...(kind === 'Trigger' ? { hears: hookOf(held.Trigger.get(name)) } : {}),
            }),
          ),
  );

const REFERENCES = [
  ['Application', 'application'],
  ['Hook', 'hook'],
] as const satisfies readonly (readonly [Kind, string])[];

const referenceProblems = (definitions: readonly Definition[], wanted: Wanted, held: Held, deleted: readonly Change[]): readonly FileProblem[] => {
  const goes = (kind: Kind, name: string): boolean => deleted.some((one) => one.kind === kind && one.name === name);
  const triggers = definitions.filter(({ kind }) => kind === 'Trigger');
  const unknown = triggers.flatMap((trigger) =>
    REFERENCES.flatMap(([kind, field]) => {
      const name = textOf(trigger.fields[field]);
      if (wanted[kind].has(name) || (held[kind].has(name) && !goes(kind, name))) return [];
      const why = goes(kind, name)
        ? `the ${field} ${name} is in no file, and --prune would delete it`
        : `no ${field} is named ${name}, neither in these files nor by the API`;
      return [{ place: trigger.placeOf(field), why: `${field}: ${why}: add a document of kind ${kind}, or correct the name` }];
    }),
  );
  const [first] = definitions;
  const left = [...held.Trigger].filter(([name]) => !wanted.Trigger.has(name) && !goes('Trigger', name));
  const used = left.flatMap(([name, trigger]) =>
    REFERENCES.flatMap(([kind, field]) => {
      const named = textOf(trigger[field]);
      if (first === undefined || !goes(kind, named)) return [];
      return [
        {
          place: first.place,
          why: `--prune would delete the ${field} ${named}, which no file has, but the trigger ${name}, of which they say nothing, names it`,
        },
      ];
    }),
  );
  return [...unknown, ...used];
};

const changeOf = async (definition: Definition, wanted: Wanted, all: Held, session: Asking): Promise<Change | undefined> => {
  const { kind, name, fields: given } = definition;
  const held = all[kind].get(name);
  const to = wantedForm(definition, wanted, all);
  const text = typeof given.template === 'string' ? given.template : undefined;
  const urls = await urlsOf(definition, held, session);
  if (held === undefined)
    return {
      action: 'create',
      kind,
      name,
      definition,
      differences: [...differences({}, { ...to, template: text }), ...(urls?.differences ?? [])],
      ...(text === undefined ? {} : { template: { text, version: 0 } }),
      ...(urls === undefined ? {} : { urls: urls.changes }),
    };
  const from = canonical(kind, held, { held, hook: fields(all.Hook.get(textOf(held.hook))) });
  const found = differences(from, to);
  const newest = text === undefined ? undefined : await readTemplate(session, name);
  const put = text === undefined || newest === undefined ? text : withImagesOf(newest.text, text, parametersOf(given));
  const template = put === undefined || put === newest?.text ? {} : { template: { text: put, version: newest?.version ?? 0 } };
  const changed = [...found, ...('template' in template ? [{ field: 'template', from: newest?.text, to: put }] : []), ...(urls?.differences ?? [])];
  if (changed.length === 0) return undefined;
  if (kind === 'Trigger' && found.some(({ field }) => field === 'repository'))
    return { ...seenIn(held), action: 'replace', kind, name, definition, differences: changed, hears: hookOf(held) };
  return {
    ...seenIn(held),
    action: 'update',
    kind,
    name,
    definition,
    differences: changed,
    ...(found.length === 0 ? {} : { patch: patchOf(definition, from, to) }),
    ...template,
    ...(urls === undefined ? {} : { urls: urls.changes }),
  };
};

interface UrlsPlanned {
  readonly changes: UrlChanges;
  readonly differences: readonly Difference[];
}

/** Undefined where nothing is to be done: of an application whose file says nothing of them they stay as they are. */
const urlsOf = async ({ name, fields: { triggerUrls } }: Definition, application: Fields | undefined, session: Asking): Promise<UrlsPlanned | undefined> => {
  if (!Array.isArray(triggerUrls)) return undefined;
  const wanted = list(triggerUrls);
  const held = application === undefined ? [] : await readTriggerUrls(session, name);
  const changes = urlChanges(held, wanted);
  if (changes.made.length + changes.revoked.length === 0) return undefined;
  const forms = (urls: readonly Fields[]) => urls.map((url) => urlForm(url));
  return { changes, differences: [{ field: 'triggerUrls', from: application === undefined ? undefined : forms(held), to: forms(wanted) }] };
};

const wantedForm = ({ kind, name, fields: given }: Definition, wanted: Wanted, all: Held): Fields =>
  canonical(kind, given, { held: all[kind].get(name) ?? {}, hook: hookAround(wanted, all, hookOf(given)) });

/** As a file has it, and with the names that follow from its host, which only the API knows. */
const hookAround = (wanted: Wanted, all: Held, name: string): Fields => {
  const [held, given] = [all.Hook.get(name), wanted.Hook.get(name)?.fields];
  return { ...held, ...given, hostAliases: [held?.hostAliases, given?.hostAliases].flatMap((aliases) => (Array.isArray(aliases) ? aliases : [])) };
};

const parametersOf = ({ parameters }: Fields): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fields(parameters)).map(([name, value]) => [name, textOf(value)]));

/** Taken away field by field, as the bodies of the API have it. */
const BY_FIELD: readonly string[] = ['policy', 'parameters'];

const patchOf = ({ kind, fields: given }: Definition, from: Fields, to: Fields): Fields =>
  Object.fromEntries(
    fieldNames(kind).flatMap((name) => {
      if (differences(from[name], to[name]).length === 0) return [];
      if (name === 'enabled' || name === 'hostAliases' || name === 'rule') return [[name, name in given ? given[name] : to[name]]];
      if (!BY_FIELD.includes(name)) return [[name, given[name] ?? null]];
      const gone = Object.keys(fields(from[name])).filter((each) => !Object.hasOwn(fields(to[name]), each));
      return [[name, { ...Object.fromEntries(gone.map((each) => [each, null])), ...fields(to[name]) }]];
    }),
  );
