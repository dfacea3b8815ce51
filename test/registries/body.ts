import type { RawRequest } from '../../functions/registries/registry.ts';

/** A delivery of this JSON and nothing else. */
export const bodyOf = (json: unknown, headers: Readonly<Record<string, string>> = {}): RawRequest => ({
  method: 'POST',
  headers,
  query: {},
  body: Buffer.from(JSON.stringify(json)),
});
