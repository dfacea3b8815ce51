import type { HookScope } from '../../functions/core/push.ts';
import type { RegistryName } from '../../functions/registries/index.ts';
import type { RawRequest } from '../../functions/registries/registry.ts';
import { fixtures, formatOf } from './fixtures.ts';

/** What a format makes of a delivery, in one line each: `host/path:tag@digest`, `ignored: why (reference)` or `unreadable: why`. */
export const readingOf = (name: RegistryName, request: RawRequest, hook: Partial<HookScope> = {}): readonly string[] => {
  const reading = formatOf(name).read(request, { hostAliases: [], ...hook });
  if (reading.is === 'unreadable') return [`unreadable: ${reading.why}`];
  if (reading.is === 'handshake') return [`handshake: ${reading.answer.status} ${JSON.stringify(reading.answer.headers)} ${reading.answer.body ?? ''}`];
  return [
    ...reading.pushes.map(({ host = '', path, tag, digest }) => `${host}/${path}:${tag}${digest === undefined ? '' : `@${digest}`}`),
    ...reading.ignored.map(({ why, reference }) => `ignored: ${why} (${reference ?? ''})`),
  ];
};

export const recorded = (file: string): RawRequest => {
  const found = fixtures.find((fixture) => fixture.file === file);
  if (found === undefined) throw new Error(`no fixture ${file}`);
  return found.request;
};

/** A recorded delivery with pieces of its text replaced; each has to be in it. */
export const altered = (file: string, ...pieces: readonly (readonly [string, string])[]): RawRequest => {
  const request = recorded(file);
  let text = Buffer.from(request.body).toString();
  for (const [piece, other] of pieces) {
    if (!text.includes(piece)) throw new Error(`${file} has no ${piece}`);
    text = text.replaceAll(piece, other);
  }
  return { ...request, body: Buffer.from(text) };
};

/** The same payload as a form, as GitHub and Gitea send it on demand. */
export const asForm = (request: RawRequest): RawRequest => ({
  ...request,
  headers: { ...request.headers, 'content-type': 'application/x-www-form-urlencoded' },
  body: Buffer.from(new URLSearchParams({ payload: Buffer.from(request.body).toString() }).toString()),
});
/** The same payload in the query, as Gitea sends it on demand. */
export const asQuery = (request: RawRequest): RawRequest => ({
  ...request,
  method: 'GET',
  query: { ...request.query, payload: Buffer.from(request.body).toString() },
  body: new Uint8Array(),
});
