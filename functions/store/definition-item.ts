/**
 * Hooks, triggers and applications as items of the definitions table:
 *   HOOK#<name>, DEF                                                            hook, or trigger URL of an application (name in the index: <application>/<id>)
 *   APP#<name>, DEF                                                             application
 *   REPO#<host/path> or PREFIX#<host/first segment>, TRIGGER#<name>             trigger
 *   TRIGGER#<name>, CLAIM                                                       makes a trigger's name unique: see triggers.ts
 * Only definitions carry `kind`, the key of the index byKind (kind, name). `edition` counts the changes of an item and
 * is what a change is conditional on; `writer` names the one write that made it what it is, `maker` the request that created
 * it. They are the table's, not the domain's.
 */
import type { ApplicationDefinition, Credential, HookDefinition, TargetDefinition, TriggerDefinition } from '../core/definitions.ts';
import { isFields } from '../core/fields.ts';
import { hostOf, pathOf } from '../core/image.ts';
import { isRegistryAccess } from '../core/registry-answer.ts';
import { sweepMinutes } from '../core/sweep-minutes.ts';
import type { Item } from './dynamo.ts';

export type Kind = 'hook' | 'trigger-url' | 'trigger' | 'application';

export type TriggerUrl = HookDefinition & { readonly application: string };

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const hookKey = (name: string): Key => ({ pk: `HOOK#${name}`, sk: 'DEF' });
export const applicationKey = (name: string): Key => ({ pk: `APP#${name}`, sk: 'DEF' });
export const claimKey = (name: string): Key => ({ pk: `TRIGGER#${name}`, sk: 'CLAIM' });
export const triggerKey = ({ repository, name }: Pick<TriggerDefinition, 'repository' | 'name'>): Key => ({
  pk: triggerPartition(repository),
  sk: `TRIGGER#${name}`,
});

/** Everything below one first path segment lies together, however deep its patterns are: so a push needs two queries, not one for each level. */
export const triggerPartition = (repository: string): string => (repository.endsWith('/*') ? prefixPartition(repository) : `REPO#${repository}`);

/** Where the patterns lie that may cover a repository, which has to be below a first segment. */
export const prefixPartition = (repository: string): string => {
  const [first = ''] = pathOf(repository).split('/', 1);
  return `PREFIX#${hostOf(repository)}/${first}`;
};

export const hookToItem = (hook: HookDefinition, edition: number): Item & Key => ({
  ...hookKey(hook.name),
  kind: 'hook' satisfies Kind,
  v: 1,
  edition,
  ...hook,
  // Looked at as soon as it was made or changed.
  ...(sweepMinutes(hook) === 0 ? {} : { due: SWEEP_DUE, dueAt: hook.updatedAt }),
});

/** In the index due, where a hook stands that is to be looked after. */
export const SWEEP_DUE = 'sweep';

/** In the index the URLs of one application lie together, under names that no application can have. */
export const triggerUrlsOf = (application: string): string => `${application}/`;
export const triggerUrlToItem = (url: TriggerUrl, edition: number): Item & Key => ({
  ...hookToItem(url, edition),
  kind: 'trigger-url' satisfies Kind,
  name: `${triggerUrlsOf(url.application)}${url.name}`,
});

export const triggerToItem = (trigger: TriggerDefinition, edition: number): Item & Key => ({
  ...triggerKey(trigger),
  kind: 'trigger' satisfies Kind,
  v: 1,
  edition,
  ...trigger,
});

/** The target is kept as JSON text: its template is a user's own JSON, which may nest deeper or hold larger numbers than an item can. */
export const applicationToItem = ({ target, ...application }: ApplicationDefinition, edition: number): Item & Key => ({
  ...applicationKey(application.name),
  kind: 'application' satisfies Kind,
  v: 1,
  edition,
  ...application,
  target: JSON.stringify(target),
});

const hasTexts = (item: Item, ...fields: readonly string[]): boolean => fields.every((field) => typeof item[field] === 'string');
const isDated = ({ enabled, createdAt, updatedAt }: Item): boolean =>
  typeof enabled === 'boolean' && typeof createdAt === 'number' && typeof updatedAt === 'number';

