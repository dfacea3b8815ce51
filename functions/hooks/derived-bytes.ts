/**
 * 32 bytes that follow from a caller's Idempotency-Key, of which the table has only a hash, and from what was drawn for its
 * first run, which the caller does not know: a token made of them cannot be guessed by whoever has one of the two.
 */
import { hkdfSync } from 'node:crypto';

const BYTES = 32;

/** HKDF-SHA256; `what` keeps those of different uses apart. */
export const derivedBytes = (key: string, drawn: string, what: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, drawn, `image-triggers making 1 ${what}`, BYTES));
