/** A registry whose API can be given a webhook: the interface, and what its implementations share. Their table is in `registry-connect.ts`. */

import { type Fields, fields, isFields, list, texts } from '../../functions/core/fields.ts';
import { CliError } from './io.ts';
import type { RegistryApi } from './registry-api.ts';

export interface Connector {
  /** Whether it sends something by itself, or can be told to, so that nobody has to push. */
  readonly pings?: true;
  /** As people call it. */
  readonly name: string;
  /** What it can be told to send with each delivery, the strongest first. */
  readonly sends: readonly ('hmac' | 'header')[];
  /** The only header that it can send; any, where there is none. */
  readonly header?: string;
  /** What `--for` names, with an example. */
  readonly place: string;
  /** What the credential has to be allowed. */
  readonly permission: string;
  /** Its API, where that follows from the host that the hook speaks for. */
  base(registryHost: string | undefined): string | undefined;
  /** What proves who asks; `user` is given where the registry asks for a user and a password. */
  headers(secret: string, user: string | undefined): Readonly<Record<string, string>>;
  readonly needsUser?: boolean;
  /** The path of its webhooks for what `--for` names; undefined when it can name no such thing. */
  path(place: string): string | undefined;
  /** Reads only, and so proves the credential before anything is changed. */
  look(api: RegistryApi, path: string): Promise<Site>;
}

/** Where webhooks are: those that there are, and how another one is made. */
interface Site {
  readonly webhooks: readonly Webhook[];
  make(wish: Wish): Promise<Done>;
}

export interface Webhook {
  readonly url: string;
  set(wish: Wish): Promise<Done>;
}

export interface Done {
  /** Of the webhook, as the registry knows it. */
  readonly id: string;
  /** What is left to do by hand until it works. */
  readonly problem?: string;
  /** Has the registry send a delivery of its own, where it can and does not anyway. */
  readonly ping?: () => Promise<unknown>;
}

export interface Wish {
  /** Of the hook here. */
  readonly hook: string;
  readonly url: string;
  readonly proof?: { readonly by: 'hmac'; readonly secret: string } | { readonly by: 'header'; readonly name: string; readonly value: string };
}

/** One part of a path: nothing that could lead elsewhere. */
export const isSegment = (text: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(text);

/** An id from an answer, which becomes a part of a path. */
const idOf = (item: Fields): number | undefined => (typeof item.id === 'number' && Number.isSafeInteger(item.id) && item.id > 0 ? item.id : undefined);

const MOST_PAGES = 20;

/** All items of a list over its pages (`&page=`), to the first empty one: a server may give less than it is asked for. One without an id cannot be changed. */
export const numberedIn = async (api: RegistryApi, path: string, registry: string): Promise<readonly { readonly id: number; readonly item: Fields }[]> => {
  const items: Fields[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = await api({ method: 'GET', path: `${path}&page=${page}` });
    if (!Array.isArray(answer) || !answer.every(isFields)) throw new CliError(`${registry} answered no list of webhooks: check its address (--at)`);
    if (answer.length === 0) break;
    items.push(...list(answer));
  }
  return items.flatMap((item) => {
    const id = idOf(item);
    return id === undefined ? [] : [{ id, item }];
  });
};

/** Some servers drop an event that they do not know, and say nothing. */
export const takenWith = (answer: unknown, event: string, registry: string, cure: string): Done => {
  const item = fields(answer);
  const id = String(idOf(item) ?? 'unknown');
  return texts(item.events).includes(event) ? { id } : { id, problem: `${registry} has the webhook ${id} now, but without the event "${event}": ${cure}` };
};
