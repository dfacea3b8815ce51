import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { hashToken, makeToken, readToken } from '../../functions/hooks/token.ts';

const bytes = (value: number) => (count: number) => new Uint8Array(count).fill(value);
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const numberOf = (digits: string): bigint => [...digits].reduce((sum, digit) => sum * 62n + BigInt(DIGITS.indexOf(digit)), 0n);

describe('makeToken', () => {
  it('is it_<hook>_<43 digits>_<6 digits>', () => {
    expect(makeToken('release', (count) => randomBytes(count))).toMatch(/^it_release_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/);
  });
  it('carries all 256 bits', () => {
    const random = randomBytes(32);
    const token = makeToken('a', () => random);
    expect(numberOf(token.slice(5, 48))).toBe(BigInt(`0x${random.toString('hex')}`));
    expect(numberOf(makeToken('a', bytes(255)).slice(5, 48))).toBe(2n ** 256n - 1n);
    expect(makeToken('a', bytes(0)).slice(5, 48)).toBe('0'.repeat(43));
  });
  it('asks for 32 bytes, once', () => {
    const asked: number[] = [];
    makeToken('a', (count) => {
      asked.push(count);
      return new Uint8Array(count);
    });
    expect(asked).toEqual([32]);
  });
  it('has the CRC-32 of all before it as its checksum', () => {
    const token = makeToken('web_2-b', bytes(7));
    expect(numberOf(token.slice(-6))).toBe(BigInt(crc32(token.slice(0, -7))));
  });
});

const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);
const random = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('readToken', () => {
  it('reads what makeToken made, whatever the name', () => {
    fc.assert(
      fc.property(name, random, (hook, value) => {
        const token = makeToken(hook, () => value);
        expect(readToken(token)).toEqual({ ok: true, value: { hook, token } });
      }),
    );
  });
  it('notices one changed character, wherever it is', () => {
    fc.assert(
      fc.property(name, random, fc.nat(), fc.constantFrom(...DIGITS, '_', '-'), (hook, value, at, digit) => {
        const token = makeToken(hook, () => value);
        const place = at % token.length;
        fc.pre(token[place] !== digit);
        expect(readToken(`${token.slice(0, place)}${digit}${token.slice(place + 1)}`).ok).toBe(false);
      }),
    );
  });
  const token = makeToken('release', bytes(9));
  test.each([
    ['', /not a webhook token/],
    ['it_', /not a webhook token/],
    [token.slice(0, -1), /not a webhook token/],
    [token.slice(1), /not a webhook token/],
    [`${token} `, /not a webhook token/],
    [`${token}\n`, /not a webhook token/],
    [token.replace('release', 'Release'), /not a webhook token/],
    [token.replace('release', '_release'), /not a webhook token/],
    [token.replace('release', 'r'.repeat(64)), /not a webhook token/],
    [token.replace('release', 'other'), /checksum/],
    [`it_release_${'0'.repeat(100_000)}`, /not a webhook token/],
  ])('refuses %s without repeating it', (text, why) => {
    const read = readToken(text);
    expect(read).toMatchObject({ ok: false, why: expect.stringMatching(why) });
    if (text.length > 3) expect(JSON.stringify(read)).not.toContain(text.slice(11, 60));
  });
});

it('hashToken is sha256 in hex', () => {
  expect(hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(hashToken('中文')).toBe(createHash('sha256').update('中文').digest('hex'));
});
