/** Puts what each field means into a JSON Schema. */
import type * as z from 'zod/mini';
import { FIELD_WORDS } from './field-words.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;
type Inner = z.core.JSONSchema._JSONSchema;

/** `within`: what the fields lie in, the closest name first: a field, or of the outermost what the schema is called and is about. */
export const describeFields = (schema: JsonSchema, within: readonly string[]): JsonSchema => {
  const deeper = (inner: Inner): Inner => (typeof inner === 'boolean' ? inner : describeFields(inner, within));
  const { properties, items, additionalProperties, anyOf, oneOf } = schema;
  return {
    ...schema,
    ...(properties === undefined ? {} : { properties: described(properties, within) }),
    ...(items === undefined ? {} : { items: Array.isArray(items) ? items.map(deeper) : deeper(items) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: deeper(additionalProperties) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map((each) => describeFields(each, within)) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map((each) => describeFields(each, within)) }),
  };
};

const described = (properties: Readonly<Record<string, Inner>>, within: readonly string[]): Record<string, Inner> =>
  Object.fromEntries(
    Object.entries(properties).map(([field, inner]) => {
      if (typeof inner === 'boolean') return [field, inner];
      // What a list is of is called as the list.
      const words = FIELD_WORDS[wordsKey(field, within)];
      return [field, { ...describeFields(inner, field === 'items' ? within : [field]), ...(words === undefined ? {} : { description: words }) }];
    }),
  );

/** Where the words of a field stand. */
const wordsKey = (field: string, within: readonly string[]): string =>
  within.map((place) => `${place}.${field}`).find((key) => Object.hasOwn(FIELD_WORDS, key)) ?? field;
