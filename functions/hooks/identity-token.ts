/**
 * OpenID Connect: a token that the sender's identity provider signed for one audience, as Pub/Sub puts it into
 * `Authorization: Bearer …`. https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions
 *
 * Only RS256, which is what the providers use: a token cannot choose how it is checked. Nothing here reaches outside. The
 * signer's keys are an item of the table; when it is missing, old, or does not know a key, it is asked for, and the tick
 * fetches it within a minute. A key that is still unknown just after that is nobody's.
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Credential } from '../core/definitions.ts';
import type { Proof, RawRequest } from '../registries/registry.ts';
import { failed, headerIn, OK, type Verdict } from './verdict.ts';

export interface SigningKeys {
  /** A JSON Web Key Set. */
  readonly text: string;
  readonly fetchedAt: number;
}

export interface KeyStore {
  /** `url`: where they are published. */
  get(url: string): Promise<SigningKeys | undefined>;
  /** Has them fetched by the next tick. */
  ask(url: string, now: number): Promise<void>;
}

type OidcCredential = Extract<Credential, { by: 'oidc' }>;
type OidcProof = Extract<Proof, { by: 'oidc' }>;

const MINUTE = 60_000;
/** Providers change their keys every few days, and publish a new one well before they use it. */
const REFRESH_AFTER_MS = 6 * 60 * MINUTE;
/** Older ones may have been revoked. */
const TRUSTED_MS = 3 * 24 * 60 * MINUTE;
/** Clocks differ. */
const TOLERANCE_SECONDS = 30;

export const verifyIdentityToken = async (
  { audience, email }: OidcCredential,
  request: RawRequest,
  proof: OidcProof,
  now: number,
  store: KeyStore,
): Promise<Verdict> => {
  const header = headerIn(request, 'authorization');
  if (header === undefined || header === '')
    return failed(
      'missing',
      'this hook asks for a signed token in the header "Authorization" and the delivery has none: let the sender authenticate its pushes',
    );
  const token = /^bearer +(\S+)$/i.exec(header)?.[1];
  if (token === undefined) return failed('wrong', 'the header "Authorization" holds no bearer token: let the sender authenticate its pushes');

  const stored = await store.get(proof.keys);
  const keys = stored === undefined || now - stored.fetchedAt > TRUSTED_MS ? undefined : readKeySet(stored.text);
  if (stored === undefined || keys === undefined) return askFor(proof, now, store);
  try {
    const options = { issuer: [...proof.issuers], audience, algorithms: ['RS256'], requiredClaims: ['exp'], clockTolerance: TOLERANCE_SECONDS };
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), { ...options, currentDate: new Date(now) });
    if (now - stored.fetchedAt > REFRESH_AFTER_MS) await store.ask(proof.keys, now);
    return email === undefined || isFrom(payload, email)
      ? OK
      : failed('wrong', 'the token is that of another account than this hook asks for: correct the service account of the sender, or "email" of the hook');
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey && now - stored.fetchedAt > MINUTE) return askFor(proof, now, store);
    // Whatever else is thrown is about a key that cannot be used, and not about the token.
    return error instanceof errors.JOSEError
      ? failed('wrong', `the token in the header "Authorization" does not hold: ${reasonOf(error)}`)
      : askFor(proof, now, store);
  }
};

const askFor = async ({ keys }: OidcProof, now: number, store: KeyStore): Promise<Verdict> => {
  await store.ask(keys, now);
  return failed('unready', 'the keys that sign the token are being fetched: send the push again in a minute');
};

const isFrom = ({ email, email_verified }: JWTPayload, wanted: string): boolean => email === wanted && email_verified === true;

/** Values of the token are not repeated. */
const reasonOf = (error: errors.JOSEError): string => {
  if (error instanceof errors.JWTExpired) return 'it is expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === 'aud' ? 'it is for another audience than this hook asks for ("aud")' : `its "${error.claim}" is not what this hook asks for`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'its provider has no such key';
  return error instanceof errors.JOSEAlgNotAllowed ? 'it is signed in a way that is not allowed' : 'its signature is wrong, or it is no token at all';
};

const readKeySet = (text: string): JSONWebKeySet | undefined => {
  const value: unknown = JSON.parse(text);
  return isKeySet(value) ? value : undefined;
};
const isKeySet = (value: unknown): value is JSONWebKeySet =>
  typeof value === 'object' &&
  value !== null &&
  'keys' in value &&
  Array.isArray(value.keys) &&
  value.keys.every((key) => typeof key === 'object' && key !== null);
