/** From a zod schema to the schema of a target: one sentence for every problem, and unknown fields named with those that are allowed. */
import * as z from 'zod/mini';
import { parsed, refused } from '../core/parsed.ts';
import type { Schema } from './target.ts';

/** `fields`: what the configuration may hold, in the order in which it is told. */
export const schemaOf = <C>(schema: z.ZodMiniType<C>, fields: readonly string[]): Schema<C> => {
  const problems = (value: unknown) => {
    const result = schema.safeParse(value);
    return result.success ? [] : result.error.issues.flatMap((issue) => sentences(issue, fields));
  };
  return {
    problems,
    parse: (value) => {
      const result = schema.safeParse(value);
      if (result.success) return parsed(result.data);
      return refused(
        problems(value)
          .map(({ field, why }) => (field === '' ? why : `${field}: ${why}`))
          .join('; '),
      );
    },
  };
};

const sentences = (issue: z.core.$ZodIssue, fields: readonly string[]): readonly { readonly field: string; readonly why: string }[] => {
  const field = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: [...issue.path.map(String), key].join('.'), why: `is not known here: allowed are ${fields.join(', ')}` }));
  return [{ field, why: issue.message }];
};

/** A text with a rule of its own: `problem` says what is wrong with it, what is allowed and what to do. */
export const text = (asked: string, problem: (value: string) => string | undefined) =>
  z.string({ error: ({ input }) => (input === undefined ? `is missing: ${asked}` : `must be a text: ${asked}`) }).check((context) => {
    const why = problem(context.value);
    if (why !== undefined) context.issues.push({ code: 'custom', input: context.value, message: why });
  });

/** Any JSON value with a rule of its own; `problem` must cope with whatever depth it is given. */
export const json = (problem: (value: unknown) => string | undefined) =>
  z.unknown().check((context) => {
    const why = problem(context.value);
    if (why !== undefined) context.issues.push({ code: 'custom', input: undefined, message: why });
  });
