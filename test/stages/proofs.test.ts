/** Proofs of deliveries: every format with each proof that it declares, through the door of ingest. */
import { createHmac } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import type { Credential } from '../../functions/core/definitions.ts';
import { makeDeployHandler } from '../../functions/deploy/handler.ts';
import { hashToken } from '../../functions/hooks/token.ts';
import { REGISTRY_NAMES } from '../../functions/registries/index.ts';
import type { Proof, RawRequest } from '../../functions/registries/registry.ts';
import { fixtures, formatOf } from '../registries/fixtures.ts';
import type { Bench } from './bench.ts';
import { apiContext, scheduledEvent } from './events.ts';
import { NOW } from './given.ts';
import { bare, pushOf, ready, send } from './ingest-door.ts';
import { makeProving } from './proving.ts';

const flipped = (request: RawRequest): RawRequest => {
  const text = Buffer.from(request.body).toString();
  const at = Math.max(text.lastIndexOf('"'), 0);
  return { ...request, body: Buffer.from(`${text.slice(0, at)} ${text.slice(at)}`) };
};
const upper = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));

type HmacProof = Extract<Proof, { by: 'hmac' }>;
const signed = ({ header, hash, prefixes, over }: HmacProof, request: RawRequest, secret: string, prefix = prefixes[0] ?? ''): Record<string, string> => ({
  [header.toLowerCase()]:
    prefix +
    createHmac(hash, secret)
      .update(over?.(request) ?? request.body)
      .digest('hex'),
});

interface Given {
  readonly text: string;
  readonly expiresAt?: number;
  /** That it is sealed for. */
  readonly hook?: string;
}
const { sealed: sealer } = makeProving();
const hmacOf = async (...given: readonly Given[]): Promise<Credential> => ({
  by: 'hmac',
  secrets: await Promise.all(
    given.map(async ({ text, expiresAt, hook = 'hub' }) => ({
      sealed: (await sealer.seal(hook, text)) ?? '',
      createdAt: 0,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    })),
  ),
});

const proofs = REGISTRY_NAMES.flatMap((name) => formatOf(name).proofs.map((proof) => ({ name, proof })));
const signing = proofs.flatMap(({ name, proof }) => (proof.by === 'hmac' ? [{ name, proof, header: proof.header }] : []));

describe.each(signing)('$name signs in $header', ({ name, proof }) => {
  const fixture = pushOf(name);
  const request = bare(fixture.request);
  const readyWith = async (...given: readonly Given[]): Promise<Bench> => ready(name, fixture, await hmacOf(...given));
  const refused = (bench: Bench, { status }: { readonly status: number | undefined }): void => {
    expect(status).toBe(401);
    expect(bench.enqueued).toEqual([]);
  };

  test('right: as text, as base64, with header names in capitals, with each prefix', async () => {
    for (const prefix of proof.prefixes)
      for (const [headers, base64] of [
        [signed(proof, request, 's3cret', prefix), false],
        [signed(proof, request, 's3cret', prefix), true],
        [upper(signed(proof, request, 's3cret', prefix)), true],
      ] as const) {
        const bench = await readyWith({ text: 's3cret' });
        expect(await send(bench, request, headers, base64)).toMatchObject({ status: 202 });
        expect(bench.enqueued).toHaveLength(1);
      }
  });

  test('wrong, missing, empty, over another body, of another hook: 401 that names the header, and nothing goes on', async () => {
    for (const headers of [
      signed(proof, request, 'other'),
      {},
      { [proof.header.toLowerCase()]: '' },
      { [proof.header.toLowerCase()]: proof.prefixes[0] ?? '' },
    ]) {
      const bench = await readyWith({ text: 's3cret' });
      const answer = await send(bench, request, headers);
      refused(bench, answer);
      expect(answer.body).toContain(proof.header);
      expect(JSON.stringify([answer, bench.logs])).not.toContain('s3cret');
    }
    const changed = await readyWith({ text: 's3cret' });
    refused(changed, await send(changed, flipped(request), signed(proof, request, 's3cret')));
    const moved = await readyWith({ text: 's3cret', hook: 'another-hook' });
    refused(moved, await send(moved, request, signed(proof, request, 's3cret')));
  });

  test('two secrets while rotating; the former no more after its end', async () => {
    for (const [text, expiresAt, status] of [
      ['new s3cret', NOW + 1, 202],
      ['former', NOW + 1, 202],
      ['former', NOW, 401],
      ['new s3cret', NOW, 202],
    ] as const) {
      const bench = await readyWith({ text: 'new s3cret' }, { text: 'former', expiresAt });
      expect((await send(bench, request, signed(proof, request, text))).status).toBe(status);
    }
  });

  test('the secret of the stack cannot be read: 503, so that the sender comes again; the next time it can', async () => {
    const bench = await readyWith({ text: 's3cret' });
    bench.proving.stack.secret = undefined;
    expect(await send(bench, request, signed(proof, request, 's3cret'))).toMatchObject({ status: 503 });
    expect(bench.enqueued).toEqual([]);
    expect(bench.proving.logged.join()).toContain('AccessDenied');
    bench.proving.stack.secret = 'short';
    expect((await send(bench, request, signed(proof, request, 's3cret'))).status).toBe(503);
    bench.proving.stack.secret = 'z'.repeat(64);
    expect((await send(bench, request, signed(proof, request, 's3cret'))).status).toBe(401);
  });
});

const recorded = fixtures.flatMap((fixture) =>
  formatOf(fixture.format).proofs.flatMap((proof) =>
    proof.by === 'hmac' && Object.hasOwn(fixture.request.headers, proof.header.toLowerCase()) ? [{ ...fixture, proof }] : [],
  ),
);
/** What each recorded signature was made with. */
const KEYS = ['fixture-secret', 'gk0qp4u98xy0vntojv81i8zcjr4zw7xd6c4ugzad'];

