/**
 * Secrets that must be known to check a signature: AES-256-GCM under a key that is derived (HKDF-SHA256) from the one
 * secret of the stack, and bound to their hook, so that a sealed text which is moved to another hook does not open.
 *
 *   1.<base64url of: 12 bytes nonce, 16 bytes tag, text>
 *
 * The stack's secret is read once for each process and kept; what it opens is not. It never changes: a stack with another
 * one can open nothing that was sealed before, and each such credential has to be set anew.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

export type Opened =
  | { readonly is: 'text'; readonly text: string }
  /** Sealed for another hook, with another secret of the stack, or damaged. */
  | { readonly is: 'foreign' }
  /** The stack's secret cannot be had at this moment. */
  | { readonly is: 'unready' };

export interface SealedSecrets {
  /** Undefined when the stack's secret cannot be had at this moment. */
  seal(hook: string, text: string): Promise<string | undefined>;
  open(hook: string, sealed: string): Promise<Opened>;
}

export interface SealingGround {
  /** The text of the stack's secret. Throws what the store threw. */
  readStackSecret(): Promise<string | undefined>;
  randomBytes(bytes: number): Uint8Array;
  /** Told what a person has to know of a secret that could not be read. */
  log(event: string, fields: Readonly<Record<string, string>>): void;
}

const CIPHER = 'aes-256-gcm';
const VERSION = '1.';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** What the stack generates has 64 characters; a shorter text was put there by hand. */
const SHORTEST = 32;

export const makeSealedSecrets = ({ readStackSecret, randomBytes, log }: SealingGround): SealedSecrets => {
  let key: Buffer | undefined;

  const keyOf = async (): Promise<Buffer | undefined> => {
    if (key !== undefined) return key;
    try {
      const text = (await readStackSecret()) ?? '';
      if (text.length < SHORTEST) throw new Error(`it has ${text.length} characters, and at least ${SHORTEST} are needed`);
      key = Buffer.from(hkdfSync('sha256', text, '', 'image-triggers hook secrets 1', KEY_BYTES));
      return key;
    } catch (error) {
      log('secret.unread', { why: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
      return undefined;
    }
  };

  return {
    seal: async (hook, text) => {
      const has = await keyOf();
      if (has === undefined) return undefined;
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, has, nonce).setAAD(boundTo(hook));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `${VERSION}${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
    },
    open: async (hook, sealed) => {
      const has = await keyOf();
      return has === undefined ? { is: 'unready' } : unseal(has, hook, sealed);
    },
  };
};

const boundTo = (hook: string): Buffer => Buffer.from(`hook ${hook}`, 'utf8');

const unseal = (key: Buffer, hook: string, sealed: string): Opened => {
  const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url');
  if (!sealed.startsWith(VERSION) || bytes.length <= NONCE_BYTES + TAG_BYTES) return { is: 'foreign' };
  const [nonce, tag, body] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES), bytes.subarray(NONCE_BYTES + TAG_BYTES)];
  const cipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(boundTo(hook)).setAuthTag(tag);
  try {
    return { is: 'text', text: Buffer.concat([cipher.update(body), cipher.final()]).toString('utf8') };
  } catch {
    return { is: 'foreign' };
  }
};
