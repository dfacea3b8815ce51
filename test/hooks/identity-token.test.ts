/** Signed tokens, with keys that are made here: each claim, each trick with the algorithm, and keys that are missing, old or rotated. */

import fc from 'fast-check';
import { exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import { beforeEach, describe, expect, it, test } from 'vitest';
import type { Credential } from '../../functions/core/definitions.ts';
import { verifyCredential } from '../../functions/hooks/verify.ts';
import type { Proof } from '../../functions/registries/registry.ts';

const NOW = Date.UTC(2026, 5, 30, 12);
const SECONDS = NOW / 1000;
const KEYS_AT = 'https://idp.example/certs';
const PROOF: Proof = { by: 'oidc', issuers: ['https://idp.example', 'idp.example'], keys: KEYS_AT };
const HOUR = 3_600_000;

const pair = () => generateKeyPair('RS256', { extractable: true });
const [ours, next, foreign] = await Promise.all([pair(), pair(), pair()]);
const publicKey = async (keys: typeof ours, kid: string) => ({ ...(await exportJWK(keys.publicKey)), kid, alg: 'RS256', use: 'sig' });
const FIRST = await publicKey(ours, 'k1');
const SECOND = await publicKey(next, 'k2');

const CLAIMS = {
  iss: 'https://idp.example',
  aud: 'https://hooks.example',
  email: 'push@idp.example',
  email_verified: true,
  iat: SECONDS - 60,
  exp: SECONDS + 3_540,
  sub: '1',
};
const token = (change: Readonly<Record<string, unknown>> = {}, kid = 'k1', keys = ours) =>
  new SignJWT(Object.fromEntries(Object.entries({ ...CLAIMS, ...change }).filter(([, value]) => value !== undefined)))
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
    .sign(keys.privateKey);

let stored: { text: string; fetchedAt: number } | undefined;
let asked: string[] = [];
const keep = (keys: readonly object[], fetchedAt: number) => ({ text: JSON.stringify({ keys }), fetchedAt });
beforeEach(() => {
  stored = keep([FIRST], NOW - HOUR);
  asked = [];
});

const CREDENTIAL: Extract<Credential, { by: 'oidc' }> = { by: 'oidc', audience: 'https://hooks.example', email: 'push@idp.example' };
const never = () => Promise.reject(new Error('nobody needs this here'));
const judge = async (authorization: string | undefined, credential: Credential = CREDENTIAL) => {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const request = { method: 'POST', headers, query: {}, body: new Uint8Array() };
  const verdict = await verifyCredential({ name: 'hub', credential }, request, {
    now: NOW,
    proofs: [PROOF],
    open: never,
    keys: { get: async () => stored, ask: async (url) => void asked.push(url) },
  });
  return verdict.ok ? 'ok' : `${verdict.is}: ${verdict.why}`;
};
const unsigned = (header: object, claims: object = CLAIMS, signature = ''): string =>
  `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.${signature}`;

describe('claims', () => {
  test.each([
    ['all as asked', {}, /^ok/],
    ['the other name of the issuer', { iss: 'idp.example' }, /^ok/],
    ['one of several audiences', { aud: ['x', 'https://hooks.example'] }, /^ok/],
    ['expired', { exp: SECONDS - 31 }, /^wrong.*it is expired/],
    ['expired within what clocks may differ', { exp: SECONDS - 29 }, /^ok/],
    ['without an end', { exp: undefined }, /^wrong.*"exp"/],
    ['not yet valid', { nbf: SECONDS + 31 }, /^wrong.*"nbf"/],
    ['another audience', { aud: 'https://elsewhere.example' }, /^wrong.*another audience/],
    ['no audience', { aud: undefined }, /^wrong.*another audience/],
    ['another issuer', { iss: 'https://evil.example' }, /^wrong.*"iss"/],
    ['no issuer', { iss: undefined }, /^wrong.*"iss"/],
    ['another account', { email: 'other@idp.example' }, /^wrong.*another account/],
    ['an account in another case', { email: 'Push@idp.example' }, /^wrong.*another account/],
    ['no account', { email: undefined }, /^wrong.*another account/],
    ['an account that is not verified', { email_verified: false }, /^wrong.*another account/],
    ['an account verified by a text', { email_verified: 'true' }, /^wrong.*another account/],
  ])('%s', async (_what, change, expected) => {
    const said = await judge(`Bearer ${await token(change)}`);
    expect(said).toMatch(expected);
    expect(said).not.toMatch(/evil|elsewhere|other@/);
    expect(asked).toEqual([]);
  });

  it('any account will do where none is asked for', async () => {
    expect(await judge(`bearer ${await token({ email: undefined, email_verified: undefined })}`, { by: 'oidc', audience: 'https://hooks.example' })).toBe('ok');
  });
});

describe('what is no such token', () => {
  test.each([
    ['nothing', undefined, /^missing.*"Authorization"/],
    ['empty', '', /^missing/],
    ['another scheme', 'Basic abc', /^wrong.*no bearer token/],
    ['the scheme alone', 'Bearer ', /^wrong.*no bearer token/],
    ['no token', 'Bearer abc', /^wrong/],
    ['two dots', 'Bearer ..', /^wrong/],
    ['alg none', `Bearer ${unsigned({ alg: 'none' })}`, /^wrong/],
    ['alg none with a key', `Bearer ${unsigned({ alg: 'none', kid: 'k1' }, CLAIMS, 'AA')}`, /^wrong/],
    ['a header that is no object', `Bearer ${Buffer.from('1').toString('base64url')}.e30.AA`, /^wrong/],
    ['a critical extension', `Bearer ${unsigned({ alg: 'RS256', kid: 'k1', crit: ['x'], x: 1 }, CLAIMS, 'AA')}`, /^wrong/],
  ])('%s', async (_what, authorization, expected) => {
    expect(await judge(authorization)).toMatch(expected);
    expect(asked).toEqual([]);
  });

  it('HS256 with the public key as its secret', async () => {
    const text = await exportSPKI(ours.publicKey);
    for (const secret of [text, JSON.stringify(FIRST), FIRST.n ?? '']) {
      const forged = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(new TextEncoder().encode(secret));
      expect(await judge(`Bearer ${forged}`)).toMatch(/^wrong.*not allowed/);
    }
  });

  it('a key inside of the token, or one that the provider does not have', async () => {
    const own = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'RS256', kid: 'k1', jwk: await exportJWK(foreign.publicKey) }).sign(foreign.privateKey);
    expect(await judge(`Bearer ${own}`)).toMatch(/^wrong.*signature is wrong/);
    expect(await judge(`Bearer ${await token({}, 'k1', foreign)}`)).toMatch(/^wrong.*signature is wrong/);
  });

  it('another algorithm of the same key', async () => {
    const key = await importJWK({ ...(await exportJWK(ours.privateKey)), alg: 'RS512' });
    const other = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'RS512', kid: 'k1' }).sign(key);
    expect(await judge(`Bearer ${other}`)).toMatch(/^wrong/);
  });

  it('one character of the token changed', async () => {
    const right = await token();
    await fc.assert(
      // The last digit of base64url may hold bits that mean nothing.
      fc.asyncProperty(fc.nat({ max: right.length - 2 }), fc.constantFrom(...'Aa0_.'), async (at, letter) => {
        fc.pre(right[at] !== letter);
        expect(await judge(`Bearer ${right.slice(0, at)}${letter}${right.slice(at + 1)}`)).toMatch(/^(wrong|unready)/);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the keys of the provider', () => {
  it('that are not there are asked for, and the sender comes again', async () => {
    stored = undefined;
    expect(await judge(`Bearer ${await token()}`)).toMatch(/^unready.*in a minute/);
    expect(asked).toEqual([KEYS_AT]);
  });

  it('do not know a key: they are asked for; just after that nobody has it', async () => {
    const rotated = await token({}, 'k2', next);
    expect(await judge(`Bearer ${rotated}`)).toMatch(/^unready/);
    expect(asked).toEqual([KEYS_AT]);
    stored = keep([FIRST, SECOND], NOW);
    expect(await judge(`Bearer ${rotated}`)).toBe('ok');
    expect(await judge(`Bearer ${await token({}, 'k3', next)}`)).toMatch(/^wrong.*no such key/);
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['fresh', NOW - 6 * HOUR, 'ok', 0],
    ['of this morning: used, and asked for', NOW - 6 * HOUR - 1, 'ok', 1],
    ['of three days ago', NOW - 72 * HOUR, 'ok', 1],
    ['older: they may have been revoked', NOW - 72 * HOUR - 1, 'unready', 1],
  ])('%s', async (_what, fetchedAt, expected, times) => {
    stored = keep([FIRST], fetchedAt);
    expect((await judge(`Bearer ${await token()}`)).split(':')[0]).toBe(expected);
    expect(asked).toHaveLength(times);
  });

  test.each([
    ['no set', '[]', 'unready'],
    ['no keys in it', '{"keys":[]}', 'unready'],
    ['keys that are none', '{"keys":[1]}', 'unready'],
    ['a key of another kind', '{"keys":[{"kty":"oct","k":"AAAA","kid":"k1"}]}', 'unready'],
    ['a broken key', '{"keys":[{"kty":"RSA","kid":"k1","n":"!","e":"!"}]}', 'unready'],
  ])('that hold %s lead to nothing', async (_what, text, expected) => {
    stored = { text, fetchedAt: NOW - HOUR };
    expect((await judge(`Bearer ${await token()}`)).split(':')[0]).toBe(expected);
  });
});
