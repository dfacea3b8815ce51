/**
 * Secrets that must be known to check a signature: sealed under a key that is derived from the one secret of the stack, and
 * bound to their hook.
 *
 * The stack's secret is read once for each process and kept; what it opens is not. It never changes: a stack with another
 * one can open nothing that was sealed before, and each such credential has to be set anew.
 */
import type { KeyObject } from 'node:crypto';
import { keyFrom, seal, unseal } from './aes-gcm.ts';

type Opened =
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

interface SealingGround {
  /** The text of the stack's secret. Throws what the store threw. */
  readStackSecret(): Promise<string | undefined>;
  randomBytes(bytes: number): Uint8Array;
  /** Told what a person has to know of a secret that could not be read. */
  log(event: string, fields: Readonly<Record<string, string>>): void;
}

/** What the stack generates has 64 characters; a shorter text was put there by hand. */
const SHORTEST = 32;

export const makeSealedSecrets = ({ readStackSecret, randomBytes, log }: SealingGround): SealedSecrets => {
  let key: KeyObject | undefined;

  const keyOf = async (): Promise<KeyObject | undefined> => {
    if (key !== undefined) return key;
    try {
      const text = (await readStackSecret()) ?? '';
      if (text.length < SHORTEST) throw new Error(`it has ${text.length} characters, and at least ${SHORTEST} are needed`);
      key = keyFrom(text, 'image-triggers hook secrets 1');
      return key;
    } catch (error) {
      log('secret.unread', { why: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
      return undefined;
    }
  };

  return {
    seal: async (hook, text) => {
      const has = await keyOf();
      return has === undefined ? undefined : seal(has, boundTo(hook), text, randomBytes);
    },
    open: async (hook, sealed) => {
      const has = await keyOf();
      if (has === undefined) return { is: 'unready' };
      const opened = unseal(has, boundTo(hook), sealed);
      return opened === undefined ? { is: 'foreign' } : { is: 'text', text: opened };
    },
  };
};

const boundTo = (hook: string): string => `hook ${hook}`;
