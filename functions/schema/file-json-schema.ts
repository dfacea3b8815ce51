/** The JSON Schema of declarative files, for editors. Apart from the schemas, since the words of all fields are loaded with it. */
import * as z from 'zod/mini';
import { describeFields } from './describe-fields.ts';
import { DOCUMENTS, KINDS, type Kind } from './file.ts';

/** Of fields that only a file has, or of which a file says more than the API. */
const WORDS: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  Hook: {
    registry: 'What sends: alibaba-acr, harbor, dockerhub, ghcr, distribution, generic …',
    hostAliases: 'Other names of that registry. Those that follow from the host are known.',
    credential: 'How each delivery proves itself beside the URL. The secret is set by: image-triggers hook update NAME --credential … --credential-file FILE',
    enabled: 'Deliveries to a hook that is off are refused. Default true.',
  },
  Application: {
    template: 'The path of its template from this file, or {text: …}. Tags and digests in it stay as pushes have set them.',
    triggerUrls:
      'Its trigger URLs, all of them: each with who is given it (label), whether a GET deploys too (get), and what it may speak for. Without this field they stay as they are.',
    enabled: 'Pushes to an application that is off are skipped. Default true.',
  },
  Trigger: { enabled: 'A trigger that is off fires nothing. Default true.' },
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
