/**
 * Every target kind there is, and the only way to one: by a configuration that was checked. Each is loaded when an
 * application asks for it: a deployment needs one of them, and all together weigh more than everything else in it.
 */
import type { TargetDefinition } from '../core/definitions.ts';
import { type Parsed, refused } from '../core/parsed.ts';
import { shown } from '../core/shown.ts';
import { type FieldProblem, type Kind, kindOf } from './kind.ts';
import type { BoundTarget } from './target.ts';

export type { FieldProblem } from './kind.ts';
export type { BoundTarget } from './target.ts';

export const TARGET_KINDS = ['http', 'ecs', 'kubernetes', 'docker', 'lambda', 'app-center'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

const KINDS = {
  http: async () => kindOf((await import('./http.ts')).http),
  ecs: async () => kindOf((await import('./ecs.ts')).ecs),
  kubernetes: async () => kindOf((await import('./kubernetes.ts')).kubernetes),
  docker: async () => kindOf((await import('./docker.ts')).docker),
  lambda: async () => kindOf((await import('./lambda.ts')).lambda),
  'app-center': async () => kindOf((await import('./app-center.ts')).appCenter),
} as const satisfies Record<TargetKind, () => Promise<Kind>>;

export const isTargetKind = (name: unknown): name is TargetKind => TARGET_KINDS.some((known) => known === name);

/** An import is looked up again each time although it was done. */
const loaded = new Map<TargetKind, Promise<Kind>>();

export const loadKind = (name: TargetKind): Promise<Kind> => {
  const known = loaded.get(name) ?? KINDS[name]();
  loaded.set(name, known);
  return known;
};

export const unknownKind = (name: unknown): string =>
  `${name === undefined ? 'is missing' : typeof name === 'string' ? `${shown(name)} is not a kind of target` : 'must be a text'}: write ${TARGET_KINDS.map((known) => `"${known}"`).join(' or ')}`;

/** The target behind a definition; refused when its configuration is not, or no longer, one. */
export const targetOf = async (definition: TargetDefinition): Promise<Parsed<BoundTarget>> =>
  isTargetKind(definition.kind) ? (await loadKind(definition.kind)).bind(definition) : refused(`kind: ${unknownKind(definition.kind)}`);

/** What is wrong with a body that is to become a target; empty when nothing is. */
export const targetProblems = async (value: unknown): Promise<readonly FieldProblem[]> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ field: '', why: 'must be an object with a "kind"' }];
  const name = 'kind' in value ? value.kind : undefined;
  return isTargetKind(name) ? (await loadKind(name)).problems(value) : [{ field: 'kind', why: unknownKind(name) }];
};
