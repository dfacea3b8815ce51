import { describe, expect, it, test } from 'vitest';
import { hashToken, makeToken } from '../../functions/hooks/token.ts';
import { verifyCredential, verifyToken } from '../../functions/hooks/verify.ts';

const NOW = 1_700_000_000_000;
const token = makeToken('release', (count) => new Uint8Array(count).fill(1));
const other = makeToken('release', (count) => new Uint8Array(count).fill(2));
const stored = (text: string, expiresAt?: number) => ({ sha256: hashToken(text), createdAt: 0, ...(expiresAt === undefined ? {} : { expiresAt }) });

describe('verifyToken', () => {
  test.each([
    ['the only one', [stored(token)], true],
    ['the first of two', [stored(token), stored(other)], true],
    ['the last of two', [stored(other), stored(token)], true],
    ['the old one while rotating', [stored(other), stored(token, NOW + 1)], true],
    ['expired this very millisecond', [stored(token, NOW)], false],
    ['expired, beside a valid other', [stored(token, NOW - 1), stored(other)], false],
    ['expired, and valid again beside it', [stored(token, NOW - 1), stored(token)], true],
    ['another', [stored(other)], false],
    ['none', [], false],
    ['a stored hash in upper case', [{ sha256: hashToken(token).toUpperCase(), createdAt: 0 }], true],
    ['a stored hash that is none', [{ sha256: 'nonsense', createdAt: 0 }], false],
    ['an empty stored hash', [{ sha256: '', createdAt: 0 }], false],
    ['a stored hash cut short', [{ sha256: hashToken(token).slice(0, 62), createdAt: 0 }], false],
    ['the token itself stored by mistake', [{ sha256: token, createdAt: 0 }], false],
  ])('%s', (_name, tokens, valid) => expect(verifyToken(token, tokens, NOW)).toBe(valid));

  it('takes the empty text for nothing, not even where nothing is stored', () => {
    expect(verifyToken('', [], NOW)).toBe(false);
    expect(verifyToken('', [{ sha256: '', createdAt: 0 }], NOW)).toBe(false);
  });
});

describe('verifyCredential: what is compared', () => {
  const secret = (text: string, expiresAt?: number) => stored(text, expiresAt);
  const header = { name: 'ci', credential: { by: 'header', name: 'X-Secret', values: [secret('s3cret')] } } as const;
  const bearer = { name: 'ci', credential: { by: 'header', name: 'Authorization', values: [secret('Bearer s3cret')] } } as const;
  const basic = { name: 'ci', credential: { by: 'basic', values: [secret('ci:p:a:ss wörd')] } } as const;
  const two = (expiresAt: number) =>
    ({ name: 'ci', credential: { by: 'header', name: 'x-secret', values: [secret('new s3cret'), secret('s3cret', expiresAt)] } }) as const;
  const pair = (text: string) => Buffer.from(text).toString('base64');
  const judge = (hook: Parameters<typeof verifyCredential>[0], headers: Readonly<Record<string, string>>) =>
    verifyCredential(
      hook,
      { method: 'POST', headers, query: {}, body: new Uint8Array() },
      { now: NOW, proofs: [], open: never, keys: { get: never, ask: never } },
    );
  const never = () => Promise.reject(new Error('nobody needs this here'));

  test.each([
    ['nothing configured', { name: 'ci' }, {}, 'ok'],
    ['nothing configured, something sent', { name: 'ci' }, { authorization: 'x' }, 'ok'],
    ['header', header, { 'x-secret': 's3cret' }, 'ok'],
    ['header, whole value with its scheme', bearer, { authorization: 'Bearer s3cret' }, 'ok'],
    ['header, without the scheme', bearer, { authorization: 's3cret' }, 'wrong'],
    ['header never set', { name: 'ci', credential: { ...header.credential, values: [] } }, { 'x-secret': '' }, 'wrong'],
    ['user and password never set', { name: 'ci', credential: { ...basic.credential, values: [] } }, { authorization: `Basic ${pair(':')}` }, 'wrong'],
    ['signature never set', { name: 'ci', credential: { by: 'hmac', secrets: [] } as const }, { 'x-hub-signature-256': 'sha256=' }, 'wrong'],
    ['header missing', header, {}, 'missing'],
    ['header empty', header, { 'x-secret': '' }, 'missing'],
    ['header wrong', header, { 'x-secret': 's3cres' }, 'wrong'],
    ['header longer', header, { 'x-secret': 's3crets' }, 'wrong'],
    ['header sent twice', header, { 'x-secret': 's3cret,s3cret' }, 'wrong'],
    ['header inherited, not sent', { name: 'ci', credential: { by: 'header', name: 'constructor', values: [secret('s3cret')] } } as const, {}, 'missing'],
    ['hash of the header instead of it', header, { 'x-secret': hashToken('s3cret') }, 'wrong'],
    ['rotated: the new one', two(NOW + 1), { 'x-secret': 'new s3cret' }, 'ok'],
    ['rotated: the former one', two(NOW + 1), { 'x-secret': 's3cret' }, 'ok'],
    ['rotated: the former one at its end', two(NOW), { 'x-secret': 's3cret' }, 'wrong'],
    ['rotated: the new one after that end', two(NOW), { 'x-secret': 'new s3cret' }, 'ok'],
    ['basic', basic, { authorization: `Basic ${pair('ci:p:a:ss wörd')}` }, 'ok'],
    ['basic, scheme in lower case', basic, { authorization: `basic ${pair('ci:p:a:ss wörd')}` }, 'ok'],
    ['basic wrong', basic, { authorization: `Basic ${pair('ci:pass')}` }, 'wrong'],
    ['basic not base64', basic, { authorization: 'Basic ***' }, 'wrong'],
    ['basic as bearer', basic, { authorization: `Bearer ${pair('ci:p:a:ss wörd')}` }, 'wrong'],
    ['basic missing', basic, {}, 'missing'],
    [
      'a stored hash that is none',
      { name: 'ci', credential: { by: 'header', name: 'x-secret', values: [{ sha256: 'x', createdAt: 0 }] } } as const,
      { 'x-secret': 's3cret' },
      'wrong',
    ],
    [
      'the empty pair where its hash is stored',
      { name: 'ci', credential: { by: 'basic', values: [secret('')] } } as const,
      { authorization: 'Basic' },
      'wrong',
    ],
  ])('%s', async (_name, hook, headers, expected) => {
    const verdict = await judge(hook, headers);
    expect(verdict.ok ? 'ok' : verdict.is).toBe(expected);
    if (verdict.ok) return;
    expect(verdict.why).toMatch(/hook/);
    expect(verdict.why).not.toMatch(/s3cre|wörd/);
  });

  test.each(['hmac', 'oidc'] as const)('%s of a format that has none is refused, and nothing is asked', async (by) => {
    const credential = by === 'hmac' ? { by, secrets: [] } : { by, audience: 'a' };
    expect(await judge({ name: 'ci', credential }, {})).toMatchObject({ ok: false, is: 'wrong' });
  });
});
