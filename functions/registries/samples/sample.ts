/**
 * A delivery as the sender of one format makes it for a push, to try a hook with: the shape of what was recorded
 * (`test/fixtures/registries`), the image that was asked for. What proves a delivery is not in it.
 */
import type { RawRequest } from '../registry.ts';

export interface SamplePush {
  readonly host: string;
  readonly path: string;
  readonly tag: string;
  /** Absent where it is not known: then the delivery has none either. */
  readonly digest?: string;
  /** Of the event, where the sender gives it one: another one is another push. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Sample {
  /** Where its sender speaks for one registry alone. */
  readonly host?: string;
  delivery(push: SamplePush): RawRequest;
}

/** Who pushed, where the sender says that. */
export const ACTOR = 'image-triggers-test';

/** Header names in lower case. */
export const jsonDelivery = (body: unknown, headers: Readonly<Record<string, string>> = {}): RawRequest => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  query: {},
  body: new TextEncoder().encode(JSON.stringify(body)),
});

export const isoTime = (at: number): string => new Date(at).toISOString();
/** To the second, as many write it. */
export const isoSecond = (at: number): string => `${isoTime(at).slice(0, 19)}Z`;
export const unixSecond = (at: number): number => Math.floor(at / 1_000);

/** `team` and `web/api` of `team/web/api`. */
export const cutPath = (path: string): { readonly first: string; readonly rest: string } => {
  const slash = path.indexOf('/');
  return slash === -1 ? { first: '', rest: path } : { first: path.slice(0, slash), rest: path.slice(slash + 1) };
};

/** `host/path:tag`, with the digest where there is one. */
export const imageText = ({ host, path, tag, digest }: SamplePush): string => `${host}/${path}:${tag}${digest === undefined ? '' : `@${digest}`}`;
