/**
 * Documents of declarative files: the bodies that make a hook, an application or a trigger, with `apiVersion` and `kind`
 * in front, and nothing that is secret. What the API takes more or less, files do too.
 */
import * as z from 'zod/mini';
import { applicationBody } from './application.ts';
import { hookBody } from './hook.ts';
import { name } from './name.ts';
import { triggerBody } from './trigger.ts';
import { triggerUrlBody } from './trigger-url.ts';

export const API_VERSION = 'image-triggers/v1';
const head = <K extends string>(kind: K) => ({ apiVersion: z.literal(API_VERSION), kind: z.literal(kind) });

/** Which kind of proof is asked for. The secret itself is given by a command; the user of `basic` is kept in one hash with it. */
const [header, basic, hmac, oidc] = hookBody.shape.credential.def.innerType.def.options;
const credential = z.discriminatedUnion(
  'by',
  [z.omit(header, { value: true }), z.omit(basic, { user: true, password: true }), z.omit(hmac, { secret: true }), oidc],
  { error: 'give {by: hmac}, {by: header, name: X-Token}, {by: basic} or {by: oidc, audience: …, email: …}, which of these the format can send' },
);

const text = z.string().check(z.minLength(1));
/** The path of a file, from the one that names it; or the text itself. */
const template = z.union([text, z.strictObject({ text })], { error: 'give the path of a file, as in ./web.yaml, or {text: …}' });

/** What each may do and who is given it; the URL is made, and shown once, where the file is applied. */
const triggerUrls = z.array(triggerUrlBody).check(z.maxLength(20));

/** A hook is a document of its own here, so a trigger only names it. */
const { name: triggerName, repository, application, rule, enabled } = triggerBody.shape;

export const DOCUMENTS = {
  Hook: z.strictObject({ ...head('Hook'), ...hookBody.shape, credential: z.optional(credential) }),
  Application: z.strictObject({ ...head('Application'), ...applicationBody.shape, template: z.optional(template), triggerUrls: z.optional(triggerUrls) }),
  Trigger: z.strictObject({ ...head('Trigger'), name: triggerName, repository, application, hook: name, rule, enabled }),
} as const;

export type Kind = keyof typeof DOCUMENTS;
/** In the order in which they can be made: a trigger names the two others. */
export const KINDS = ['Hook', 'Application', 'Trigger'] as const satisfies readonly Kind[];
