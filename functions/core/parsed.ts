/** The answer of everything that reads text or unknown data: a value, or the sentence that says what is wrong, what was got and what is allowed. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const refused = (why: string): { readonly ok: false; readonly why: string } => ({ ok: false, why });
