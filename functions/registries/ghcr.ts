/**
 * GitHub Container Registry (ghcr.io): the events `package` and `registry_package`, as JSON or as a form with `payload=`.
 * https://docs.github.com/webhooks/webhook-events-and-payloads#package
 *
 *   {"action":"published","package" or "registry_package":{"name","namespace","registry":{"type":"CONTAINER"},"package_version":{
 *     "version":"sha256:…","package_url":"ghcr.io/Owner/name:tag",
 *     "container_metadata":{"tag":{"name"},"manifest":{"media_type","config":{"media_type"},"layers":[{"media_type"}]}}}},"sender":{"login"}}
 *
 * `ecosystem` and `package_type` contradict each other in GitHub's own samples; `registry.type` does not. The digest is
 * `package_version.version`; times are often 0001-01-01. Without a tag `tag.name` is "" and `package_url` ends in ":".
 * Gitea sends the headers of GitHub too, besides its own.
 */
import * as z from 'zod/mini';
import type { IgnoredEvent, PushEvent } from '../core/push.ts';
import { shown } from '../core/shown.ts';
import { eventsOf, judge, nothing } from './judge.ts';
import { isSigned, secretLine } from './paste.ts';
import { decodePayload, detail, fieldIn, headerOf, readShape, textIn, textOr } from './payload.ts';
import { cutImage, fullPlace } from './place.ts';
import type { RawRequest, Registry } from './registry.ts';

const notification = z.object({ action: z.string(), package: detail, registry_package: detail, sender: detail });
type Notification = z.infer<typeof notification>;

const WHAT = 'a delivery of GitHub (action, with package or registry_package)';
const ACTIONS: ReadonlySet<string> = new Set(['published', 'updated', 'create', 'created']);
const EVENTS: ReadonlySet<string> = new Set(['package', 'registry_package']);

const isGitea = (request: RawRequest): boolean => (headerOf(request, 'x-gitea-event') ?? headerOf(request, 'x-forgejo-event')) !== undefined;
const packageIn = (said: Notification): unknown => said.registry_package ?? said.package;
const isPing = (json: unknown): boolean => textIn(json, 'zen') !== undefined && fieldIn(json, 'hook_id') !== undefined;

export const ghcr: Registry = {
  proofs: [{ by: 'hmac', header: 'X-Hub-Signature-256', hash: 'sha256', prefixes: ['sha256='] }],
  needsRegistryHost: false,
  aliases: () => [],
  recognises: (request) => {
    const json = decodePayload(request, 'payload');
    if (isGitea(request)) return false;
    if (headerOf(request, 'x-github-event') !== undefined) return true;
    if (!json.ok) return false;
    const read = readShape(notification, json.value, WHAT);
    return isPing(json.value) || (read.ok && fieldIn(packageIn(read.value), 'package_version') !== undefined);
  },
  read: (request) => {
    const json = decodePayload(request, 'payload');
    if (!json.ok) return { is: 'unreadable', why: json.why };
    if (isGitea(request)) return { is: 'unreadable', why: `the body is not ${WHAT}: its headers are those of Gitea or Forgejo` };
    if (isPing(json.value)) return nothing('a ping of the webhook: it works, and pushes will come the same way');
    const event = headerOf(request, 'x-github-event');
    if (event !== undefined && !EVENTS.has(event)) return nothing(`the event is ${shown(event)}: only "package" and "registry_package" can fire`);
    const read = readShape(notification, json.value, WHAT);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    if (fieldIn(packageIn(read.value), 'package_version') === undefined)
      return { is: 'unreadable', why: `the body is not ${WHAT}: it has no "package_version"` };
    return eventsOf([judgePackage(read.value, headerOf(request, 'x-github-delivery'))]);
  },
  guide: (paste) => [
    'The package must be linked to the repository (or make it a webhook of the organisation: orgs/ORG/hooks):',
    `gh api -X POST repos/OWNER/REPO/hooks -f name=web -f 'config[url]=${paste.url}' \\`,
    `  -f 'config[content_type]=json'${isSigned(paste) ? " -f 'config[secret]=SECRET'" : ''} -f 'events[]=package' -f 'events[]=registry_package'`,
    'Or in the repository: Settings, Webhooks, Add webhook: content type application/json, the secret, events "Packages" and "Registry packages".',
    secretLine(paste, 'Secret'),
  ],
};

const judgePackage = (said: Notification, eventId: string | undefined): PushEvent | IgnoredEvent => {
  const known = packageIn(said);
  const version = fieldIn(known, 'package_version');
  const metadata = fieldIn(version, 'container_metadata');
  const manifest = fieldIn(metadata, 'manifest');
  const url = textIn(version, 'package_url');
  const cut = cutImage(url ?? `ghcr.io/${textIn(known, 'namespace') ?? ''}/${textIn(known, 'name') ?? ''}`);
  const type = textIn(fieldIn(known, 'registry'), 'type')?.toUpperCase();
  const isContainer = type === 'CONTAINER' || (type === undefined && metadata !== undefined && url?.startsWith('ghcr.io/') === true);
  const layers = fieldIn(manifest, 'layers');
  const config = textIn(fieldIn(manifest, 'config'), 'media_type');
  return judge(
    {
      ...fullPlace(cut.name),
      tag: textIn(fieldIn(metadata, 'tag'), 'name') ?? cut.tag,
      digest: textIn(version, 'version'),
      mediaType: textIn(manifest, 'media_type'),
      references: [...(config === undefined ? [] : [config]), ...(Array.isArray(layers) ? layers.flatMap((layer) => textIn(layer, 'media_type') ?? []) : [])],
      actor: textIn(said.sender, 'login'),
      eventId: textOr(eventId),
    },
    !isContainer
      ? `it is a package of the kind ${shown(type ?? '', 30)}: only a container can fire`
      : ACTIONS.has(said.action)
        ? undefined
        : `the action is ${shown(said.action, 30)}: only "published" and "updated" can fire`,
  );
};
