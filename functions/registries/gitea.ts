/**
 * Packages of Gitea and Forgejo: as JSON, as a form with `payload=`, or by GET with the payload in the query.
 * https://docs.gitea.com/usage/repository/webhooks and modules/structs/package.go of its source
 *
 *   {"action":"created","package":{"owner":{"login"},"type":"container","name":"team/app","version":"v1","html_url":"https://host/owner/-/packages/…","created_at"},"sender":{"login"}}
 *
 * The signature is over this JSON, however it was sent. The host is known from `html_url` alone; there is no digest. Each
 * platform of an image is an event whose `version` is a digest. A tag that is pushed again is created again, so `created_at` is the push.
 */
import * as z from 'zod/mini';
import { shown } from '../core/shown.ts';
import { eventsOf, judge, nothing } from './judge.ts';
import { askedHeader, authorizationLines, isSigned, secretLine } from './paste.ts';
import { decodePayload, detail, headerOf, optionalText, payloadBytes, readShape, textIn, textOr } from './payload.ts';
import { hostOfUrl } from './place.ts';
import type { RawRequest, Registry } from './registry.ts';
import { zonedTime } from './time.ts';

const notification = z.object({
  action: z.string(),
  package: z.object({
    type: z.string(),
    owner: z.object({ login: z.string() }),
    name: z.string(),
    version: optionalText,
    html_url: optionalText,
    created_at: detail,
  }),
  sender: detail,
});
type Notification = z.infer<typeof notification>;

const WHAT = 'a delivery of Gitea or Forgejo about a package';
const payloadOf = (request: RawRequest): Uint8Array | undefined => payloadBytes(request, 'payload');
const eventOf = (request: RawRequest): string | undefined => headerOf(request, 'x-gitea-event') ?? headerOf(request, 'x-forgejo-event');
const readNotification = (request: RawRequest) => {
  const json = decodePayload(request, 'payload');
  return json.ok ? readShape(notification, json.value, WHAT) : json;
};

export const gitea: Registry = {
  proofs: [
    { by: 'hmac', header: 'X-Gitea-Signature', hash: 'sha256', prefixes: [''], over: payloadOf },
    { by: 'hmac', header: 'X-Forgejo-Signature', hash: 'sha256', prefixes: [''], over: payloadOf },
    { by: 'header', name: 'Authorization' },
  ],
  needsRegistryHost: false,
  aliases: () => [],
  recognises: (request) => eventOf(request) !== undefined || readNotification(request).ok,
  read: (request) => {
    const event = eventOf(request);
    if (event !== undefined && event !== 'package') return nothing(`the event is ${shown(event)}: only "package" can fire`);
    const read = readNotification(request);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    const { package: known, sender } = read.value;
    const claim = {
      host: hostOfUrl(textOr(known.html_url)),
      path: `${known.owner.login}/${known.name}`,
      tag: textOr(known.version),
      pushedAt: zonedTime(known.created_at),
      actor: textIn(sender, 'login'),
      eventId: headerOf(request, 'x-gitea-delivery') ?? headerOf(request, 'x-forgejo-delivery'),
    };
    return eventsOf([judge(claim, problemOf(read.value))]);
  },
  guide: (paste) => [
    'Packages belong to an owner: in the organisation or user, Settings, Webhooks, Add webhook, Gitea (Forgejo). Or:',
    `curl -X POST -H 'Authorization: token TOKEN' -H 'content-type: application/json' https://${paste.registryHost ?? 'GITEA'}/api/v1/orgs/ORG/hooks \\`,
    `  -d '{"type":"gitea","active":true,"events":["package"],"config":{"url":"${paste.url}","content_type":"json"${isSigned(paste) ? ',"secret":"SECRET"' : ''}}${askedHeader(paste) === undefined ? '' : ',"authorization_header":"VALUE"'}}'`,
    'Trigger on: custom events, Packages. Older versions ignore that event in their API: tick it in the page then.',
    ...(askedHeader(paste) === undefined ? [secretLine(paste, 'Secret')] : authorizationLines(paste, 'Gitea', (value) => `Authorization Header: ${value}`)),
  ],
};

const problemOf = ({ action, package: { type } }: Notification): string | undefined => {
  if (type !== 'container') return `it is a package of the kind ${shown(type, 30)}: only a container can fire`;
  return action === 'created' ? undefined : `the action is ${shown(action, 30)}: only "created" can fire`;
};
