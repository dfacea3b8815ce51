/** Where a call may go: the checks of a URL before any name is resolved, and of every address after that. */
import { isIP } from 'node:net';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { addressProblem, isMetadata } from './address.ts';

interface Destination {
  readonly url: URL;
  /** Without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
  /** Named in the list of exceptions: plain http and private addresses are fine there. */
  readonly excepted: boolean;
}

/** `host:port`, as a URL spells them; anything else is refused at the start, so that a typing error is not an open door. */
export const exceptions = (entries: readonly string[]): ReadonlySet<string> =>
  new Set(
    entries.map((entry) => {
      const [, host, port] = /^([^/@?#\s]+):(\d{1,5})$/.exec(entry.trim()) ?? [];
      if (host === undefined || !URL.canParse(`http://${host}`))
        throw new Error(`${JSON.stringify(entry)} is not host:port: write for example 127.0.0.1:8080, separated by commas`);
      return `${new URL(`http://${host}`).hostname}:${Number(port)}`;
    }),
  );

const CURE = 'use a public https address';

/** `new URL` turns every numeric and Unicode spelling of an IPv4 address into the dotted one, which is then checked here. */
export const destinationOf = (text: string, allow: ReadonlySet<string>): Parsed<Destination> => {
  const url = URL.parse(text);
  if (url === null) return refused(`the address is not a URL: ${CURE}`);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refused(`the scheme ${url.protocol}// cannot be called: ${CURE}`);
  if (url.username !== '' || url.password !== '') return refused('the address holds a user name or password: put the credential into a header');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const excepted = allow.has(`${url.hostname}:${port}`);
  if (url.protocol === 'http:' && !excepted) return refused(`plain http to ${url.host} is not allowed: ${CURE}`);
  if (isIP(host) !== 0) {
    const problem = forbidden([host], excepted);
    if (problem !== undefined) return refused(problem);
  }
  return parsed({ url, host, port, excepted });
};

/** The problem of the first forbidden one: a single forbidden answer makes the whole name suspect. */
export const forbidden = (addresses: readonly string[], excepted: boolean): string | undefined => {
  for (const address of addresses) {
    if (excepted && !isMetadata(address)) continue;
    const problem = addressProblem(address);
    if (problem !== undefined) return `${problem}: ${CURE}`;
  }
  return undefined;
};
