/** Bodies that make or change a hook. Hosts and patterns are only bounded here: `core` reads them, the format says what it needs. */
import * as z from 'zod/mini';
import { ECR_HOOK } from '../core/ecr-hook.ts';
import { parseSecretReference, SECRET_REFERENCE_FORMS } from '../core/secret-reference.ts';
import { isTriggerUrlId, name } from './name.ts';

const short = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));
const registry = short(40);
const registryHost = short(300);
const hostAliases = z.array(registryHost).check(z.maxLength(20));
const repositories = z.array(short(260)).check(z.minLength(1), z.maxLength(100));

const HEADER = /^[A-Za-z0-9-]{1,64}$/;
/** At least 8 characters; null where nobody has set it yet: until somebody does, deliveries are refused. */
const secret = z.nullable(z.string().check(z.minLength(8), z.maxLength(1_000)));
/** A second factor that the sender gives with each delivery. Kept as a hash, or sealed where it signs; never shown again. */
const credential = z.discriminatedUnion(
  'by',
  [
    z.strictObject({
      by: z.literal('header'),
      name: z.optional(z.string().check(z.regex(HEADER, { error: 'a header name has 1 to 64 of A-Z, a-z, 0-9 and "-"' }))),
      value: secret,
    }),
    z.strictObject({
      by: z.literal('basic'),
      user: z.nullable(z.string().check(z.regex(/^[^:]{1,100}$/, { error: 'a user has 1 to 100 characters, none of them ":"' }))),
      password: secret,
    }),
    z.strictObject({ by: z.literal('hmac'), secret }),
    z.strictObject({
      by: z.literal('oidc'),
      audience: short(1_000),
      email: z.optional(z.string().check(z.regex(/^[^\s@]{1,200}@[^\s@]{1,200}$/, { error: 'give the e-mail address of the account that the sender uses' }))),
    }),
  ],
  {
    error:
      'give {"by":"hmac","secret":"…"}, {"by":"header","value":"…"}, {"by":"basic","user":"…","password":"…"} or {"by":"oidc","audience":"…","email":"…"}, which of these the format can send',
  },
);
export type CredentialBody = z.infer<typeof credential>;

/** Whether its registry may be asked what a tag names, and as whom. */
const access = z.union(
  [
    z.enum(['public', 'ecr']),
    z.strictObject({ auth: z.string().check(z.refine((text: string) => parseSecretReference(text).ok, { error: 'names no secret' })) }),
  ],
  {
    error: `give "public", "ecr" for Amazon ECR, or {"auth":"…"} with a reference to a secret that holds {"username":"…","password":"…"}: ${SECRET_REFERENCE_FORMS}`,
  },
);

const sweepMinutes = z.int().check(z.minimum(0), z.maximum(1_440));

/** What a hook may speak for and how it proves itself; also part of a body that makes a trigger with a hook of its own. */
export const hookParts = {
  registryHost: z.optional(registryHost),
  hostAliases: z.optional(hostAliases),
  repositories: z.optional(repositories),
  credential: z.optional(credential),
  access: z.optional(access),
  sweepMinutes: z.optional(sweepMinutes),
} as const;

const TRIGGER_URL_RULE = 'names that begin as the id of a trigger URL does (url- and 26 letters and digits) are kept for those';
const ECR_RULE =
  'the hook "ecr" is there already: it hears the EventBridge rule of the stack, and has no URL; choose another name for a hook that an API destination posts to';
/** Why no hook may have this name. */
export const hookNameProblem = (text: string): string | undefined => (isTriggerUrlId(text) ? TRIGGER_URL_RULE : text === ECR_HOOK.name ? ECR_RULE : undefined);
const hookName = name.check(
  z.refine((text: string) => !isTriggerUrlId(text), { error: TRIGGER_URL_RULE }),
  z.refine((text: string) => text !== ECR_HOOK.name, { error: ECR_RULE }),
);

export const hookBody = z.strictObject({ name: hookName, registry, ...hookParts, enabled: z.optional(z.boolean()) });
export type HookBody = z.infer<typeof hookBody>;

/** A new secret beside the one in use; none where the newest is kept. */
export const credentialRotation = z.strictObject({ credential: z.optional(credential) });

/** `null` takes a field away. */
export const hookPatch = z.strictObject({
  registry: z.optional(registry),
  registryHost: z.optional(z.nullable(registryHost)),
  hostAliases: z.optional(hostAliases),
  repositories: z.optional(z.nullable(repositories)),
  credential: z.optional(z.nullable(credential)),
  access: z.optional(z.nullable(access)),
  sweepMinutes: z.optional(z.nullable(sweepMinutes)),
  enabled: z.optional(z.boolean()),
});
export type HookPatch = z.infer<typeof hookPatch>;
