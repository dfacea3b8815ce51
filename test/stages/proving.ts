/** What proofs of deliveries stand on, in memory: the secret of the stack, and the keys of identity providers with where they are published. */
import { randomBytes } from 'node:crypto';
import { parsed, refused } from '../../functions/core/parsed.ts';
import type { KeyPorts } from '../../functions/deploy/refresh-keys.ts';
import type { KeyStore, SigningKeys } from '../../functions/hooks/identity-token.ts';
import { makeSealedSecrets } from '../../functions/hooks/sealed-secrets.ts';

export const STACK_SECRET = 'stack-secret-of-tests'.repeat(3);

export const makeProving = () => {
  /** `secret` undefined: the store cannot be asked. */
  const stack: { secret: string | undefined; reads: number } = { secret: STACK_SECRET, reads: 0 };
  const logged: string[] = [];
  const stored = new Map<string, SigningKeys>();
  const asked = new Map<string, number>();
  /** By URL, what a GET answers. */
  const published = new Map<string, string>();
  const sealed = makeSealedSecrets({
    readStackSecret: async () => {
      stack.reads += 1;
      if (stack.secret === undefined) throw new Error('AccessDenied');
      return stack.secret;
    },
    randomBytes,
    log: (event, fields) => void logged.push(JSON.stringify({ event, ...fields })),
  });
  const store: KeyStore = {
    get: async (url) => stored.get(url),
    ask: async (url, now) => void (asked.has(url) || asked.set(url, now)),
  };
  const ports: KeyPorts = {
    due: async (now) => [...asked].flatMap(([url, at]) => (at <= now ? [url] : [])),
    fetch: async (url) => {
      const text = published.get(url);
      return text === undefined ? refused('nothing is published there') : parsed(text);
    },
    put: async (url, text, fetchedAt) => {
      stored.set(url, { text, fetchedAt });
      asked.delete(url);
    },
  };
  return { stack, sealed, logged, keys: { store, ports, stored, asked, published } };
};
