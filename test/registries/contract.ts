/** What every webhook format has to keep, run over the whole table and over every recorded delivery that a format of the table reads. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { normaliseRepository } from '../../functions/core/image.ts';
import { type HookScope, toPush } from '../../functions/core/push.ts';
import { loadRegistry, looksLike, REGISTRY_NAMES, type RegistryName } from '../../functions/registries/index.ts';
import type { RawRequest, Reading, Registry } from '../../functions/registries/registry.ts';

const loaded = new Map(await Promise.all(REGISTRY_NAMES.map(async (name) => [name, await loadRegistry(name)] as const)));
export const formatOf = (name: RegistryName): Registry => {
  const found = loaded.get(name);
  if (found === undefined) throw new Error(`no format ${name}`);
  return found;
};

const ROOT = new URL('../fixtures/registries/', import.meta.url);

export interface Expected {
  readonly registry?: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly pushedAt?: string;
  readonly actor?: string;
  readonly mediaType?: string;
}
export interface Fixture {
  readonly file: string;
  readonly kind: string;
  readonly format: RegistryName;
  readonly request: RawRequest;
  readonly expected: readonly Expected[];
}

/** Folders whose deliveries another format reads. */
const READ_BY: Readonly<Record<string, RegistryName>> = { gitlab: 'distribution' };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isExpected = (value: unknown): value is Expected => isRecord(value) && Object.values(value).every((field) => typeof field === 'string');

/** Request line and headers as recorded; lines with `#` are notes. */
const readRequest = (file: string): RawRequest => {
  const [line = '', ...lines] = readFileSync(new URL(file.replace(/\.json$/, '.headers.txt'), ROOT), 'utf8').split(/\r?\n/);
  const [method = 'POST', target = '/'] = line.split(' ');
  const headers = Object.fromEntries(
    lines.flatMap((text) => {
      const colon = text.indexOf(':');
      return text.startsWith('#') || colon === -1 ? [] : [[text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim()]];
    }),
  );
  return { method, headers, query: Object.fromEntries(new URL(target, 'http://localhost').searchParams), body: readFileSync(new URL(file, ROOT)) };
};

export const INDEX: readonly unknown[] = JSON.parse(readFileSync(new URL('INDEX.json', ROOT), 'utf8'));

export const fixtures: readonly Fixture[] = INDEX.flatMap((entry) => {
  if (!isRecord(entry) || typeof entry.file !== 'string' || typeof entry.registry !== 'string' || typeof entry.kind !== 'string')
    throw new Error(`odd entry ${JSON.stringify(entry)}`);
  const { file, registry, kind, expect: expected } = entry;
  const format = REGISTRY_NAMES.find((name) => name === (READ_BY[registry] ?? registry));
  if (format === undefined) return [];
  return [{ file, kind, format, request: readRequest(file), expected: Array.isArray(expected) ? expected.filter(isExpected) : [] }];
});

const NOW = 1_800_000_000_000;
/** A hook as the format needs it: those that cannot name their registry get the one that is expected. */
export const scopeFor = (format: RegistryName, expected: readonly Expected[]): HookScope & { readonly name: string } => ({
  name: 'h',
  hostAliases: [],
  ...(formatOf(format).needsRegistryHost ? { registryHost: expected[0]?.registry ?? 'registry.example.com' } : {}),
});

const isSound = (reading: Reading): boolean =>
  reading.is === 'handshake' ||
  (reading.is === 'unreadable'
    ? reading.why.length > 20 && reading.why.length < 500
    : reading.ignored.every(({ why, reference }) => why.length > 10 && why.length < 500 && (reference ?? '').length <= 1_000));

export const contractOf = (name: RegistryName): void => {
  const registry = formatOf(name);
  const own = fixtures.filter(({ format }) => format === name);
  const foreign = fixtures.filter(({ format }) => format !== name);
  const scope = scopeFor(name, []);

  describe(`the format ${name}`, () => {
    it('has recorded pushes', () => expect(own.filter(({ kind }) => kind === 'image-push').length).toBeGreaterThan(0));

    test.each(own)('reads $file', ({ format, request, expected, kind }) => {
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
      expect(await looksLike(request, name)).toBe(format);
    });

    it('answers anything', () => {
      const value = fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.jsonValue({ maxDepth: 3 }).map((json) => Buffer.from(JSON.stringify(json))),
        fc.tuple(fc.constantFrom(...own), fc.nat(), fc.jsonValue({ maxDepth: 2 })).map(([{ request }, at, other]) => mutated(request.body, at, other)),
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
      const guide = registry.guide('https://example.com/hooks/it_x');
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
