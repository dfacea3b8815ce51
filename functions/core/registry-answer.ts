/** How a hook's registry may be asked about its images, and what it says. */

/**
 * Off unless a hook says it: nothing outside is asked unasked. `ecr`: Amazon ECR, by the role of the function. `auth`:
 * reference to a secret that holds `{"username":"…","password":"…"}`.
 */
export type RegistryAccess = 'public' | 'ecr' | { readonly auth: string };

export const isRegistryAccess = (value: unknown): value is RegistryAccess =>
  value === 'public' || value === 'ecr' || (typeof value === 'object' && value !== null && 'auth' in value && typeof value.auth === 'string');

export type RegistryAnswer =
  /** What the tag names now. */
  | { readonly is: 'found'; readonly digest: string }
  /** The registry says itself that there is no such image. */
  | { readonly is: 'absent'; readonly why: string }
  /** Nobody knows: no access, no answer in time, or one that says nothing. */
  | Silence;

export type RegistryTags = { readonly is: 'listed'; readonly tags: readonly string[] } | Silence;

export interface Silence {
  readonly is: 'silent';
  readonly why: string;
  /** Milliseconds for which the registry wants to be left alone. */
  readonly retryAfter?: number;
  /** It is this repository that may not or cannot be read; another one may. */
  readonly denied?: true;
}
