/**
 * Structure-aware mutations of a recorded delivery: what stands in it is taken apart, changed somewhere and put together
 * again, so that most bodies are still JSON and many are still read. `harmless`: only left something out or said it twice,
 * which must never make a push of what was none.
 */
import type { RawRequest } from '../../functions/registries/registry.ts';
import type { Random } from '../chaos/random.ts';

export interface Mutated {
  readonly request: RawRequest;
  readonly names: readonly string[];
  readonly harmless: boolean;
}

type Container = Record<string, unknown> | unknown[];
interface Spot {
  readonly parent: Container;
  readonly key: string;
}

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;
const at = ({ parent, key }: Spot): unknown => Object.getOwnPropertyDescriptor(parent, key)?.value;
/** Also of the name `__proto__`, which an assignment would not make a field. A list has no named fields in JSON. */
const put = ({ parent, key }: Spot, value: unknown): void => {
  if (!Array.isArray(parent) || /^\d+$/.test(key)) Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
};

const spotsIn = (value: unknown): Spot[] =>
  isContainer(value) ? Object.keys(value).flatMap((key) => [{ parent: value, key }, ...spotsIn(at({ parent: value, key }))]) : [];

const HEX = 'abcdef0123456789'.repeat(8);
const TEXTS: readonly string[] = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '/',
    '//',
    ':',
    '@',
    '-',
    '_',
    '\0',
    '\n',
    'null',
    'latest',
    'v1',
    'V1',
    '1.0',
    'a'.repeat(128),
    'a'.repeat(129),
    'a/'.repeat(200),
    `${'a'.repeat(5_000)}!`,
  ],
  ...[
    `sha256:${HEX.slice(0, 64)}`,
    `sha256:${HEX.slice(0, 59)}`,
    `SHA256:${HEX.slice(0, 64)}`,
    `sha512:${HEX}`,
    `sha256-${HEX.slice(0, 64)}`,
    `sha256-${HEX.slice(0, 64)}.sig`,
    HEX.slice(0, 64),
  ],
  ...[
    'registry.example.com/team/app:v1',
    `r.example:5000/app@sha256:${HEX.slice(0, 64)}`,
    '[::1]:5000/app:v1',
    'localhost/app',
    'https://r.example/a/b',
    'https://',
    'user@r.example/a',
    'a:b:c',
    'a@b@c',
    'A/B:c',
  ],
  ...['push', 'PUSH', 'PUSH_ARTIFACT', 'pushImage', 'pushed', 'published', 'created', 'INSERT', 'docker', 'container', 'CONTAINER', 'package.synced'],
  ...['\u{1f4a5}', 'e\u0301', '\u212a', '\u202eabc', '\ud800', '\udfff\ud800', '\ufeff', 'ａｐｐ', 'İ', 'ß', '\u2028'],
  ...[
    '%',
    '%zz',
    '%00',
    '%2F',
    'pkg:oci/a@b?tag=c',
    'pkg:oci/%E0%A4%A?repository_url=x&tag=y',
    '2026-11-23T06:57:45Z',
    '0001-01-01T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    'application/octet-stream',
    'application/vnd.cncf.helm.config.v1+json',
  ],
];
/** Written into the text afterwards, since `JSON.stringify` cannot say them. */
const MARKS: Readonly<Record<string, string>> = {
  '"@@huge@@"': '1e400',
  '"@@long@@"': '9'.repeat(400),
  '"@@zero@@"': '-0',
  '"@@deep@@"': `${'['.repeat(3_000)}${']'.repeat(3_000)}`,
};
const VALUES: readonly (() => unknown)[] = [
  ...[null, true, false, 0, -1, 1.5, 2 ** 53, 1e21, -1e308, [], {}, [[]], [null], '@@huge@@', '@@long@@', '@@zero@@', '@@deep@@'].map(
    (value) => () => structuredClone(value),
  ),
  ...TEXTS.map((text) => () => text),
];
const KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', '0', '', 'tag', 'why', 'action', 'type'];

type Change = (root: { value: unknown }, random: Random, others: readonly unknown[]) => void;
const somewhere = (root: { value: unknown }, random: Random): Spot => random.pick([{ parent: root, key: 'value' }, ...spotsIn(root.value)]);

const leaveOut: Change = (root, random) => {
  const spots = spotsIn(root.value);
  if (spots.length === 0) return;
  const { parent, key } = random.pick(spots);
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
};
const sayTwice: Change = (root, random) => {
  const spots = spotsIn(root.value);
  if (spots.length === 0) return;
  const spot = random.pick(spots);
  if (Array.isArray(spot.parent)) spot.parent.splice(Number(spot.key), 0, structuredClone(at(spot)));
  else put({ parent: spot.parent, key: `${spot.key}_2` }, structuredClone(at(spot)));
};

