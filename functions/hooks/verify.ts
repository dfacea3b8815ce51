/** The only place that compares secrets: always hash against hash, in constant time, each one of those that are valid. */
import { timingSafeEqual } from 'node:crypto';
import type { HookDefinition, StoredToken } from '../core/definitions.ts';
import { hashToken } from './token.ts';

export type Verdict = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** Compared with when there is nothing to compare with, so that an unknown hook takes as long as a known one. */
const NO_TOKEN: StoredToken = { sha256: hashToken(''), createdAt: 0, expiresAt: 0 };

/** `now` in milliseconds; a token is valid up to and without its `expiresAt`. */
export const verifyToken = (token: string, stored: readonly StoredToken[], now: number): boolean => {
  const presented = hashToken(token);
  let valid = false;
  for (const { sha256, expiresAt } of stored.length === 0 ? [NO_TOKEN] : stored) {
    const equal = equalHashes(presented, sha256);
    if (equal && (expiresAt === undefined || expiresAt > now)) valid = true;
  }
  return valid;
};

/**
 * The second factor of a hook, where one is configured. For `header` the stored hash is that of the whole value of the
 * header, for `basic` that of `user:password`.
 */
export const verifyCredential = (hook: Pick<HookDefinition, 'credential'>, request: { readonly headers: Readonly<Record<string, string>> }): Verdict => {
  const { credential } = hook;
  if (credential === undefined) return { ok: true };
  const name = credential.by === 'basic' ? 'authorization' : credential.name.toLowerCase();
  const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
  const presented = credential.by === 'basic' ? basicPair(value) : value;
  const equal = equalHashes(hashToken(presented ?? ''), credential.sha256);
  if (presented === undefined || presented === '')
    return {
      ok: false,
      why:
        credential.by === 'basic'
          ? 'this hook asks for basic authentication and the delivery has none: set user and password where the registry calls the hook'
          : `this hook asks for the header "${name}" and the delivery has none: set it where the registry calls the hook`,
    };
  return equal
    ? { ok: true }
    : {
        ok: false,
        why: `the header "${name}" does not hold the value that this hook asks for: correct it where the registry calls the hook, or set a new one in the hook`,
      };
};

const basicPair = (value: string | undefined): string | undefined => {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(value ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
};

/** False for a stored text that is no sha256 in hex; how long it is, is no secret. `timingSafeEqual` throws on different lengths. */
const equalHashes = (presented: string, stored: string): boolean => {
  const a = Buffer.from(presented, 'hex');
  const b = Buffer.from(stored, 'hex');
  return a.length === b.length && timingSafeEqual(a, b);
};
