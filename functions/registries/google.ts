/**
 * Google Artifact Registry and Container Registry, by a push subscription of Pub/Sub to the topic `gcr`.
 * https://cloud.google.com/artifact-registry/docs/configure-notifications and https://cloud.google.com/pubsub/docs/push
 *
 *   message    {"action":"INSERT","digest":"host/path@sha256:…","tag":"host/path:tag"}        one of the two may be missing
 *   wrapped    {"message":{"data":"<the message in base64>","messageId","publishTime"},"subscription":"projects/…"}
 *   unwrapped  the message is the body, its id may be in the header `x-goog-pubsub-message-id`
 *
 * Each platform is an INSERT without a tag. A chart looks like an image. Pub/Sub repeats until it gets 200, 201, 202 or 204;
 * the time of publishing is that of the push, and stays the same.
 */
import * as z from 'zod/mini';
import { type Parsed, refused } from '../core/parsed.ts';
import { shown } from '../core/shown.ts';
import { eventsOf, judge } from './judge.ts';
import { quoted } from './paste.ts';
import { decodeJson, decodeShape, detail, fieldIn, headerOf, optionalText, readShape, textIn, textOr } from './payload.ts';
import { cutImage, fullPlace } from './place.ts';
import type { RawRequest, Registry } from './registry.ts';
import { zonedTime } from './time.ts';

const envelope = z.object({ message: z.object({ data: z.string(), messageId: detail, publishTime: detail }), subscription: z.string() });
const message = z.object({ action: z.enum(['INSERT', 'DELETE']), digest: optionalText, tag: optionalText });

const WHAT = 'a message of the topic "gcr" of Google ({"action":"INSERT","digest","tag"})';

interface Sent {
  readonly message: z.infer<typeof message>;
  readonly id: string | undefined;
  readonly publishedAt: number | undefined;
}

const readSent = (request: RawRequest): Parsed<Sent> => {
  const wrapped = decodeShape(envelope, request.body, WHAT);
  const json = wrapped.ok ? decodeBase64(wrapped.value.message.data) : decodeJson(request.body);
  if (!json.ok) return json;
  const read = readShape(message, json.value, WHAT);
  if (!read.ok) return read;
  if (textOr(read.value.tag ?? read.value.digest) === undefined) return refused(`the body is not ${WHAT}: it has neither "tag" nor "digest"`);
  const about: unknown = wrapped.ok ? wrapped.value.message : undefined;
  const time = zonedTime(fieldIn(about, 'publishTime') ?? headerOf(request, 'x-goog-pubsub-publish-time'));
  return { ok: true, value: { message: read.value, id: textIn(about, 'messageId') ?? headerOf(request, 'x-goog-pubsub-message-id'), publishedAt: time } };
};

export const google: Registry = {
  proofs: [{ by: 'oidc', issuers: ['https://accounts.google.com', 'accounts.google.com'], keys: 'https://www.googleapis.com/oauth2/v3/certs' }],
  needsRegistryHost: false,
  aliases: () => [],
  recognises: (request) => readSent(request).ok,
  read: (request) => {
    const sent = readSent(request);
    if (!sent.ok) return { is: 'unreadable', why: sent.why };
    const { action, tag, digest } = sent.value.message;
    const [tagged, digested] = [cutImage(textOr(tag) ?? ''), cutImage(textOr(digest) ?? '')];
    return eventsOf([
      judge(
        {
          ...fullPlace(tagged.name === '' ? digested.name : tagged.name),
          tag: tagged.tag,
          digest: digested.name === tagged.name ? digested.digest : undefined,
          pushedAt: sent.value.publishedAt,
          eventId: sent.value.id,
        },
        action === 'INSERT' ? undefined : `the action is ${shown(action)}: only "INSERT" can fire`,
      ),
    ]);
  },
  guide: ({ url, credential }) => [
    'gcloud pubsub topics create gcr',
    'gcloud pubsub subscriptions create image-triggers --topic=gcr \\',
    `  --push-endpoint='${url}' \\`,
    credential?.by === 'oidc'
      ? `  --push-auth-service-account=${quoted(credential.email ?? 'SERVICE_ACCOUNT_EMAIL')} --push-auth-token-audience=${quoted(credential.audience)}`
      : '  --push-auth-service-account=SERVICE_ACCOUNT_EMAIL --push-auth-token-audience=AUDIENCE',
    credential?.by === 'oidc'
      ? `The hook takes tokens for this audience ${credential.email === undefined ? 'of any account: set it again with --credential-email as well, and nobody else can send one.' : 'of this account, and no others.'}`
      : 'The hook asks for no token. Better: --credential oidc:AUDIENCE --credential-email SERVICE_ACCOUNT_EMAIL; each delivery then proves that it is from that account.',
  ],
};

const decodeBase64 = (text: string): Parsed<unknown> => {
  try {
    return decodeJson(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
  } catch {
    return refused(`the body is not ${WHAT}: "message.data" is not base64`);
  }
};