const HARMLESS: Readonly<Record<string, Change>> = { leaveOut, sayTwice };
const CHANGES: Readonly<Record<string, Change>> = {
  ...HARMLESS,
  retype: (root, random) => put(somewhere(root, random), random.pick(VALUES)()),
  reword: (root, random) => {
    const spots = spotsIn(root.value).filter((spot) => typeof at(spot) === 'string');
    if (spots.length === 0) return;
    const spot = random.pick(spots);
    const [text, other] = [String(at(spot)), random.pick(TEXTS)];
    const cut = random.below(text.length + 1);
    put(spot, random.pick([other, text.slice(0, cut), text.slice(0, cut) + other + text.slice(cut), text.toUpperCase(), text + other, other + text]));
  },
  nest: (root, random) => {
    const spot = somewhere(root, random);
    put(spot, random.chance(0.5) ? [at(spot)] : { value: at(spot) });
  },
  swap: (root, random) => {
    const [one, other] = [somewhere(root, random), somewhere(root, random)];
    const value = structuredClone(at(one));
    put(one, structuredClone(at(other)));
    put(other, value);
  },
  add: (root, random) => {
    const spot = somewhere(root, random);
    const value = at(spot);
    if (isContainer(value)) put({ parent: value, key: random.pick(KEYS) }, random.pick(VALUES)());
  },
  // A piece of another sender's delivery.
  graft: (root, random, others) => {
    const other = structuredClone(random.pick(others));
    put(somewhere(root, random), at(somewhere({ value: other }, random)));
  },
};
const NAMES = Object.keys(CHANGES);

const BYTES: Readonly<Record<string, (body: Uint8Array, random: Random) => Uint8Array>> = {
  truncate: (body, random) => body.subarray(0, random.below(body.length + 1)),
  flip: (body, random) => {
    const place = random.below(body.length);
    return body.map((byte, i) => (i === place ? byte ^ (1 << random.below(8)) : byte));
  },
  mark: (body) => Buffer.concat([Buffer.from('\ufeff'), body]),
  utf16: (body) => Buffer.from(Buffer.from(body).toString(), 'utf16le'),
  latin1: (body) => Buffer.from(Buffer.from(body).toString(), 'latin1'),
  form: (body) => Buffer.from(`payload=${encodeURIComponent(Buffer.from(body).toString().toWellFormed())}`),
  twice: (body) => Buffer.concat([body, body]),
};

const CONTENT_TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'application/cloudevents+json',
  'application/vnd.docker.distribution.events.v2+json',
  'text/plain',
  '',
];

/** `others`: bodies of all deliveries, as values. */
export const mutate = (from: RawRequest, random: Random, others: readonly unknown[]): Mutated => {
  const names: string[] = [];
  const harmless = random.chance(0.3);
  let body = from.body;
  const root = { value: parse(body) };
  if (root.value !== undefined) {
    for (let i = 1 + random.below(4); i > 0; i -= 1) {
      const name = random.pick(harmless ? Object.keys(HARMLESS) : NAMES);
      names.push(name);
      CHANGES[name]?.(root, random, others);
    }
    body = Buffer.from(Object.entries(MARKS).reduce((text, [mark, value]) => text.replaceAll(mark, value), JSON.stringify(root.value) ?? ''));
  }
  let headers = from.headers;
  if (random.chance(0.2) && Object.keys(headers).length > 0) {
    const gone = random.pick(Object.keys(headers));
    names.push(`without ${gone}`);
    headers = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== gone));
  }
  if (harmless) return { request: { ...from, headers, body }, names, harmless };
  if (random.chance(0.2)) {
    const name = random.pick(Object.keys(BYTES));
    names.push(name);
    body = BYTES[name]?.(body, random) ?? body;
  }
  if (random.chance(0.15))
    headers = { ...headers, [random.pick([...Object.keys(headers), 'content-type', 'ce-type'])]: random.pick([...CONTENT_TYPES, ...TEXTS]) };
  const method = random.chance(0.05) ? random.pick(['GET', 'OPTIONS', 'PUT', '']) : from.method;
  const query = random.chance(0.03) ? { payload: Buffer.from(body).toString() } : from.query;
  return { request: { method, headers, query, body: method === 'GET' && random.chance(0.5) ? new Uint8Array() : body }, names, harmless };
};

const parse = (body: Uint8Array): unknown => (body.length === 0 ? undefined : JSON.parse(Buffer.from(body).toString()));