test.each(recorded)('the recorded signature of $file holds, and does not with one byte flipped', async ({ format, request, expected, proof }) => {
  const value = request.headers[proof.header.toLowerCase()] ?? '';
  const answers = await Promise.all(
    KEYS.map(async (text) => {
      const bench = ready(format, { expected }, await hmacOf({ text }));
      expect((await send(bench, flipped(request))).status).toBe(401);
      return (await send(bench, request)).status;
    }),
  );
  // A secret in clear stands where the signature would.
  if (KEYS.includes(value)) expect(answers).toEqual([401, 401]);
  else expect(answers.filter((status) => status === 200 || status === 202)).toHaveLength(1);
});

const compared = proofs.flatMap(({ name, proof }) =>
  proof.by === 'header' || proof.by === 'basic' ? [{ name, by: proof.by, header: proof.by === 'header' ? proof.name : 'Authorization' }] : [],
);

test.each(compared)('$name with $by in $header: right, wrong, missing, empty, rotated, ended', async ({ name, by, header }) => {
  const fixture = pushOf(name);
  const request = bare(fixture.request);
  const sent = (value: string) => ({ [header.toLowerCase()]: by === 'basic' ? `Basic ${Buffer.from(value).toString('base64')}` : value });
  const value = (text: string, expiresAt?: number) => ({ sha256: hashToken(text), createdAt: 0, ...(expiresAt === undefined ? {} : { expiresAt }) });
  const values = [value('ci:new'), value('ci:former', NOW + 1), value('ci:ended', NOW)];
  const credential: Credential = by === 'basic' ? { by, values } : { by, name: header, values };
  for (const [headers, status] of [
    [sent('ci:new'), 202],
    [upper(sent('ci:new')), 202],
    [sent('ci:former'), 202],
    [sent('ci:ended'), 401],
    [sent('ci:wrong'), 401],
    [sent(''), 401],
    [{ [header.toLowerCase()]: '' }, 401],
    [{}, 401],
  ] as const) {
    const bench = ready(name, fixture, credential);
    const answer = await send(bench, request, headers);
    expect([answer.status, bench.enqueued.length]).toEqual([status, status === 202 ? 1 : 0]);
    if (status === 401) expect(answer.body).toMatch(new RegExp(by === 'basic' ? 'basic authentication|authorization' : header, 'i'));
  }
});

const identified = proofs.flatMap(({ name, proof }) => (proof.by === 'oidc' ? [{ name, proof }] : []));

describe.each(identified)('$name sends signed tokens', ({ name, proof }) => {
  const fixture = pushOf(name);
  const request = bare(fixture.request);
  const credential: Credential = { by: 'oidc', audience: 'https://hooks.example', email: 'push@example.iam.gserviceaccount.com' };
  const make = async (kid: string) => {
    const keys = await generateKeyPair('RS256', { extractable: true });
    const claims = { aud: credential.audience, email: credential.email, email_verified: true, exp: NOW / 1000 + 3_600 };
    return {
      jwk: { ...(await exportJWK(keys.publicKey)), kid, alg: 'RS256', use: 'sig' },
      header: async (iss = proof.issuers[0] ?? '') => ({
        authorization: `Bearer ${await new SignJWT({ ...claims, iss }).setProtectedHeader({ alg: 'RS256', kid }).sign(keys.privateKey)}`,
      }),
    };
  };

  test('keys that nobody fetched yet, then a new one: 503 each time until the tick has them', async () => {
    const bench = ready(name, fixture, credential);
    const { keys } = bench.proving;
    const tick = () => makeDeployHandler(bench.ports.deploy, bench.ports.tick, 5)(scheduledEvent(bench.now()), apiContext);
    const [first, second] = [await make('k1'), await make('k2')];

    keys.published.set(proof.keys, JSON.stringify({ keys: [first.jwk] }));
    expect((await send(bench, request, await first.header())).status).toBe(503);
    expect([...keys.asked.keys()]).toEqual([proof.keys]);
    await tick();
    for (const issuer of proof.issuers) expect((await send(bench, request, await first.header(issuer))).status).toBe(202);
    expect(keys.asked.size).toBe(0);

    bench.pass(120_000);
    keys.published.set(proof.keys, JSON.stringify({ keys: [first.jwk, second.jwk] }));
    expect((await send(bench, request, await second.header())).status).toBe(503);
    await tick();
    expect((await send(bench, request, await second.header())).status).toBe(202);
    expect((await send(bench, request, await second.header('https://evil.example'))).status).toBe(401);
    expect((await send(bench, request)).status).toBe(401);
    expect(bench.enqueued).toHaveLength(proof.issuers.length + 1);
  });

  test('keys that cannot be had: the former ones stay, it is asked again, and what wakes applications is not in the way', async () => {
    const bench = ready(name, fixture, credential);
    const { keys } = bench.proving;
    const tick = () => makeDeployHandler(bench.ports.deploy, bench.ports.tick, 5)(scheduledEvent(bench.now()), apiContext);
    const first = await make('k1');
    keys.stored.set(proof.keys, { text: JSON.stringify({ keys: [first.jwk] }), fetchedAt: NOW - 7 * 3_600_000 });
    for (const published of [undefined, 'not JSON', '{}', '{"keys":[]}', '[]']) {
      if (published !== undefined) keys.published.set(proof.keys, published);
      expect((await send(bench, request, await first.header())).status).toBe(202);
      await tick();
      expect(keys.asked.size).toBe(1);
    }
    expect(bench.logs.filter(({ event, fields }) => event === 'keys.fetched' && fields.ok === false)).toHaveLength(5);
  });
});
