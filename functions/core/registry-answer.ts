/** How a hook's registry may be asked about its images, and what it says. */

/** Off unless a hook says it: nothing outside is asked unasked. `auth`: reference to a secret that holds `{"username":"…","password":"…"}`. */
export type RegistryAccess = 'public' | { readonly auth: string };

export const isRegistryAccess = (value: unknown): value is RegistryAccess =>
  value === 'public' || (typeof value === 'object' && value !== null && 'auth' in value && typeof value.auth === 'string');

export type RegistryAnswer =
  /** What the tag names now. */
  | { readonly is: 'found'; readonly digest: string }
  /** The registry says itself that there is no such image. */
  | { readonly is: 'absent'; readonly why: string }
  /** Nobody knows: no access, no answer in time, or one that says nothing. */
  | { readonly is: 'silent'; readonly why: string; readonly retryAfter?: number };

export type RegistryTags =
  | { readonly is: 'listed'; readonly tags: readonly string[] }
  /** `retryAfter`: milliseconds for which the registry wants to be left alone. */
  | { readonly is: 'silent'; readonly why: string; readonly retryAfter?: number };
