/**
 * The first answer to a POST, kept for who asks again with the same Idempotency-Key. It may hold a URL whose token is kept
 * nowhere, so it is sealed under that key itself, of which the table has only a hash: who reads the table cannot open it
 * without guessing the key. So it is as safe as the key is random; the command line makes UUIDs.
 */
import { keyFrom, seal, unseal } from './aes-gcm.ts';

const PURPOSE = 'image-triggers answer 1';

export interface SealedAnswers {
  seal(key: string, request: string, text: string): string;
  open(key: string, request: string, sealed: string): string | undefined;
}

export const makeSealedAnswers = (randomBytes: (bytes: number) => Uint8Array): SealedAnswers => ({
  seal: (key, request, text) => seal(keyFrom(key, PURPOSE), request, text, randomBytes),
  open: (key, request, sealed) => unseal(keyFrom(key, PURPOSE), request, sealed),
});
