/** The recorded deliveries with what each must become (`test/fixtures/registries/INDEX.json`), and every format, loaded. */
import { existsSync, readFileSync } from 'node:fs';
import type { HookScope } from '../../functions/core/push.ts';
import { loadRegistry, REGISTRY_NAMES, type RegistryName } from '../../functions/registries/index.ts';
import type { RawRequest, Registry } from '../../functions/registries/registry.ts';

const loaded = new Map(await Promise.all(REGISTRY_NAMES.map(async (name) => [name, await loadRegistry(name)] as const)));
export const formatOf = (name: RegistryName): Registry => {
  const found = loaded.get(name);
  if (found === undefined) throw new Error(`no format ${name}`);
  return found;
};

export const ROOT = new URL('../fixtures/registries/', import.meta.url);

export interface Expected {
  readonly registry?: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly pushedAt?: string;
  readonly actor?: string;
  readonly mediaType?: string;
}
export interface Respond {
  readonly status: number;
  /** Names of headers that the answer has to have. */
  readonly headers?: readonly string[];
  readonly body?: unknown;
}
export interface Fixture {
  readonly file: string;
  readonly kind: string;
  readonly format: RegistryName;
  readonly request: RawRequest;
  readonly expected: readonly Expected[];
  readonly respond?: Respond;
}

/** Formats whose senders send the very same body, so that no delivery tells one from the other; the first of them claims it. */
const SAME_BODY: readonly (readonly RegistryName[])[] = [['distribution', 'gitlab']];
const groupOf = (name: RegistryName): readonly RegistryName[] => SAME_BODY.find((group) => group.includes(name)) ?? [name];
export const sameBody = (one: RegistryName, other: RegistryName): boolean => groupOf(one).includes(other);
export const claimedBy = (name: RegistryName): RegistryName => groupOf(name)[0] ?? name;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isExpected = (value: unknown): value is Expected => isRecord(value) && Object.values(value).every((field) => typeof field === 'string');
const isRespond = (value: unknown): value is Respond => isRecord(value) && typeof value.status === 'number';

/** Request line and headers as recorded, up to the first empty line; lines with `#` are notes. Names in lower case, as API Gateway hands them over. */
const readRequest = (file: string): RawRequest => {
  const [line = '', ...lines] = readFileSync(new URL(file.replace(/\.json$/, '.headers.txt'), ROOT), 'utf8').split(/\r?\n/);
  const [method = 'POST', target = '/'] = line.split(' ');
  const headers = Object.fromEntries(
    lines.slice(0, Math.max(lines.indexOf(''), 0) || lines.length).flatMap((text) => {
      const colon = text.indexOf(':');
      return text.startsWith('#') || colon === -1 ? [] : [[text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim()]];
    }),
  );
  const body = file.endsWith('.json') && existsSync(new URL(file, ROOT)) ? readFileSync(new URL(file, ROOT)) : new Uint8Array();
  return { method, headers, query: Object.fromEntries(new URL(target, 'http://localhost').searchParams), body };
};

const INDEX: readonly unknown[] = JSON.parse(readFileSync(new URL('INDEX.json', ROOT), 'utf8'));

export const fixtures: readonly Fixture[] = INDEX.map((entry) => {
  if (!isRecord(entry) || typeof entry.file !== 'string' || typeof entry.registry !== 'string' || typeof entry.kind !== 'string')
    throw new Error(`odd entry ${JSON.stringify(entry)}`);
  const { file, registry, kind, expect } = entry;
  const format = REGISTRY_NAMES.find((name) => name === registry);
  if (format === undefined) throw new Error(`the fixture ${file} is of no format that there is`);
  const respond = isRecord(expect) && isRespond(expect.respond) ? { respond: expect.respond } : {};
  return { file, kind, format, request: readRequest(file), expected: Array.isArray(expect) ? expect.filter(isExpected) : [], ...respond };
});

/** A hook as the format needs it: those that cannot name their registry get the one that is expected. */
export const scopeFor = (format: RegistryName, expected: readonly Expected[] = []): HookScope & { readonly name: string } => ({
  name: 'h',
  hostAliases: [],
  ...(formatOf(format).needsRegistryHost || expected[0]?.registry === 'harbor.example.com'
    ? { registryHost: expected[0]?.registry ?? 'registry.example.com' }
    : {}),
});
