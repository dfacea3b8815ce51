/** A kind of target without its type of configuration, which only its own schema makes and only itself uses. */
import { type Parsed, parsed } from '../core/parsed.ts';
import type { BoundTarget, Target, Trust } from './target.ts';

export interface Kind {
  bind(definition: unknown): Parsed<BoundTarget>;
  problems(definition: unknown): readonly FieldProblem[];
}

export interface FieldProblem {
  /** Inside the target: `url`, `headers.x`; "" for the whole. */
  readonly field: string;
  readonly why: string;
}

export const kindOf = <C>(target: Target<C>): Kind => ({
  problems: target.config.problems,
  bind: (definition) => {
    const config = target.config.parse(definition);
    return config.ok ? parsed(bind(target, config.value)) : config;
  },
});

const bind = <C>(target: Target<C>, config: C): BoundTarget => {
  if (target.sight === 'blind') {
    const { obstacle } = target;
    return {
      sight: 'blind',
      apply: (wish, io) => target.apply(config, wish, io),
      ...(obstacle === undefined ? {} : { obstacle: (io) => obstacle(config, io) }),
    };
  }
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
