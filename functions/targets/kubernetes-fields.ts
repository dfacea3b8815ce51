/** Fields of the API's objects, which are read here as JSON and never typed as a whole: fields that did not exist when this was written pass through. */
import { type Fields, isFields } from '../core/fields.ts';

/** What lies behind a path of field names; undefined where any of them is missing. */
export const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inside, field) => (isFields(inside) && Object.hasOwn(inside, field) ? inside[field] : undefined), value);

export const textAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
};

/** The API leaves out numbers that are 0. */
export const numberAt = (value: unknown, ...path: readonly string[]): number => {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : 0;
};

export const objectsAt = (value: unknown, ...path: readonly string[]): readonly Fields[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isFields) : [];
};

/** `{a: {b: leaf}}` from the path `a`, `b`. */
export const nested = (path: readonly string[], leaf: unknown): Fields => {
  const [first = '', ...rest] = path;
  return { [first]: rest.length === 0 ? leaf : nested(rest, leaf) };
};
