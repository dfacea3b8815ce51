/** What a credential is found to be. */
export type Verdict =
  | { readonly ok: true }
  /** `missing`: nothing was presented. `unready`: it cannot be judged at this moment, and the sender should come again. */
  | { readonly ok: false; readonly is: 'missing' | 'wrong' | 'unready'; readonly why: string };

export const OK: Verdict = { ok: true };
export const failed = (is: 'missing' | 'wrong' | 'unready', why: string): Verdict => ({ ok: false, is, why });

/** A header as it was sent; undefined when it was not. Names in lower case. */
export const headerIn = ({ headers }: { readonly headers: Readonly<Record<string, string>> }, name: string): string | undefined =>
  Object.hasOwn(headers, name.toLowerCase()) ? headers[name.toLowerCase()] : undefined;
