/** Every target kind there is, and the only way to one: by a configuration that was checked. */
import type { TargetDefinition } from '../core/definitions.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { shown } from '../core/shown.ts';
import { appCenter } from './app-center.ts';
import { docker } from './docker.ts';
import { ecs } from './ecs.ts';
import { http } from './http.ts';
import { kubernetes } from './kubernetes.ts';
import { lambda } from './lambda.ts';
import type { BoundTarget, Target, Trust } from './target.ts';

export type { BoundTarget } from './target.ts';

export const TARGET_KINDS = ['http', 'ecs', 'kubernetes', 'docker', 'lambda', 'app-center'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** A kind without its type of configuration, which only its own schema makes and only itself uses. */
interface Kind {
  bind(definition: unknown): Parsed<BoundTarget>;
  problems(definition: unknown): readonly FieldProblem[];
}

export interface FieldProblem {
  /** Inside the target: `url`, `headers.x`; "" for the whole. */
  readonly field: string;
  readonly why: string;
}

const kind = <C>(target: Target<C>): Kind => ({
  problems: target.config.problems,
  bind: (definition) => {
    const config = target.config.parse(definition);
    return config.ok ? parsed(bind(target, config.value)) : config;
  },
});

const bind = <C>(target: Target<C>, config: C): BoundTarget => {
  if (target.sight === 'blind') return { sight: 'blind', apply: (wish, io) => target.apply(config, wish, io) };
  const { grant } = target;
  return {
    sight: 'readable',
    takesTemplates: target.takesTemplates?.(config) === true,
    read: (wish, io) => target.read(config, wish, io),
    apply: (wish, seen, io) => target.apply(config, wish, seen, io),
    observe: (handle, io) => target.observe(config, handle, io),
    ...(grant === undefined ? {} : { grant: (trust: Trust) => grant(config, trust) }),
  };
};

const TARGETS = {
  http: kind(http),
  ecs: kind(ecs),
  kubernetes: kind(kubernetes),
  docker: kind(docker),
  lambda: kind(lambda),
  'app-center': kind(appCenter),
} as const satisfies Record<TargetKind, Kind>;

export const isTargetKind = (name: unknown): name is TargetKind => TARGET_KINDS.some((known) => known === name);

const unknownKind = (name: unknown): string =>
  `${name === undefined ? 'is missing' : typeof name === 'string' ? `${shown(name)} is not a kind of target` : 'must be a text'}: write ${TARGET_KINDS.map((known) => `"${known}"`).join(' or ')}`;

/** The target behind a definition; refused when its configuration is not, or no longer, one. */
export const targetOf = (definition: TargetDefinition): Parsed<BoundTarget> =>
  isTargetKind(definition.kind) ? TARGETS[definition.kind].bind(definition) : refused(`kind: ${unknownKind(definition.kind)}`);

/** What is wrong with a body that is to become a target; empty when nothing is. */
export const targetProblems = (value: unknown): readonly FieldProblem[] => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ field: '', why: 'must be an object with a "kind"' }];
  const name = 'kind' in value ? value.kind : undefined;
  return isTargetKind(name) ? TARGETS[name].problems(value) : [{ field: 'kind', why: unknownKind(name) }];
};
