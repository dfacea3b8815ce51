/** Cutting the text of an image into its pieces. Nothing is judged here: that is done where the push is made. */
import { isDigest, namesHost } from '../core/image.ts';
import { textOr } from './payload.ts';

export interface Place {
  readonly host?: string;
  readonly path: string;
}

/** `name`, `tag` and `digest` of `name:tag@digest`. A colon before the last slash belongs to a port. */
export const cutImage = (text: string): { readonly name: string; readonly tag?: string; readonly digest?: string } => {
  // Not the tag "4f…" of an image "sha256".
  if (isDigest(text)) return { name: '', digest: text };
  const at = text.indexOf('@');
  const named = at === -1 ? text : text.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  // A trailing colon or "@" is what is left where a variable was empty.
  const [tag, digest] = [colon === -1 ? '' : named.slice(colon + 1), at === -1 ? '' : text.slice(at + 1)].map(textOr);
  return { name: colon === -1 ? named : named.slice(0, colon), ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
};

/** A name that a person wrote: its first part is a host only if it looks like one. */
export const writtenPlace = (name: string): Place => (namesHost(name) ? fullPlace(name) : { path: name });

/** A name that a registry wrote, always with its host: `harbor/team/app` is on the host `harbor`. Some write a scheme before it. */
export const fullPlace = (name: string): Place => {
  const bare = name.replace(SCHEME, '');
  const slash = bare.indexOf('/');
  return slash === -1 ? { path: bare } : { host: bare.slice(0, slash), path: bare.slice(slash + 1) };
};

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Host and port of a URL; undefined where there is none. */
export const hostOfUrl = (url: string | undefined): string | undefined => {
  const host = textOr(url?.replace(SCHEME, '').split(/[/?#]/, 1)[0]);
  return host?.includes('@') ? undefined : host;
};
