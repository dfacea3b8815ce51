/** Asking the API of a registry on behalf of a person, with a credential that is used for this one command and kept nowhere. */

import { type Fields, fields, list, textOf } from '../../functions/core/fields.ts';
import { jsonIn } from '../../functions/core/json-in.ts';
import { type Parsed, parsed, refused } from '../../functions/core/parsed.ts';
import { shown } from '../../functions/core/shown.ts';
import { boundedText } from './bounded-text.ts';
import { causeOf } from './cause-of.ts';
import { CliError } from './io.ts';
import { withoutTokens } from './secret-url.ts';

/** Gives the answer of a request that went well; everything else ends the command with the words of the registry. */
export type RegistryApi = (request: RegistryRequest) => Promise<unknown>;

interface RegistryRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Below the address of the API, with its query. */
  readonly path: string;
  readonly body?: unknown;
}

interface Spoken {
  /** As people call the registry. */
  readonly name: string;
  readonly base: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** What a credential has to be allowed. */
  readonly permission: string;
  /** Never shown, even if the registry repeats them; those of a second URL are added when it is made. */
  readonly secrets: ReadonlySet<string>;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;
const MOST_BYTES = 1_048_576;
const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];
export const isThisMachine = ({ hostname }: URL): boolean => LOOPBACK.includes(hostname);

/** The address of an API: a credential goes there, so nothing but https, or this machine. */
export const parseBase = (text: string): Parsed<URL> => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return refused('it is no plain address: give one like https://registry.example.com');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isThisMachine(url)))
    return refused(`it begins with ${url.protocol}//, and the credential would go in clear: only https is called`);
  return parsed(url);
};

export const registryApi =
  (spoken: Spoken): RegistryApi =>
  async ({ method, path, body }) => {
    const { name, base, headers } = spoken;
    const url = new URL(`${base.pathname.replace(/\/+$/, '')}${path}`, base);
    const signal = AbortSignal.timeout(spoken.timeoutMs ?? TIMEOUT_MS);
    try {
      const response = await fetch(url, {
        method,
        headers: {
          accept: 'application/json',
          'user-agent': 'image-triggers',
          ...headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'manual',
        signal,
      });
      const { text, whole } = await boundedText(response, MOST_BYTES);
      if (!whole) throw new Error(`its answer has more than ${MOST_BYTES} bytes`);
      if (response.status >= 200 && response.status < 300) return jsonIn(text);
      throw new CliError(complaint(spoken, response.status, wordsOf(fields(jsonIn(text))), response.headers.get('location')));
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw new CliError(`${name} at ${base.origin} does not answer (${hidden(causeOf(error), spoken.secrets)}): check its address (--at) and the network`);
    }
  };

const complaint = ({ name, base, permission, secrets }: Spoken, status: number, words: string, location: string | null): string => {
  const said = `${status}${words === '' ? '' : `: ${shown(hidden(words, secrets), 300)}`}`;
  if (status < 400)
    return `${name} at ${base.origin} redirects${location === null ? '' : ` to ${placeOf(location, base)}`}, which is not followed: give the address itself (--at)`;
  if (status === 401 || status === 403) return `${name} refuses the credential (${said}): it has to be valid, and may need ${permission}`;
  if (status === 404) return `${name} has nothing there that this credential may see (${said}): check --for and --at; it needs ${permission}`;
  return `${name} did not take it (${said})`;
};

/** Without path and query, which may hold anything. */
const placeOf = (location: string, base: URL): string =>
  URL.canParse(location, base.href) ? shown(new URL(location, base).origin, 100) : 'an unreadable address';

/** What Harbor (`errors`), GitHub and Gitea (`message`) and Azure (`error`) say of a refusal. */
const wordsOf = ({ message, error, errors }: Fields): string =>
  [message, fields(error).message, ...list(errors).map((each) => each.message ?? each.code)]
    .map(textOf)
    .filter((text) => text !== '')
    .join('; ');

const hidden = (text: string, secrets: ReadonlySet<string>): string =>
  withoutTokens([...secrets].sort((a, b) => b.length - a.length).reduce((rest, secret) => rest.replaceAll(secret, '…'), text)).replace(
    /[\p{Cc}\p{Cf}]+/gu,
    ' ',
  );
