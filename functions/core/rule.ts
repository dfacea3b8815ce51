/** The condition of a trigger over the tag. Shapes only here; `compileRule` below makes one runnable. */
export type Rule = (
  | { readonly mode: 'all' }
  /** The whole tag must match, RE2 syntax; a bare `*` means everything (the origin's own sample). */
  | { readonly mode: 'expression'; readonly expression: string }
  /** Exact and case-sensitive, 1 to 100 tags. */
  | { readonly mode: 'tags'; readonly tags: readonly string[] }
  /** npm range over the tag with an optional leading `v`; pre-releases only when asked for. */
  | { readonly mode: 'semver'; readonly range: string; readonly prereleases?: boolean }
) & {
  /** An expression over the whole tag; what it matches does not fire. */
  readonly except?: string;
};
