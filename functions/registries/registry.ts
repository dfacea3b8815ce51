/** The interface of a webhook format: values in, values out. Add one = one file here, one line in `index.ts`, fixtures in pairs. */
import type { HookScope, IgnoredEvent, PushEvent } from '../core/push.ts';

export interface Registry<R = Reading> {
  /** What this sender can do to prove itself, strongest first; [] = the URL alone. */
  readonly proofs: readonly Proof[];
  /** True where the payload cannot name the registry (or must not be believed), so that the hook has to. */
  readonly needsRegistryHost: boolean;
  /** Other names of the same registry, known from the shape of its host; [] when unknown. */
  aliases(registryHost: string): readonly string[];
  /** Only to say "this looks like Harbor, the hook is for Docker Hub". */
  recognises(request: RawRequest): boolean;
  read(request: RawRequest, hook: HookScope): R;
  /** Where to paste the URL and what to set beside it, by the vendor's console and command: a few short lines. */
  guide(paste: Paste): readonly string[];
}

/** What a guide knows of the hook. Nothing but the URL is secret: the texts of credentials are not kept. */
export interface Paste {
  readonly url: string;
  readonly registryHost?: string;
  readonly credential?:
    | { readonly by: 'hmac' | 'basic' }
    /** In lower case. */
    | { readonly by: 'header'; readonly name: string }
    | { readonly by: 'oidc'; readonly audience: string; readonly email?: string };
}

export type Proof =
  /** `prefixes`: what may stand before the hex of the signature, as in `sha256=`; "" where nothing does. `over`: what was signed, where that is not the body as it came. */
  | {
      readonly by: 'hmac';
      readonly header: string;
      readonly hash: 'sha256' | 'sha1';
      readonly prefixes: readonly string[];
      readonly over?: (request: RawRequest) => Uint8Array | undefined;
    }
  | { readonly by: 'header'; readonly name: string }
  | { readonly by: 'basic' }
  /** A signed token of the sender's identity provider; `keys` is where its keys are published. */
  | { readonly by: 'oidc'; readonly issuers: readonly string[]; readonly keys: string };

export type Reading =
  | { readonly is: 'events'; readonly pushes: readonly PushEvent[]; readonly ignored: readonly IgnoredEvent[] }
  /** The sender asks whether it may send at all: this is the answer, and nothing else follows. */
  | { readonly is: 'handshake'; readonly answer: HandshakeAnswer }
  | { readonly is: 'unreadable'; readonly why: string };

/** Of a sender that never asks before it sends. */
export type EventReading = Exclude<Reading, { is: 'handshake' }>;

interface HandshakeAnswer {
  readonly status: 200 | 204;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Of a trigger URL, which may also be called to restart what runs. `anyHost`: neither the body nor the hook can say in which registry the image is. */
export type TriggerReading =
  | (Extract<Reading, { is: 'events' }> & { readonly anyHost?: boolean })
  | Extract<Reading, { is: 'unreadable' }>
  | { readonly is: 'restart' };

/** One HTTP delivery: header names in lower case, `body` the raw bytes (already base64-decoded). */
export interface RawRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
