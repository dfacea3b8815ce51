/** Signatures over the bytes as they came: right, wrong, missing, empty, rotated, of another hook, in every spelling that senders use. */
import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { makeSealedSecrets } from '../../functions/hooks/sealed-secrets.ts';
import { verifyCredential } from '../../functions/hooks/verify.ts';
import type { Proof, RawRequest } from '../../functions/registries/registry.ts';

const NOW = 1_700_000_000_000;
const BODY = '{\n   "events": [ "ä" ]\n}';
const GITHUB: Proof = { by: 'hmac', header: 'X-Hub-Signature-256', hash: 'sha256', prefixes: ['sha256='] };
const NEXUS: Proof = { by: 'hmac', header: 'X-Nexus-Webhook-Signature', hash: 'sha1', prefixes: ['', 'sha1='] };
const GITEA: readonly Proof[] = [
  { by: 'hmac', header: 'X-Gitea-Signature', hash: 'sha256', prefixes: [''], over: ({ body }) => Buffer.from(body).subarray(8) },
  { by: 'hmac', header: 'X-Forgejo-Signature', hash: 'sha256', prefixes: [''], over: ({ body }) => Buffer.from(body).subarray(8) },
];

const sealed = makeSealedSecrets({
  readStackSecret: async () => 'm'.repeat(64),
  randomBytes,
  log: () => undefined,
});
const secret = async (text: string, expiresAt?: number, hook = 'hub') => ({
  sealed: (await sealed.seal(hook, text)) ?? '',
  createdAt: 0,
  ...(expiresAt === undefined ? {} : { expiresAt }),
});
const never = () => Promise.reject(new Error('nobody needs this here'));
const hmac = (text: string, hash = 'sha256', body = BODY) => createHmac(hash, text).update(body).digest('hex');

type Secret = Awaited<ReturnType<typeof secret>>;
const judge = async (proofs: readonly Proof[], secrets: readonly Secret[], headers: RawRequest['headers'], body = BODY) => {
  const request = { method: 'POST', headers, query: {}, body: Buffer.from(body) };
  const verdict = await verifyCredential({ name: 'hub', credential: { by: 'hmac', secrets } }, request, {
    now: NOW,
    proofs,
    open: sealed.open,
    keys: { get: never, ask: never },
  });
  return verdict.ok ? 'ok' : `${verdict.is}: ${verdict.why}`;
};

describe('one header, one secret', () => {
  test.each([
    ['right', { 'x-hub-signature-256': `sha256=${hmac('s3cret')}` }, /^ok$/],
    ['right, hex in upper case', { 'x-hub-signature-256': `sha256=${hmac('s3cret').toUpperCase()}` }, /^ok$/],
    ['right, prefix in upper case', { 'x-hub-signature-256': `SHA256=${hmac('s3cret')}` }, /^ok$/],
    ['without the prefix that the sender uses', { 'x-hub-signature-256': hmac('s3cret') }, /^wrong.*holds no signature/],
    ['with another prefix', { 'x-hub-signature-256': `sha1=${hmac('s3cret')}` }, /^wrong.*holds no signature/],
    ['of another secret', { 'x-hub-signature-256': `sha256=${hmac('s3cres')}` }, /^wrong.*is not that of this body/],
    ['of another body', { 'x-hub-signature-256': `sha256=${hmac('s3cret', 'sha256', `${BODY} `)}` }, /^wrong.*is not that/],
    ['of the same JSON written otherwise', { 'x-hub-signature-256': `sha256=${hmac('s3cret', 'sha256', JSON.stringify(JSON.parse(BODY)))}` }, /^wrong/],
    ['by SHA-1', { 'x-hub-signature-256': `sha256=${hmac('s3cret', 'sha1')}` }, /^wrong.*holds no signature/],
    ['under the older header', { 'x-hub-signature': `sha1=${hmac('s3cret', 'sha1')}` }, /^missing.*"X-Hub-Signature-256"/],
    ['missing', {}, /^missing.*"X-Hub-Signature-256"/],
    ['empty', { 'x-hub-signature-256': '' }, /^wrong.*holds no signature/],
    ['only the prefix', { 'x-hub-signature-256': 'sha256=' }, /^wrong.*holds no signature/],
    ['cut', { 'x-hub-signature-256': `sha256=${hmac('s3cret').slice(0, 62)}` }, /^wrong/],
    ['twice, as API Gateway joins it', { 'x-hub-signature-256': `sha256=${hmac('s3cret')},sha256=${hmac('s3cret')}` }, /^wrong/],
    ['no hex', { 'x-hub-signature-256': `sha256=${'g'.repeat(64)}` }, /^wrong/],
    ['the secret itself', { 'x-hub-signature-256': 's3cret' }, /^wrong/],
  ])('%s', async (_what, headers, expected) => {
    const said = await judge([GITHUB], [await secret('s3cret')], headers);
    expect(said).toMatch(expected);
    expect(said).not.toMatch(/s3cre|[0-9a-f]{20}/);
  });

  it('no byte of the body, and no digit of the signature, may be another', async () => {
    const one = await secret('s3cret');
    const right = hmac('s3cret');
    for (let at = 0; at < Buffer.byteLength(BODY); at += 1) {
      const flipped = Buffer.from(BODY);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      const request = { method: 'POST', headers: { 'x-hub-signature-256': `sha256=${right}` }, query: {}, body: flipped };
      const hook = { name: 'hub', credential: { by: 'hmac', secrets: [one] } } as const;
      expect(await verifyCredential(hook, request, { now: NOW, proofs: [GITHUB], open: sealed.open, keys: { get: never, ask: never } })).toMatchObject({
        ok: false,
      });
    }
    for (let at = 0; at < right.length; at += 1) {
      const flipped = `${right.slice(0, at)}${right[at] === '0' ? '1' : '0'}${right.slice(at + 1)}`;
      expect(await judge([GITHUB], [one], { 'x-hub-signature-256': `sha256=${flipped}` })).toMatch(/^wrong/);
    }
  });
});

