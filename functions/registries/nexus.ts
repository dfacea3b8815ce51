/**
 * Sonatype Nexus Repository: the capability "Webhook: Repository".
 * https://help.sonatype.com/en/working-with-webhooks.html
 *
 *   x-nexus-webhook-id: rm:repository:component   x-nexus-webhook-delivery   x-nexus-webhook-signature
 *   {"timestamp":"2020-04-05T21:49:44.219+0000","initiator":"user/address","repositoryName","action":"CREATED","component":{"format":"docker","name":"team/app","version":"v1"}}
 *   {…,"action":"UPDATED","asset":{"format":"docker","name":"v2/team/app/manifests/v1"}}      this path is not documented
 *
 * There is neither host nor digest. A tag that is pushed again is an update. `name` is the path behind a port or a host of
 * the repository's own; with path-based routing the repository stands before it, which `?routing=path` in the URL says.
 */
import * as z from 'zod/mini';
import { shown } from '../core/shown.ts';
import { eventsOf, judge } from './judge.ts';
import { secretLine } from './paste.ts';
import { decodeShape, detail, headerOf, optionalText, textIn, textOr } from './payload.ts';
import type { Registry } from './registry.ts';
import { zonedTime } from './time.ts';

const part = z.optional(z.object({ format: z.string(), name: z.string(), version: optionalText }));
const notification = z.object({
  action: z.string(),
  repositoryName: z.string(),
  nodeId: detail,
  timestamp: detail,
  initiator: detail,
  component: part,
  asset: part,
});

const WHAT = 'a webhook of Nexus (action and repositoryName, with component or asset)';
const ACTIONS: ReadonlySet<string> = new Set(['CREATED', 'UPDATED']);
const MANIFEST = /^\/?v2\/(.+)\/manifests\/([^/]+)$/;

export const nexus: Registry = {
  proofs: [{ by: 'hmac', header: 'X-Nexus-Webhook-Signature', hash: 'sha1', prefixes: [''] }],
  needsRegistryHost: true,
  aliases: () => [],
  recognises: (request) => headerOf(request, 'x-nexus-webhook-id') !== undefined || decodeShape(notification, request.body, WHAT).ok,
  read: (request) => {
    const read = decodeShape(notification, request.body, WHAT);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    const { action, repositoryName, timestamp, initiator, component, asset } = read.value;
    const [, name, reference] = component === undefined ? (MANIFEST.exec(asset?.name ?? '') ?? []) : ['', component.name, textOr(component.version)];
    const prefix = textIn(request.query, 'routing') === 'path' ? `${repositoryName}/` : '';
    const claim = {
      path: `${prefix}${name ?? asset?.name ?? repositoryName}`,
      tag: reference,
      pushedAt: zonedTime(timestamp),
      actor: textOr(initiator)?.split('/', 1)[0],
      eventId: headerOf(request, 'x-nexus-webhook-delivery'),
    };
    return eventsOf([judge(claim, problemOf(action, (component ?? asset)?.format))]);
  },
  guide: (paste) => [
    'Administration, System, Capabilities, Create: "Webhook: Repository", for the Docker repository.',
    'Event Types: component. (asset as well would tell each push twice.)',
    `URL: ${paste.url}`,
    secretLine(paste, 'Secret Key'),
    'If images are pulled as HOST/REPOSITORY/NAME (path-based routing), add ?routing=path to the URL.',
  ],
};

const problemOf = (action: string, format: string | undefined): string | undefined => {
  if (format !== 'docker') return `its format is ${shown(format ?? '', 30)}: only docker can fire`;
  return ACTIONS.has(action) ? undefined : `the action is ${shown(action, 30)}: only "CREATED" and "UPDATED" can fire`;
};
