/**
 * Webhook tokens: `it_<hook>_<43 base62>_<6 base62>`.
 *
 * 43 base62 digits carry the 256 random bits. The hook's name is inside, so that it is found by key and the secret is
 * compared afterwards; it may hold `_` itself, which is why a token is read from its end. The checksum tells a token that
 * was cut while copying from one that was revoked, without a look-up.
 */
import { hash } from 'node:crypto';
import { type Parsed, parsed, refused } from '../core/parsed.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_BYTES = 32;
const RANDOM_DIGITS = 43;
const CHECK_DIGITS = 6;
const TOKEN = /^it_([a-z0-9][a-z0-9_-]{0,62})_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/;

export const makeToken = (hookName: string, randomBytes: (bytes: number) => Uint8Array): string => {
  const random = randomBytes(RANDOM_BYTES).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const body = `it_${hookName}_${base62(random, RANDOM_DIGITS)}`;
  return `${body}_${checksum(body)}`;
};

/** The sentence never repeats the text: it may be a secret with a typing error. */
export const readToken = (text: string): Parsed<{ readonly hook: string; readonly token: string }> => {
  const hook = TOKEN.exec(text)?.[1];
  if (hook === undefined) return refused('the text is not a webhook token (it_…): copy the whole URL again');
  const body = text.slice(0, -CHECK_DIGITS - 1);
  if (text.slice(-CHECK_DIGITS) !== checksum(body))
    return refused('the checksum of the webhook token is wrong: a part of it was lost or changed; copy the whole URL again');
  return parsed({ hook, token: text });
};

/** What is stored of a token, and of anything else that is only ever compared: sha256 in lower-case hex. */
export const hashToken = (token: string): string => hash('sha256', token);

const base62 = (value: bigint, width: number): string => {
  let rest = value;
  let text = '';
  for (let i = 0; i < width; i += 1) {
    text = `${DIGITS[Number(rest % 62n)]}${text}`;
    rest /= 62n;
  }
  return text;
};

const checksum = (body: string): string => base62(BigInt(crc32(body)), CHECK_DIGITS);

/** CRC-32 as in ISO 3309, of ASCII; bit by bit, a token is short. `node:zlib` has one and costs a module load. */
const crc32 = (text: string): number => {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i += 1) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
};
