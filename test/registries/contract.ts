/** What every webhook format has to keep, run over the whole table and over every recorded delivery that a format of the table reads. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { normaliseRepository } from '../../functions/core/image.ts';
import { toPush } from '../../functions/core/push.ts';
import { looksLike, type RegistryName } from '../../functions/registries/index.ts';
import type { Proof, RawRequest } from '../../functions/registries/registry.ts';
import { claimedBy, fixtures, formatOf, sameBody, scopeFor } from './fixtures.ts';
import { isSound } from './sound.ts';

const NOW = 1_800_000_000_000;
export const contractOf = (name: RegistryName): void => {
  const registry = formatOf(name);
  const own = fixtures.filter(({ format }) => format === name);
  const foreign = fixtures.filter(({ format }) => !sameBody(name, format));
  const scope = scopeFor(name);

  describe(`the format ${name}`, () => {
    it('has recorded pushes', () => expect(own.filter(({ kind }) => kind === 'image-push').length).toBeGreaterThan(0));

    test.each(own.filter(({ respond }) => respond !== undefined))('answers $file', ({ request, respond }) => {
      const reading = registry.read(request, scope);
      if (reading.is !== 'handshake') throw new Error(JSON.stringify(reading));
      const { status, headers, body } = reading.answer;
      expect(status).toBe(respond?.status);
      for (const header of respond?.headers ?? []) expect(headers[header.toLowerCase()]).toBeTruthy();
      if (respond?.body !== undefined) expect(JSON.parse(body ?? '')).toEqual(respond.body);
    });

    test.each(own.filter(({ respond }) => respond === undefined))('reads $file', ({ format, request, expected, kind }) => {
      const reading = registry.read(request, scopeFor(format, expected));
      if (reading.is !== 'events') throw new Error(JSON.stringify(reading));
      const tagged = kind === 'image-push' ? expected : [];
      if (tagged.length === 0) expect(reading.ignored.length).toBeGreaterThan(0);
      expect(isSound(reading)).toBe(true);
      const pushes = reading.pushes.map((event) => toPush(event, scopeFor(format, expected), { id: 'i', receivedAt: NOW }));
      expect(pushes).toEqual(
        tagged.map(({ registry: host = '', repository = '', pushedAt = '', ...rest }) => {
          const identity = normaliseRepository(host, repository);
          // A time that the index marks as having no zone in the payload must not be taken.
          const zoned = /^\d{4}-[^ ]+$/.test(pushedAt);
          const { tag, digest, actor, mediaType } = rest;
          const event = reading.pushes.find((push) => push.tag === tag);
          return {
            ok: true,
            value: {
              ...{ id: 'i', hook: 'h', receivedAt: NOW, repository: identity.ok ? identity.value : identity.why, tag },
              ...(digest === undefined ? {} : { digest }),
              ...(actor === undefined ? {} : { actor }),
              ...(mediaType === undefined ? {} : { mediaType }),
              ...(zoned ? { pushedAt: Date.parse(pushedAt) } : {}),
              ...(event?.eventId === undefined ? {} : { eventId: event.eventId }),
            },
          };
        }),
      );
    });

    test.each(own)('recognises $file, and is pure', async ({ format, request, expected }) => {
      expect(registry.recognises(request)).toBe(true);
      expect(await looksLike(request, name)).toBeUndefined();
      const scoped = scopeFor(format, expected);
      const before = Buffer.from(request.body);
      expect(registry.read(request, scoped)).toEqual(registry.read(request, scoped));
      expect(before.equals(request.body)).toBe(true);
    });

    test.each(foreign)('does not take $file for its own, and says whose it is', async ({ request, format }) => {
      expect(registry.recognises(request)).toBe(false);
      expect(await looksLike(request, name)).toBe(claimedBy(format));
    });

    test.each(foreign.filter(({ format }) => !READS_ALSO[name]?.includes(format)))('reads no push out of $file', ({ request }) => {
      const reading = registry.read(request, { ...scope, registryHost: 'registry.example.com' });
      expect(reading.is === 'events' ? reading.pushes : []).toEqual([]);
    });

    test.each(signed(own, registry.proofs))('signs $file as its proof says', ({ request, proof, secret }) => {
      expect(signatureOf(request, proof, secret)).toBe(presented(request, proof));
      const flipped = flip(request.body, Math.floor(request.body.length / 2));
      expect(signatureOf({ ...request, body: flipped }, proof, secret)).not.toBe(presented(request, proof));
    });

    // A format without recorded signatures would pass the test above without having been tried.
    if (registry.proofs.some(({ by }) => by === 'hmac')) it('has recorded signatures', () => expect(signed(own, registry.proofs).length).toBeGreaterThan(0));

    test.each(own)('is not upset by one wrong byte of $file, nor by its end missing', ({ request, expected, format }) => {
      const text = Buffer.from(request.body).toString();
      for (let i = 0; i < 64; i += 1) {
        const at = Math.floor((request.body.length * i) / 64);
        const scoped = scopeFor(format, expected);
        expect(isSound(registry.read({ ...request, body: flip(request.body, at) }, scoped))).toBe(true);
        const cut = registry.read({ ...request, body: request.body.subarray(0, at) }, scoped);
        // What is missing may be white space alone.
        if (text.slice(0, at).trim() !== text.trim() && cut.is === 'events') expect(cut.pushes).toEqual([]);
      }
    });

    it('answers anything', () => {
      const value = fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.jsonValue({ maxDepth: 3 }).map((json) => Buffer.from(JSON.stringify(json))),
        fc
          .tuple(fc.constantFrom(...own.filter(({ request }) => request.body.length > 0)), fc.nat(), fc.jsonValue({ maxDepth: 2 }))
          .map(([{ request }, at, other]) => mutated(request.body, at, other)),
      );
      fc.assert(
        fc.property(value, (body) => {
          const request = { method: 'POST', headers: {}, query: {}, body };
          expect(isSound(registry.read(request, scope))).toBe(true);
          expect(registry.recognises(request)).toBeTypeOf('boolean');
        }),
        { numRuns: 300 },
      );
    });

    test.each(odd)('%s is no reason to throw', (_what, text) => {
      const request = { method: 'POST', headers: {}, query: {}, body: Buffer.from(text) };
      expect(isSound(registry.read(request, scope))).toBe(true);
      expect(registry.recognises(request)).toBe(false);
    });

    it('takes in no foreign prototype', () => {
      for (const { request } of own) {
        const poisoned = request.body
          .toString()
          .replace('{', '{"__proto__":{"tag":"evil","why":"evil","polluted":1},"constructor":{"prototype":{"polluted":1}},');
        const reading = registry.read({ ...request, body: Buffer.from(poisoned) }, scope);
        expect(reading).toEqual(registry.read(request, scope));
        expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
      }
    });

    it('tells where to paste the URL', () => {
      const guide = registry.guide({ url: 'https://example.com/hooks/it_x' });
      expect(guide.join('\n')).toContain('https://example.com/hooks/it_x');
      for (const line of guide) expect(line.trim()).not.toBe('');
      expect(guide.length).toBeLessThanOrEqual(8);
    });

    it('never counts a host among its own aliases', () => {
      for (const host of HOSTS) expect(registry.aliases(host)).not.toContain(host.toLowerCase());
      expect(registry.aliases('')).toEqual([]);
    });
  });
};

/** Bodies that a format reads though they are another's; `recognises` tells them apart, so they are not deployed either. */
const READS_ALSO: Partial<Record<RegistryName, readonly RegistryName[]>> = { harbor: ['tencent-tcr'] };

