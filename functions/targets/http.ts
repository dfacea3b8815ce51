/**
 * An address that is told what was pushed: a blind target, since nobody can ask it what runs.
 *
 * One POST per image. The body is the registry's own or a template; a restart posts no body at all, which is what the
 * origin's trigger addresses take for "redeploy" — with a template only if that holds no placeholder, because an image that
 * nobody pushed must not be made up.
 */
import type { Exchange, Outcome, Why } from '../core/outcome.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { acrBody } from './acr-body.ts';
import { type HttpConfig, httpConfig } from './http-config.ts';
import { retryAfterOf } from './retry-after.ts';
import type { Blind, OutboundAnswer, TargetIo, WantedImage, Wish } from './target.ts';
import { fillTemplate, hasPlaceholders } from './template.ts';
import { signatureHeaders, signingKey } from './webhook-signature.ts';

export const http: Blind<HttpConfig> = {
  sight: 'blind',
  config: httpConfig,
  async apply(config, wish, io) {
    const bodies = bodiesOf(config, wish, io);
    if (!bodies.ok) return { is: 'refused', why: { code: 'target-misconfigured', detail: bodies.why } };
    const credentials = await readCredentials(config, io);
    if (credentials.is !== 'read') return credentials;
    let outcome: Outcome | undefined;
    for (const [i, body] of bodies.value.entries()) {
      // Each request is another deed, so each has its own key; normally there is one.
      const key = i === 0 ? io.idempotencyKey : `${io.idempotencyKey}.${i}`;
      outcome = outcomeOf(await post(config, credentials, key, body, io), io.now());
      if (outcome.is !== 'delivered') return outcome;
    }
    if (outcome === undefined) throw new Error('a wish without an image: "set" holds at least one');
    return outcome;
  },
};

const bodiesOf = ({ template }: HttpConfig, wish: Wish, io: TargetIo): Parsed<readonly string[]> => {
  if ('set' in wish) return parsed(wish.set.map((wanted) => JSON.stringify(bodyOf(template, wanted, io))));
  if (template === undefined) return parsed(['']);
  return hasPlaceholders(template)
    ? refused('the template asks for an image, and a restart has none: deploy the image again, or take the placeholders out of the template')
    : parsed([JSON.stringify(template)]);
};

const bodyOf = (template: unknown, { image, since }: WantedImage, io: TargetIo): unknown =>
  template === undefined ? acrBody(image, since ?? io.now()) : fillTemplate(template, image);

interface Credentials {
  readonly is: 'read';
  readonly key?: Buffer;
  readonly authorization?: string;
}

const readCredentials = async (
  { secret, authorization }: HttpConfig,
  io: TargetIo,
): Promise<Credentials | Extract<Outcome, { is: 'refused' | 'unavailable' }>> => {
  try {
    const key = secret === undefined ? undefined : usable(await io.secret(secret), `the secret ${secret}`, signingKey);
    if (key?.ok === false) return unreadable(key.why);
    const header = authorization === undefined ? undefined : usable(await io.secret(authorization), `the authorization ${authorization}`, headerValue);
    if (header?.ok === false) return unreadable(header.why);
    return { is: 'read', ...(key === undefined ? {} : { key: key.value }), ...(header === undefined ? {} : { authorization: header.value }) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { is: 'unavailable', why: { code: 'unavailable', detail }, answered: true };
  }
};

const usable = <T>(value: Parsed<string>, name: string, read: (text: string) => Parsed<T>): Parsed<T> => {
  if (!value.ok) return value;
  const made = read(value.value);
  return made.ok ? made : refused(`${name} ${made.why}`);
};

/** A line break at the end is what editors and shells leave behind. */
const headerValue = (text: string): Parsed<string> => {
  const value = text.trim();
  return value !== '' && /^[\t\x20-\x7e]+$/.test(value) ? parsed(value) : refused('cannot be a header: write one line of printable ASCII characters');
};

const unreadable = (detail: string): Extract<Outcome, { is: 'refused' }> => ({ is: 'refused', why: { code: 'secret-unreadable', detail } });

const post = ({ url, headers = {} }: HttpConfig, { key, authorization }: Credentials, id: string, body: string, io: TargetIo): Promise<OutboundAnswer> =>
  io.request({
    method: 'POST',
    url,
    headers: {
      ...(body === '' ? {} : { 'content-type': 'application/json' }),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      'idempotency-key': id,
      ...(authorization === undefined ? {} : { authorization }),
      ...(key === undefined ? {} : signatureHeaders(key, id, io.now(), body)),
    },
    body,
    secretHeaders: ['authorization', 'webhook-signature'],
  });

/** 409 under an Idempotency-Key: the first request with it is still being processed (draft-ietf-httpapi-idempotency-key-header). */
const RETRIED = new Set([408, 409, 425, 429]);

const outcomeOf = (answer: OutboundAnswer, now: number): Outcome => {
  const { exchange } = answer;
  if (answer.is === 'forbidden') return { is: 'refused', why: { code: 'address-forbidden', detail: answer.why }, exchange };
  // A request that never left is as good as an answer: the target did not act.
  if (answer.is === 'broken') return { is: 'unavailable', why: { code: 'unavailable', detail: answer.why }, answered: !answer.sent, exchange };
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return { is: 'delivered', exchange };
  const why = (code: Why['code']): Why => ({ code, detail: said(status, exchange) });
  if (status < 500 && !RETRIED.has(status)) return { is: 'refused', why: why('target-refused'), exchange };
  const retryAfter = retryAfterOf(headers['retry-after'], now);
  return { is: 'unavailable', why: why('unavailable'), answered: true, ...(retryAfter === undefined ? {} : { retryAfter }), exchange };
};

const SAID = 200;

/** From the record, where secrets are already taken out. */
const said = (status: number, { response }: Exchange): string => {
  const location = response?.headers.location;
  const where = location === undefined ? '' : ` to ${location}, which is not followed`;
  const text = (response?.body.text ?? '').replace(/\s+/g, ' ').trim().slice(0, SAID);
  return `answered ${status}${where}${text === '' ? '' : `: ${text}`}`;
};
