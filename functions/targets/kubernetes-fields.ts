/** Fields of the API's objects, which are read here as JSON and never typed as a whole: fields that did not exist when this was written pass through. */

export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What lies behind a path of field names; undefined where any of them is missing. */
export const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inside, field) => (isJson(inside) && Object.hasOwn(inside, field) ? inside[field] : undefined), value);

export const textAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
};

/** The API leaves out numbers that are 0. */
export const numberAt = (value: unknown, ...path: readonly string[]): number => {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : 0;
};

export const objectsAt = (value: unknown, ...path: readonly string[]): readonly Json[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isJson) : [];
};

/** `{a: {b: leaf}}` from the path `a`, `b`. */
export const nested = (path: readonly string[], leaf: unknown): Json => {
  const [first = '', ...rest] = path;
  return { [first]: rest.length === 0 ? leaf : nested(rest, leaf) };
};
