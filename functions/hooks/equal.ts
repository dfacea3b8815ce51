/** Compares in a time that says nothing about where two secrets differ; how long they are, is no secret. `timingSafeEqual` throws on different lengths. */
import { timingSafeEqual } from 'node:crypto';

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

/** False for a stored text that is no sha256 in hex. */
export const equalHashes = (presented: string, stored: string): boolean => equalBytes(Buffer.from(presented, 'hex'), Buffer.from(stored, 'hex'));