describe('SHA-1, where the sender has nothing else', () => {
  test.each([
    ['bare', hmac('s3cret', 'sha1'), /^ok/],
    ['with its prefix', `sha1=${hmac('s3cret', 'sha1')}`, /^ok/],
    ['SHA-256 instead', hmac('s3cret'), /^wrong/],
  ])('%s', async (_what, value, expected) => expect(await judge([NEXUS], [await secret('s3cret')], { 'x-nexus-webhook-signature': value })).toMatch(expected));
});

describe('several headers, over a part of the body', () => {
  const right = hmac('s3cret', 'sha256', Buffer.from(BODY).subarray(8).toString());
  test.each([
    ['the first', { 'x-gitea-signature': right }, /^ok/],
    ['the other', { 'x-forgejo-signature': right }, /^ok/],
    ['both', { 'x-gitea-signature': right, 'x-forgejo-signature': right }, /^ok/],
    ['one of them empty', { 'x-gitea-signature': '', 'x-forgejo-signature': right }, /^ok/],
    ['over the whole body', { 'x-gitea-signature': hmac('s3cret') }, /^wrong/],
    [
      'both empty, as without a secret',
      { 'x-gitea-signature': '', 'x-forgejo-signature': '' },
      /^wrong.*"X-Gitea-Signature" or "X-Forgejo-Signature" holds no signature/,
    ],
    ['none', {}, /^missing.*"X-Gitea-Signature" or "X-Forgejo-Signature"/],
  ])('%s', async (_what, headers, expected) => expect(await judge(GITEA, [await secret('s3cret')], headers)).toMatch(expected));

  it('a body without the signed part holds no signature', async () => {
    const proof: Proof = { by: 'hmac', header: 'X-S', hash: 'sha256', prefixes: [''], over: () => undefined };
    expect(await judge([proof], [await secret('s3cret')], { 'x-s': hmac('s3cret') })).toMatch(/^wrong/);
  });
});

describe('several secrets', () => {
  const signed = (text: string) => ({ 'x-hub-signature-256': `sha256=${hmac(text)}` });
  it('both are valid while rotating, and the former no longer after its end', async () => {
    const rotating = [await secret('new one'), await secret('former', NOW + 1)];
    expect(await judge([GITHUB], rotating, signed('new one'))).toBe('ok');
    expect(await judge([GITHUB], rotating, signed('former'))).toBe('ok');
    const ended = [await secret('new one'), await secret('former', NOW)];
    expect(await judge([GITHUB], ended, signed('former'))).toMatch(/^wrong/);
    expect(await judge([GITHUB], ended, signed('new one'))).toBe('ok');
    expect(await judge([GITHUB], [], signed('former'))).toMatch(/^wrong/);
  });

  it('one that was sealed for another hook does not count, and the sentence says so when it is the only one', async () => {
    const moved = await secret('s3cret', undefined, 'other');
    expect(await judge([GITHUB], [moved], signed('s3cret'))).toMatch(/^wrong.*cannot be opened any more/);
    expect(await judge([GITHUB], [moved, await secret('mine')], signed('s3cret'))).toMatch(/^wrong.*is not that/);
    expect(await judge([GITHUB], [moved, await secret('mine')], signed('mine'))).toBe('ok');
  });

  it('without the secret of the stack the sender is asked to come again', async () => {
    const blind = makeSealedSecrets({ readStackSecret: async () => undefined, randomBytes, log: () => undefined });
    const hook = { name: 'hub', credential: { by: 'hmac', secrets: [await secret('s3cret')] } } as const;
    const request = { method: 'POST', headers: signed('s3cret'), query: {}, body: Buffer.from(BODY) };
    const ground = { now: NOW, proofs: [GITHUB], open: blind.open, keys: { get: never, ask: never } };
    expect(await verifyCredential(hook, request, ground)).toMatchObject({ ok: false, is: 'unready' });
    // What holds no signature needs no secret to be refused.
    expect(await verifyCredential(hook, { ...request, headers: {} }, ground)).toMatchObject({ ok: false, is: 'missing' });
  });
});

it('is never a reason to throw, whatever the headers are', async () => {
  const secrets = [await secret('s3cret')];
  const name = fc.constantFrom('x-hub-signature-256', 'x-gitea-signature', 'x-forgejo-signature', '__proto__', 'constructor');
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(
        name,
        fc.oneof(
          fc.string(),
          fc.string({ unit: 'binary' }),
          fc.string().map((text) => `sha256=${text}`),
        ),
      ),
      async (headers) => {
        for (const proofs of [[GITHUB], GITEA]) expect(await judge(proofs, secrets, headers)).toMatch(/^(missing|wrong): /);
      },
    ),
    { numRuns: 300 },
  );
});
