/**
 * What a registry asks for before it answers: the header `WWW-Authenticate` (RFC 9110, 11.6.1), which may hold several
 * challenges. https://distribution.github.io/distribution/spec/auth/token/
 */

type Challenge =
  | { readonly scheme: 'basic' }
  /** A token is to be had at `realm`, for `service` and `scope`. */
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string };

/** A scheme before its first parameter, or a parameter: a token, or a quoted string, which may hold commas and schemes. */
const PARTS = /([a-z]+)[ \t]+(?=[\w-]+[ \t]*=)|([\w-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;
/** Longer ones are nobody's: the rest is not looked at. */
const MOST = 2_000;

/** The challenge that can be met: a token rather than a password at each request. */
export const readChallenge = (header: string): Challenge | undefined => {
  const found: { scheme: string; fields: Map<string, string> }[] = [];
  for (const [, scheme, name, quoted, bare] of header.slice(0, MOST).matchAll(PARTS)) {
    if (scheme !== undefined) found.push({ scheme: scheme.toLowerCase(), fields: new Map() });
    else if (name !== undefined) found.at(-1)?.fields.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '');
  }
  for (const { scheme, fields } of found) {
    const [realm, service, scope] = [fields.get('realm'), fields.get('service'), fields.get('scope')];
    if (scheme === 'bearer' && realm !== undefined)
      return { scheme: 'bearer', realm, ...(service === undefined ? {} : { service }), ...(scope === undefined ? {} : { scope }) };
  }
  return found.some(({ scheme }) => scheme === 'basic') ? { scheme: 'basic' } : undefined;
};
