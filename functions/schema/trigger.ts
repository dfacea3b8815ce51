/** Bodies that make or change a trigger. Whether a rule compiles and a repository can be read is for `core` to say. */
import * as z from 'zod/mini';
import { hookParts } from './hook.ts';
import { name } from './name.ts';

const text = (most: number) => z.string().check(z.maxLength(most));
const except = z.optional(text(512));

export const rule = z.discriminatedUnion(
  'mode',
  [
    z.strictObject({ mode: z.literal('all'), except }),
    z.strictObject({ mode: z.literal('expression'), expression: text(512), except }),
    z.strictObject({ mode: z.literal('tags'), tags: z.array(text(200)).check(z.minLength(1), z.maxLength(100)), except }),
    z.strictObject({ mode: z.literal('semver'), range: text(256), prereleases: z.optional(z.boolean()), except }),
  ],
  { error: 'give {"mode":"all"}, {"mode":"expression","expression":"release-v.*"}, {"mode":"tags","tags":["latest"]} or {"mode":"semver","range":"^1.4"}' },
);

/** Either `hook` names one that exists, or `registry` makes one of the trigger's name. */
export const triggerBody = z.strictObject({
  name,
  repository: z.string().check(z.minLength(1), z.maxLength(1_000)),
  application: name,
  rule: z.optional(rule),
  enabled: z.optional(z.boolean()),
  hook: z.optional(name),
  registry: z.optional(z.string().check(z.minLength(1), z.maxLength(40))),
  ...hookParts,
});
export type TriggerBody = z.infer<typeof triggerBody>;

export const triggerPatch = z.strictObject({
  rule: z.optional(rule),
  application: z.optional(name),
  hook: z.optional(name),
  enabled: z.optional(z.boolean()),
});
