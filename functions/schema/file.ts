/**
 * Documents of declarative files: the bodies that make a hook, an application or a trigger, with `apiVersion` and `kind`
 * in front, and nothing that is secret. What the API takes more or less, files do too.
 */
import * as z from 'zod/mini';
import { applicationBody } from './application.ts';
import { describeFields } from './describe-fields.ts';
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

/** What an editor says of a field. */
const WORDS: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  Hook: {
    name: 'A part of its webhook URL; triggers name it.',
    registry: 'What sends: alibaba-acr, harbor, dockerhub, ghcr, distribution, generic …',
    registryHost: 'The one registry that it may speak for, as in registry.example.com:5000.',
    hostAliases: 'Other names of that registry. Those that follow from the host are known.',
    repositories: 'The only repositories that it may speak for: team/app or team/*.',
    credential: 'How each delivery proves itself beside the URL. The secret is set by: image-triggers hook update NAME --credential … --credential-file FILE',
    access: 'Whether the registry may be asked what a tag names, and as whom.',
    sweepMinutes: 'How often the registry is looked at for pushes that nobody told; 0: never.',
    enabled: 'Deliveries to a hook that is off are refused. Default true.',
  },
  Application: {
    name: 'Triggers name it.',
    target: 'Where it is deployed; the other fields are those of its kind.',
    policy: 'How it wants to be deployed. Everything is optional.',
    parameters: 'Values of the placeholders of its template.',
    source: 'What it deploys lies in git: it can be deployed again, and takes no image.',
    template: 'The path of its template from this file, or {text: …}. Tags and digests in it stay as pushes have set them.',
    triggerUrls:
      'Its trigger URLs, all of them: each with who is given it (label), whether a GET deploys too (get), and what it may speak for. Without this field they stay as they are.',
    enabled: 'Pushes to an application that is off are skipped. Default true.',
  },
  Trigger: {
    name: 'Its calls are kept under this name.',
    repository: 'host/path, host/team/*, or a path on the registry of its hook.',
    application: 'What is deployed.',
    hook: 'Through which hook pushes are heard; ecr for Amazon ECR.',
    rule: 'Which tags fire. Without it all do.',
    enabled: 'Default true.',
  },
};

interface FileJsonSchema {
  readonly $schema: string;
  readonly title: string;
  readonly description: string;
  readonly oneOf: readonly { readonly properties: Readonly<Record<string, unknown>>; readonly additionalProperties?: unknown }[];
}

/** For editors: most of them know draft 7. */
export const fileJsonSchema = (): FileJsonSchema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Image Triggers',
  description: 'A hook, an application or a trigger; several in one file are separated by ---',
  oneOf: KINDS.map((kind) => {
    const { $schema, properties = {}, ...rest } = describeFields(z.toJSONSchema(DOCUMENTS[kind], { target: 'draft-7', io: 'input' }), [kind.toLowerCase()]);
    const described = Object.entries(properties).map(([field, schema]) => {
      const description = WORDS[kind][field];
      return [field, description === undefined || typeof schema === 'boolean' ? schema : { ...schema, description }];
    });
    return { ...rest, properties: Object.fromEntries(described) };
  }),
});