const isHook = (value: Item): value is Item & HookDefinition =>
  hasTexts(value, 'name', 'registry') &&
  Array.isArray(value.tokens) &&
  Array.isArray(value.hostAliases) &&
  (value.access === undefined || isRegistryAccess(value.access)) &&
  isDated(value);
const isTrigger = (value: Item): value is Item & TriggerDefinition =>
  hasTexts(value, 'name', 'hook', 'repository', 'application') && isFields(value.rule) && typeof value.rule.mode === 'string' && isDated(value);
const isApplication = (value: Item): value is Item & ApplicationDefinition =>
  hasTexts(value, 'name') && isFields(value.policy) && isFields(value.target) && typeof value.target.kind === 'string' && isDated(value);

/** The table is written by this stack alone, so a shape other than this is a newer version, or an accident that must be seen. */
const strange = (item: Item): Error =>
  new Error(`the item ${String(item.pk)}, ${String(item.sk)} has version ${String(item.v)} or lacks fields: this code reads version 1; deploy the newer code`);

/** What is the table's own is left behind. */
const body = (item: Item): Item => {
  const { pk: _pk, sk: _sk, kind: _kind, v, edition: _edition, writer: _writer, maker: _maker, due: _due, dueAt: _dueAt, ...fields } = item;
  if (v !== 1) throw strange(item);
  return fields;
};

export const hookFromItem = (item: Item): HookDefinition => {
  const { credential, ...hook } = body(item);
  if (!isHook(hook)) throw strange(item);
  if (credential === undefined) return hook;
  const read = isFields(credential) ? credentialFrom(credential, hook.createdAt) : undefined;
  if (read === undefined) throw strange(item);
  return { ...hook, credential: read };
};

/** There was one secret for each hook at first, without a date: `{by, name?, sha256}`. */
const credentialFrom = ({ by, name, sha256, ...rest }: Item, since: number): Credential | undefined => {
  const value = { by, ...(name === undefined ? {} : { name }), ...(typeof sha256 === 'string' ? { values: [{ sha256, createdAt: since }] } : rest) };
  return isCredential(value) ? value : undefined;
};

const areSecrets = (value: unknown, field: 'sha256' | 'sealed'): boolean =>
  Array.isArray(value) && value.every((each) => isFields(each) && hasTexts(each, field) && typeof each.createdAt === 'number');

const CREDENTIALS: Readonly<Record<Credential['by'], (item: Item) => boolean>> = {
  hmac: ({ secrets }) => areSecrets(secrets, 'sealed'),
  header: (item) => hasTexts(item, 'name') && areSecrets(item.values, 'sha256'),
  basic: ({ values }) => areSecrets(values, 'sha256'),
  oidc: (item) => hasTexts(item, 'audience') && (item.email === undefined || typeof item.email === 'string'),
};
const isCredential = (value: Item): value is Item & Credential => Object.entries(CREDENTIALS).some(([by, holds]) => by === value.by && holds(value));

export const triggerUrlFromItem = (item: Item): TriggerUrl => {
  const { application, ...hook } = hookFromItem(item);
  if (typeof application !== 'string') throw strange(item);
  return { ...hook, application, name: hook.name.slice(triggerUrlsOf(application).length) };
};

/** Whatever a token may name. */
export const anyHookFromItem = (item: Item): HookDefinition => (item.kind === ('trigger-url' satisfies Kind) ? triggerUrlFromItem(item) : hookFromItem(item));

export const triggerFromItem = (item: Item): TriggerDefinition => {
  const trigger = body(item);
  if (!isTrigger(trigger)) throw strange(item);
  return trigger;
};

export const applicationFromItem = (item: Item): ApplicationDefinition => {
  const application = { ...body(item), target: targetFrom(item.target) };
  if (!isApplication(application)) throw strange(item);
  return application;
};

const targetFrom = (text: unknown): TargetDefinition | undefined => {
  const value: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
  return isTarget(value) ? value : undefined;
};
const isTarget = (value: unknown): value is TargetDefinition => isFields(value) && typeof value.kind === 'string';
