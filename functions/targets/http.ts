/**
 * An address that is told what was pushed: a blind target, since nobody can ask it what runs.
 *
 * One POST per image. The body is the registry's own or a template; a restart posts no body at all, which is what the
 * origin's trigger addresses take for "redeploy" — with a template only if that holds no placeholder, because an image that
 * nobody pushed must not be made up.
 */
import type { Outcome } from '../core/outcome.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { acrBody } from './acr-body.ts';
import { outcomeOf } from './answer-outcome.ts';
import { type HttpConfig, httpConfig } from './http-config.ts';
import { secretValue } from './secret-value.ts';
import type { Blind, Obstacle, OutboundAnswer, TargetIo, WantedImage, Wish } from './target.ts';
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
  async obstacle(config, io) {
    const credentials = await readCredentials(config, io);
    return credentials.is === 'read' ? undefined : credentials;
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

const readCredentials = async ({ secret, authorization }: HttpConfig, io: TargetIo): Promise<Credentials | Obstacle> => {
  const key = secret === undefined ? undefined : await secretValue(secret, 'secret', io, signingKey);
  if (key !== undefined && key.is !== 'read') return key;
  const header = authorization === undefined ? undefined : await secretValue(authorization, 'authorization', io, headerValue);
  if (header !== undefined && header.is !== 'read') return header;
  return { is: 'read', ...(key === undefined ? {} : { key: key.value }), ...(header === undefined ? {} : { authorization: header.value }) };
};

/** A line break at the end is what editors and shells leave behind. */
const headerValue = (text: string): Parsed<string> => {
  const value = text.trim();
  return value !== '' && /^[\t\x20-\x7e]+$/.test(value) ? parsed(value) : refused('cannot be a header: write one line of printable ASCII characters');
};

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
    // The receiver knows it again by its key.
    repeatable: io.atMostOnce !== true,
    secretHeaders: ['authorization', 'webhook-signature'],
  });