type Hmac = Extract<Proof, { by: 'hmac' }>;
type Signed = (typeof fixtures)[number] & { readonly proof: Hmac; readonly secret: string };
/** The one recording whose secret is not ours. */
const SECRETS: Readonly<Record<string, string>> = { 'nexus/component-created-docker.json': 'gk0qp4u98xy0vntojv81i8zcjr4zw7xd6c4ugzad' };

const signed = (own: typeof fixtures, proofs: readonly Proof[]): readonly Signed[] =>
  proofs
    .filter((proof) => proof.by === 'hmac')
    .flatMap((proof) =>
      own
        .filter(({ request }) => presented(request, proof) !== undefined)
        .map((fixture) => ({ ...fixture, proof, secret: SECRETS[fixture.file] ?? 'fixture-secret' })),
    );
const signatureOf = (request: RawRequest, { hash, over }: Hmac, secret: string): string =>
  createHmac(hash, secret)
    .update(over?.(request) ?? request.body)
    .digest('hex');
const presented = ({ headers }: RawRequest, { header, prefixes }: Hmac): string | undefined => {
  const value = headers[header.toLowerCase()];
  const prefix = prefixes.find((begin) => begin !== '' && value?.startsWith(begin)) ?? '';
  return value?.slice(prefix.length);
};

const flip = (body: Uint8Array, at: number): Uint8Array => body.map((byte, i) => (i === at ? byte ^ 1 : byte));

const HOSTS = ['docker.io', 'registry.example.com:5000', 'a-registry.cn-beijing.cr.aliyuncs.com', 'REGISTRY.cn-hangzhou.aliyuncs.com', '[::1]:5000'];

const odd: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['no JSON', 'payload=%7B%7D'],
  ['half a JSON', '{"events":['],
  ['null', 'null'],
  ['a number', '1'],
  ['a text', '"events"'],
  ['an array', '[{"image":"a:b"}]'],
  ['an empty object', '{}'],
  ['100,000 levels', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['100,000 levels in a field', `{"events":${'['.repeat(100_000)}${']'.repeat(100_000)},"push_data":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`],
  ['only a prototype', '{"__proto__":{"events":[],"image":"a:b","push_data":{"tag":"x"},"repository":{"repo_full_name":"a/b"}}}'],
  ['nulls', '{"events":null,"push_data":null,"repository":null,"image":null,"name":null,"tag":null}'],
  ['wrong types', '{"events":{},"push_data":[],"repository":7,"image":{},"name":[],"tag":1}'],
];

/** The fixture with one value somewhere in it replaced. */
const mutated = (body: Uint8Array, at: number, other: unknown): Uint8Array => {
  const values: unknown[] = [];
  const text = Buffer.from(body).toString();
  JSON.parse(text, (_key, value: unknown) => void values.push(value));
  const place = at % Math.max(values.length, 1);
  let seen = -1;
  const replaced: unknown = JSON.parse(text, (_key, value: unknown) => {
    seen += 1;
    return seen === place ? other : value;
  });
  return Buffer.from(JSON.stringify(replaced) ?? 'null');
};
