/**
 * Diun, which looks at registries by itself and tells what it found: the notifier "webhook".
 * https://crazymax.dev/diun/notif/webhook/
 *
 *   {"diun_version","status":"new" or "update","image":"docker.io/team/app:v1","mime_type","digest","created","hub_link",…}
 *
 * It asks by GET with a body unless told otherwise, and gateways drop such a body. `created` is when the image was built,
 * not when it was pushed. It is never the first to know of a push, so a duplicate of the registry's own event is the rule.
 */
import * as z from 'zod/mini';
import { shown } from '../core/shown.ts';
import { eventsOf, judge } from './judge.ts';
import { headerLines } from './paste.ts';
import { decodeShape, optionalText, textOr } from './payload.ts';
import { cutImage, fullPlace } from './place.ts';
import type { Registry } from './registry.ts';

const notice = z.object({ diun_version: z.string(), status: z.string(), image: z.string(), mime_type: optionalText, digest: optionalText });

const WHAT = 'a notification of Diun (diun_version, status and image)';
const STATUSES: ReadonlySet<string> = new Set(['new', 'update']);

export const diun: Registry = {
  proofs: [{ by: 'header', name: 'Authorization' }],
  needsRegistryHost: false,
  aliases: () => [],
  recognises: ({ body }) => decodeShape(notice, body, WHAT).ok,
  read: ({ method, body }) => {
    if (body.length === 0 && method === 'GET') return { is: 'unreadable', why: 'the body is empty, as gateways make it with GET: set "method: POST" in Diun' };
    const read = decodeShape(notice, body, WHAT);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    const { status, image, mime_type, digest } = read.value;
    const cut = cutImage(image);
    const claim = { ...fullPlace(cut.name), tag: cut.tag, digest: textOr(digest) ?? cut.digest, mediaType: textOr(mime_type) };
    return eventsOf([judge(claim, STATUSES.has(status) ? undefined : `the status is ${shown(status, 30)}: only "new" and "update" can fire`)]);
  },
  guide: (paste) => [
    'In the configuration of Diun (POST is needed, its default GET loses the body on the way):',
    'notif: {webhook: {method: POST, timeout: 10s,',
    `  endpoint: "${paste.url}"}}`,
    ...headerLines(paste, ({ name, value }) => `add to the webhook: headers: {${name.toLowerCase()}: "${value}"}`),
  ],
};
