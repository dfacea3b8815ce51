/**
 * What a request makes that nobody had before: ids and tokens. They are new each time, or follow from its Idempotency-Key.
 * Then a request that is begun anew, because its first run died half done, makes the same ones, and finds by them what
 * that run had made already.
 */
import type { ApiPorts } from './ports.ts';

export interface Making {
  /** When the first run of the request began. */
  readonly at: number;
  /** A run before this one may have done a part of it. */
  readonly again: boolean;
  /** For an item that no such id names: nothing but a run of this request has the same. */
  readonly maker?: string;
  /** One after the other, and the same ones in each run. */
  newUlid(): string;
  makeToken(hook: string): string;
}

type MakingPorts = Pick<ApiPorts, 'now' | 'newUlid' | 'makeToken' | 'derive'>;

export const freshMaking = (ports: MakingPorts): Making => {
  const at = ports.now();
  return { at, again: false, newUlid: () => ports.newUlid(at), makeToken: (hook) => ports.makeToken(hook) };
};

/** `drawn` was drawn for the first run: with the key, which is stored nowhere, all of it follows. */
export const keyedMaking = (key: string, { drawn, at, again }: { readonly drawn: string } & Pick<Making, 'at' | 'again'>, ports: MakingPorts): Making => {
  const derive = (what: string): Uint8Array => ports.derive(key, drawn, what);
  let ulids = 0;
  return {
    at,
    again,
    maker: Array.from(derive('maker').slice(0, MAKER_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    newUlid: () => ports.newUlid(at, derive(`ulid ${++ulids}`)),
    makeToken: (hook) => ports.makeToken(hook, derive(`token ${hook}`)),
  };
};

const MAKER_BYTES = 12;
