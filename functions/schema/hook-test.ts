/** A push that a hook is tried with. Its parts are only bounded here: `core` reads them. */
import * as z from 'zod/mini';

export const hookTestBody = z.strictObject({
  /** `host/path`, or the path on the registry of the hook. */
  repository: z.string().check(z.minLength(1), z.maxLength(600)),
  tag: z.string().check(z.minLength(1), z.maxLength(200)),
  digest: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  /** Only says what would happen. */
  dry: z.optional(z.boolean()),
});
export type HookTestBody = z.infer<typeof hookTestBody>;
