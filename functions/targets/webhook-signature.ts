/**
 * Headers of Standard Webhooks 1.0 (standardwebhooks.com): a receiver verifies them with any of its libraries.
 * The signed text is `<id>.<timestamp>.<body>`. The specification warns of a "." in the id, which could move the borders of the
 * three parts: ours is `<application>.<number>`, so a moved border gives that small number as a timestamp, long out of tolerance.
 */
import { createHmac } from 'node:crypto';
import { type Parsed, parsed, refused } from '../core/parsed.ts';

const PREFIX = 'whsec_';

/** The key behind a secret's text: `whsec_<base64>` as the specification writes it, or any other text as it stands. */
export const signingKey = (secret: string): Parsed<Buffer> => {
  if (secret === '') return refused('is empty: put whsec_<base64 of at least 24 random bytes> there');
  if (!secret.startsWith(PREFIX)) return parsed(Buffer.from(secret, 'utf8'));
  const base64 = secret.slice(PREFIX.length);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    return refused(`begins with ${PREFIX} and does not go on in base64: write ${PREFIX}<base64>, or a text without that prefix`);
  return parsed(Buffer.from(base64, 'base64'));
};

/** `now` in milliseconds. */
export const signatureHeaders = (key: Buffer, id: string, now: number, body: string): Readonly<Record<string, string>> => {
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
};
