/** The only place that compares secrets, with what lies beside it: in constant time, each one of those that are valid. */
import { type Credential, type HookDefinition, isUnset, type StoredToken } from '../core/definitions.ts';
import type { Proof, RawRequest } from '../registries/registry.ts';
import { equalHashes } from './equal.ts';
import type { KeyStore } from './identity-token.ts';
import type { SealedSecrets } from './sealed-secrets.ts';
import { hashToken } from './token.ts';
import { failed, headerIn, OK, type Verdict } from './verdict.ts';

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

interface VerifyGround {
  readonly now: number;
  /** Of the hook's format. */
  readonly proofs: readonly Proof[];
  readonly open: SealedSecrets['open'];
  readonly keys: KeyStore;
}

type Hook = Pick<HookDefinition, 'name' | 'credential'>;

/** How a delivery proves itself beside its URL, where that is configured. What only some hooks need is loaded for them. */
export const verifyCredential = async ({ name, credential }: Hook, request: RawRequest, ground: VerifyGround): Promise<Verdict> => {
  if (credential === undefined) return OK;
  if (isUnset(credential)) return failed('wrong', 'the secret of this hook was never set: set one in the hook, and the same where the registry calls it');
  const { now, proofs } = ground;
  switch (credential.by) {
    case 'header':
    case 'basic':
      return verifyText(credential, request, now);
    case 'hmac': {
      const signed = proofs.filter((proof) => proof.by === 'hmac');
      if (signed.length === 0) return cannot('sign');
      const { verifySignature } = await loadSignature();
      const valid = credential.secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
      return verifySignature(name, valid, request, signed, ground.open);
    }
    case 'oidc': {
      const proof = proofs.find((each) => each.by === 'oidc');
      if (proof === undefined) return cannot('send signed tokens');
      const { verifyIdentityToken } = await import('./identity-token.ts');
      return verifyIdentityToken(credential, request, proof, now, ground.keys);
    }
  }
};

/** An import is looked up again each time although it was done. */
let signature: Promise<typeof import('./signature.ts')> | undefined;
const loadSignature = (): Promise<typeof import('./signature.ts')> => {
  signature ??= import('./signature.ts');
  return signature;
};

const cannot = (what: string): Verdict =>
  failed('wrong', `the hook asks for what the senders of its format cannot do (${what}): set the credential of the hook anew`);

/** Read whole: the value of the header, or `user:password`. */
const verifyText = (credential: Extract<Credential, { by: 'header' | 'basic' }>, request: RawRequest, now: number): Verdict => {
  const name = credential.by === 'basic' ? 'authorization' : credential.name.toLowerCase();
  const value = headerIn(request, name);
  const presented = (credential.by === 'basic' ? basicPair(value) : value) ?? '';
  const valid = verifyToken(presented, credential.values, now);
  if (value === undefined || value === '')
    return failed(
      'missing',
      credential.by === 'basic'
        ? 'this hook asks for basic authentication and the delivery has none: set user and password where the registry calls the hook'
        : `this hook asks for the header "${name}" and the delivery has none: set it where the registry calls the hook`,
    );
  return valid && presented !== ''
    ? OK
    : failed(
        'wrong',
        `the header "${name}" does not hold the value that this hook asks for: correct it where the registry calls the hook, or set a new one in the hook`,
      );
};

const basicPair = (value: string | undefined): string | undefined => {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(value ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
};
