/**
 * JFrog Artifactory: a predefined webhook of the domain "docker".
 * https://jfrog.com/help/r/jfrog-platform-administration-documentation/domain-docker
 *
 *   {"domain":"docker","event_type":"pushed","data":{"repo_key","path":"image/tag/manifest.json","name","sha256","image_name","tag","platforms"},
 *    "jpd_origin":"https://example.jfrog.io","userContext":{"id"}}
 *
 * The digest is `sha256`, that of the manifest file. `image_name` may lack folders that `path` has. The host is that of
 * `jpd_origin`, which is empty without a custom base URL; where each repository has a host of its own, the name of the
 * repository is no part of the path. There is no event id and no time. An answer below 500 is never repeated.
 */
import * as z from 'zod/mini';
import { parsed } from '../core/parsed.ts';
import { shown } from '../core/shown.ts';
import { eventsOf, judge } from './judge.ts';
import { askedHeader, headerLines, isSigned, secretLine } from './paste.ts';
import { decodeShape, detail, optionalText, textIn, textOr } from './payload.ts';
import { hostOfUrl } from './place.ts';
import type { Paste, Registry } from './registry.ts';

const data = z.object({ repo_key: z.string(), path: optionalText, image_name: optionalText, tag: optionalText, sha256: optionalText });
const notification = z.object({ domain: z.string(), event_type: z.string(), data, jpd_origin: detail, userContext: detail });
/** Some documents show "data" alone. */
const bare = z.extend(data, { event_type: z.string(), image_name: z.string() });

const WHAT = 'a webhook of JFrog (domain, event_type and data.repo_key)';
/** The manifest of an image, below a folder that is its tag or, for one platform, its digest. */
const MANIFEST = /^(.+)\/([^/]+)\/(?:list\.)?manifest\.json$/;

const readNotification = (body: Uint8Array) => {
  const read = decodeShape(notification, body, WHAT);
  if (read.ok) return read;
  const alone = decodeShape(bare, body, WHAT);
  return alone.ok ? parsed({ domain: 'docker', event_type: alone.value.event_type, data: alone.value, jpd_origin: undefined, userContext: undefined }) : read;
};

const HEADER = 'X-JFrog-Event-Auth';

export const artifactory: Registry = {
  proofs: [
    { by: 'hmac', header: HEADER, hash: 'sha256', prefixes: [''] },
    { by: 'header', name: HEADER },
  ],
  needsRegistryHost: false,
  aliases: () => [],
  recognises: ({ body }) => readNotification(body).ok,
  read: ({ body }, { registryHost }) => {
    const read = readNotification(body);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    const { domain, event_type, jpd_origin, userContext } = read.value;
    const { repo_key, path, image_name, tag, sha256 } = read.value.data;
    const [, folder, version] = MANIFEST.exec(textOr(path) ?? '') ?? [];
    const image = folder ?? textOr(image_name) ?? '';
    const isPlatform = version?.startsWith('sha256:') === true;
    const claim = {
      host: hostOfUrl(textOr(jpd_origin)),
      path: hasOwnHost(repo_key, registryHost) ? image : `${repo_key}/${image}`,
      tag: isPlatform ? undefined : textOr(tag),
      digest: textOr(sha256) === undefined ? undefined : `sha256:${sha256}`,
      actor: textIn(userContext, 'id'),
    };
    return eventsOf([judge(claim, problemOf(domain, event_type, textOr(sha256)))]);
  },
  guide: (paste) => [
    'Administration, General, Webhooks, New: predefined, events of Docker "Tag was pushed". Or:',
    `curl -H 'Authorization: Bearer TOKEN' -H 'content-type: application/json' https://${paste.registryHost ?? 'HOST'}/event/api/v1/subscriptions \\`,
    `  -d '{"key":"image-triggers","enabled":true,"event_filter":{"domain":"docker","event_types":["pushed"],"criteria":{"anyLocal":true,"anyRemote":false,"repoKeys":[]}},"handlers":[{"handler_type":"webhook","url":"${paste.url}"${handlerSecret(paste)}}]}'`,
    ...(askedHeader(paste) === undefined
      ? [secretLine(paste, '"Secret", with "Use secret for payload signing"')]
      : headerLines(
          paste,
          ({ name, value }) => `${name.toLowerCase() === HEADER.toLowerCase() ? '"Secret", without signing' : `custom header ${name}`}: ${value}`,
        )),
    'The event names the local repository (docker-local), not a virtual one. If clients pull from another host than that of the base URL, give it as "registryHost" and the latter among "hostAliases".',
  ],
};

/** `docker-local.example.com`, or `example-docker-local.jfrog.io`. */
const hasOwnHost = (repository: string, registryHost: string | undefined): boolean => {
  const label = registryHost?.toLowerCase().split('.', 1)[0];
  return label !== undefined && (label === repository.toLowerCase() || label.endsWith(`-${repository.toLowerCase()}`));
};

const problemOf = (domain: string, type: string, sha256: string | undefined): string | undefined => {
  if (domain !== 'docker' || type !== 'pushed') return `the event is ${shown(type, 30)} of ${shown(domain, 30)}: only "pushed" of "docker" can fire`;
  return sha256 === 'sample_checksum' ? 'a test of the webhook: it works, and pushes will come the same way' : undefined;
};

/** In clear, or what signs, where the hook asks for it. */
const handlerSecret = (paste: Paste): string => {
  if (isSigned(paste)) return ',"secret":"SECRET","use_secret_for_signing":true';
  return askedHeader(paste) === undefined ? '' : ',"secret":"VALUE","use_secret_for_signing":false';
};
