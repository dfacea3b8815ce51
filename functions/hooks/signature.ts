/**
 * Signatures (HMAC) over the bytes as they came. A sender may put the same signature under several names (Gitea has four):
 * one that holds is enough, since nobody can make one without the secret. An empty one never holds: senders without a
 * secret send the header all the same.
 */
import { createHmac } from 'node:crypto';
import type { SealedSecret } from '../core/definitions.ts';
import type { Proof, RawRequest } from '../registries/registry.ts';
import { equalBytes } from './equal.ts';
import type { SealedSecrets } from './sealed-secrets.ts';
import { failed, headerIn, OK, type Verdict } from './verdict.ts';

type HmacProof = Extract<Proof, { by: 'hmac' }>;

interface Presented {
  readonly hash: HmacProof['hash'];
  readonly signature: Uint8Array;
  readonly over: Uint8Array;
}

/** `secrets`: those that are valid. */
export const verifySignature = async (
  hook: string,
  secrets: readonly SealedSecret[],
  request: RawRequest,
  proofs: readonly HmacProof[],
  open: SealedSecrets['open'],
): Promise<Verdict> => {
  const sent = proofs.flatMap((proof) => {
    const value = headerIn(request, proof.header);
    return value === undefined ? [] : [{ proof, value }];
  });
  const names = proofs.map(({ header }) => `"${header}"`).join(' or ');
  if (sent.length === 0)
    return failed(
      'missing',
      `this hook asks for a signature in the header ${names} and the delivery has none: set the secret where the registry calls the hook`,
    );
  const presented = sent.flatMap(({ proof, value }) => readSignature(proof, value, request) ?? []);
  if (presented.length === 0)
    return failed(
      'wrong',
      `the header ${sent.map(({ proof }) => `"${proof.header}"`).join(' or ')} holds no signature: set the secret of the hook where the registry calls it`,
    );
  let [valid, foreign] = [false, 0];
  for (const { sealed } of secrets) {
    const opened = await open(hook, sealed);
    if (opened.is === 'unready') return failed('unready', 'the signature cannot be checked just now: send the push again');
    if (opened.is === 'foreign') foreign += 1;
    else for (const each of presented) valid = equalBytes(sign(each, opened.text), each.signature) || valid;
  }
  if (valid) return OK;
  return foreign === secrets.length
    ? failed('wrong', 'the secret of this hook cannot be opened any more: set the credential of the hook anew')
    : failed('wrong', `the signature in the header ${names} is not that of this body and the secret of this hook: set the same secret at both ends`);
};

const sign = ({ hash, over }: Presented, secret: string): Uint8Array => createHmac(hash, secret).update(over).digest();

const HEX_DIGITS = { sha256: 64, sha1: 40 } as const;

const readSignature = ({ hash, prefixes, over }: HmacProof, value: string, request: RawRequest): Presented | undefined => {
  const prefix = prefixes.find((text) => value.length === text.length + HEX_DIGITS[hash] && value.toLowerCase().startsWith(text));
  const hex = prefix === undefined ? '' : value.slice(prefix.length);
  const signed = over === undefined ? request.body : over(request);
  return signed === undefined || !/^[0-9a-f]+$/i.test(hex) ? undefined : { hash, signature: Buffer.from(hex, 'hex'), over: signed };
};
