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

describe('verifyCredential', () => {
  const header = { credential: { by: 'header', name: 'X-Secret', sha256: hashToken('s3cret') } } as const;
  const bearer = { credential: { by: 'header', name: 'Authorization', sha256: hashToken('Bearer s3cret') } } as const;
  const basic = { credential: { by: 'basic', sha256: hashToken('ci:p:a:ss wörd') } } as const;
  const pair = (text: string) => Buffer.from(text).toString('base64');

  test.each([
    ['nothing configured', {}, {}, true],
    ['nothing configured, something sent', {}, { authorization: 'x' }, true],
    ['header', header, { 'x-secret': 's3cret' }, true],
    ['header, whole value with its scheme', bearer, { authorization: 'Bearer s3cret' }, true],
    ['header, without the scheme', bearer, { authorization: 's3cret' }, false],
    ['header missing', header, {}, false],
    ['header empty', header, { 'x-secret': '' }, false],
    ['header wrong', header, { 'x-secret': 's3cres' }, false],
    ['header longer', header, { 'x-secret': 's3crets' }, false],
    ['header sent twice', header, { 'x-secret': 's3cret,s3cret' }, false],
    ['header inherited, not sent', { credential: { by: 'header', name: 'constructor', sha256: hashToken('s3cret') } } as const, {}, false],
    ['hash of the header instead of it', header, { 'x-secret': hashToken('s3cret') }, false],
    ['basic', basic, { authorization: `Basic ${pair('ci:p:a:ss wörd')}` }, true],
    ['basic, scheme in lower case', basic, { authorization: `basic ${pair('ci:p:a:ss wörd')}` }, true],
    ['basic wrong', basic, { authorization: `Basic ${pair('ci:pass')}` }, false],
    ['basic not base64', basic, { authorization: 'Basic ***' }, false],
    ['basic as bearer', basic, { authorization: `Bearer ${pair('ci:p:a:ss wörd')}` }, false],
    ['basic missing', basic, {}, false],
    ['a stored hash that is none', { credential: { by: 'header', name: 'x-secret', sha256: 'x' } } as const, { 'x-secret': 's3cret' }, false],
    ['the empty value where its hash is stored', { credential: { by: 'header', name: 'x-secret', sha256: hashToken('') } } as const, { 'x-secret': '' }, false],
  ])('%s', (_name, hook, headers, ok) => {
    const verdict = verifyCredential(hook, { headers });
    expect(verdict.ok).toBe(ok);
    if (!verdict.ok) {
      expect(verdict.why).toMatch(/hook/);
      expect(verdict.why).not.toMatch(/s3cre|wörd/);
    }
  });

  it('says whether it is missing or wrong', () => {
    expect(verifyCredential(header, { headers: {} })).toMatchObject({ why: expect.stringContaining('has none') });
    expect(verifyCredential(header, { headers: { 'x-secret': 'a' } })).toMatchObject({ why: expect.stringContaining('does not hold') });
  });
});
