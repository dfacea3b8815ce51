/** What is kept of a request and its answer: headers redacted, bodies cut, and no secret that the request carried, not even where the answer repeats it. */
import { hash } from 'node:crypto';
import type { CutBody, Exchange } from '../core/outcome.ts';
import type { OutboundRequest } from '../targets/target.ts';
import { hiddenParts, shownUrl } from './shown-url.ts';

const REDACTED = '[redacted]';

/** Bytes of a body that are kept: less is asked of what went well. */
const KEPT_WHEN_FINE = 4_000;
const KEPT_OTHERWISE = 20_000;
/** Shorter values would tear holes into innocent text. */
const SHORTEST_SECRET = 6;
const SECRET_NAME = /^(?:proxy-)?authorization$|cookie|token|secret|signature|password|api-?key/i;

type Headers = Readonly<Record<string, string>>;
type Scrub = (text: string) => string;

interface Ended {
  readonly response?: { readonly status: number; readonly headers: Headers; readonly body: Buffer; readonly complete: boolean };
  readonly error?: string;
}

export type Recorder = (ended: Ended) => Exchange;

/** `elapsed` in milliseconds, asked when the record is made. */
export const makeRecorder = ({ method, url, body, headers, secretHeaders = [], shownUrl: shown }: OutboundRequest, elapsed: () => number): Recorder => {
  const named = new Set(secretHeaders.map((name) => name.toLowerCase()));
  const isSecret = (name: string): boolean => named.has(name.toLowerCase()) || SECRET_NAME.test(name);
  const values = Object.entries(headers).flatMap(([name, value]) => (isSecret(name) ? [value, value.replace(/^\w+ /, '')] : []));
  const scrub = scrubber([...values, ...hiddenParts(url)]);
  return ({ response, error }) => {
    const kept = response !== undefined && response.status >= 200 && response.status < 300 ? KEPT_WHEN_FINE : KEPT_OTHERWISE;
    return {
      request: {
        method,
        url: shown ?? shownUrl(url),
        headers: shownHeaders(headers, isSecret, scrub),
        ...(body === undefined ? {} : { body: cutBody(Buffer.from(body), kept, true, scrub) }),
      },
      ...(response === undefined
        ? {}
        : {
            response: {
              status: response.status,
              headers: shownHeaders(response.headers, isSecret, scrub),
              body: cutBody(response.body, kept, response.complete, scrub),
            },
          }),
      ...(error === undefined ? {} : { error: scrub(error) }),
      ms: elapsed(),
    };
  };
};

/** Names in lower case. */
const shownHeaders = (headers: Headers, isSecret: (name: string) => boolean, scrub: Scrub): Headers =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const key = name.toLowerCase();
      if (isSecret(key)) return [key, REDACTED];
      return [key, scrub(key === 'location' ? shownLocation(value) : value)];
    }),
  );

/** A relative Location is kept up to its query. */
const shownLocation = (value: string): string => (URL.canParse(value) ? shownUrl(value) : value.replace(/\?.*$/s, '?…'));

const scrubber = (secrets: readonly string[]): Scrub => {
  // Longest first, so that a value which holds another one is replaced as a whole.
  const values = [...new Set(secrets)].filter((value) => value.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length);
  return (text) => values.reduce((cleaned, value) => cleaned.replaceAll(value, REDACTED), text);
};

/** `kept` bytes of text; length and sha256 are of all that was read. */
const cutBody = (read: Buffer, kept: number, complete: boolean, scrub: Scrub): CutBody => ({
  // Cleaned before it is cut, so that no secret survives in half.
  text: cutText(scrub(read.toString('utf8')), kept),
  bytes: read.length,
  sha256: hash('sha256', read),
  complete,
});

const MOST_BYTES_OF_A_CHARACTER = 3;
/** As a stream: a character cut in half is left out instead of shown as U+FFFD. */
const cutText = (text: string, kept: number): string =>
  text.length * MOST_BYTES_OF_A_CHARACTER <= kept ? text : new TextDecoder().decode(Buffer.from(text).subarray(0, kept), { stream: true });
