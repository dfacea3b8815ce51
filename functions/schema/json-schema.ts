/** JSON Schemas (2020-12, as OpenAPI 3.1 has them) of what is checked here. */
import * as z from 'zod/mini';
import { ANSWERS, aboutOf } from './answers/index.ts';
import { describeFields } from './describe-fields.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Of a body or a query as it is sent, before anything is made of it. */
export const inputSchema = (schema: z.ZodMiniType): JsonSchema => withoutDialect(z.toJSONSchema(schema, { io: 'input' }));

/** The same with what each field means. `about`: what the body is of, as in `hook`. */
export const bodySchema = (schema: z.ZodMiniType, about: string): JsonSchema => describeFields(inputSchema(schema), [about]);

/** Of every answer, by name, for `components.schemas`. */
export const answerSchemas = (): Readonly<Record<string, JsonSchema>> => {
  const named = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(ANSWERS)) named.add(schema, { id });
  const { schemas } = z.toJSONSchema(named, { io: 'input', uri: (id) => `#/components/schemas/${id}`, override: withoutLongPattern });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, describeFields(withoutDialect(schema), [id, aboutOf(id)])]));
};

/** As RFC 9457 has it. `next`: requests that are a way on. */
export const problemSchema = (codes: readonly string[]): JsonSchema => {
  const problem = z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(codes),
    errors: z.optional(z.array(z.strictObject({ field: z.string(), why: z.string() }))),
    next: z.optional(z.array(z.string())),
  });
  return describeFields(withoutDialect(z.toJSONSchema(problem)), ['problem']);
};

/** The format says it, in a line instead of ten. */
const withoutLongPattern = ({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void => {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
};

/** Both stand once for the whole document. */
const withoutDialect = ({ $schema: _dialect, $id: _id, ...schema }: z.core.JSONSchema.BaseSchema): JsonSchema => schema;
