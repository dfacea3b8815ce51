/**
 * Whatever can send a few fields of JSON: a CI job, Keel's native webhook (`name`, `tag`).
 *
 *   {"image":"host/path:tag@sha256:…"}   {"repository":"host/path","tag":"v1"}   {"name":"host/path","tag":"v1"}   {"image":"host/path","tag":"v1"}
 *
 * optionally with "digest". A name without a host is on the hook's registry, which must be set: anybody who may run a CI
 * job could otherwise speak for every registry there is. Some registries have fields of these names beside those that
 * say what happened; their deliveries are left to their own formats. A digest that is none is a mistake, and refused.
 */
import * as z from 'zod/mini';
import { type Parsed, refused } from '../core/parsed.ts';
import { shown } from '../core/shown.ts';
import { mediaTypeProblem, tagProblem } from './artifact.ts';
import { curlFlags, headerLines } from './paste.ts';
import { decodeJson, detail, fieldIn, headerOf, optionalText, readShape, textOr } from './payload.ts';
import { cutImage, writtenPlace } from './place.ts';
import type { EventReading, RawRequest, Registry } from './registry.ts';

const notice = z.object({ image: optionalText, repository: optionalText, name: optionalText, tag: optionalText, digest: optionalText, mime_type: detail });

const WHAT = 'a generic notice ({"image":"host/path:tag"})';

/** Fields, and a header, by which other senders are known: Diun, Quay, JFrog, zot, CloudEvents, Gitea, GitHub, Docker Hub. */
const OF_OTHERS = ['diun_version', 'docker_url', 'repo_key', 'event_type', 'reference', 'specversion', 'package', 'registry_package', 'push_data'];

const readNotice = (request: RawRequest): Parsed<z.infer<typeof notice>> => {
  const json = decodeJson(request.body);
  if (!json.ok) return json;
  const other = headerOf(request, 'ce-type') === undefined ? OF_OTHERS.find((field) => fieldIn(json.value, field) !== undefined) : 'ce-type';
  return other === undefined ? readShape(notice, json.value, WHAT) : refused(`the body is not ${WHAT}: it has the "${other}" of another sender`);
};

const nameIn = ({ image, repository, name }: z.infer<typeof notice>): string | undefined => textOr(image) ?? textOr(repository) ?? textOr(name);

export const generic: Registry<EventReading> = {
  proofs: [{ by: 'header', name: 'Authorization' }, { by: 'basic' }],
  needsRegistryHost: true,
  aliases: () => [],
  recognises: (request) => {
    const read = readNotice(request);
    if (!read.ok) return false;
    const text = nameIn(read.value);
    return textOr(read.value.image) !== undefined || (text !== undefined && (textOr(read.value.tag) ?? cutImage(text).tag) !== undefined);
  },
  read: (request) => {
    const read = readNotice(request);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    const text = nameIn(read.value);
    if (text === undefined) return { is: 'unreadable', why: `the body is not ${WHAT}: it has neither "image" nor "repository" nor "name"` };
    const cut = cutImage(text);
    const [tag, digest] = [textOr(read.value.tag) ?? cut.tag, textOr(read.value.digest) ?? cut.digest];
    if (cut.tag !== undefined && cut.tag !== tag)
      return { is: 'unreadable', why: `the body names two tags, ${shown(cut.tag)} and ${shown(tag ?? '')}: send one` };
    if (cut.digest !== undefined && cut.digest !== digest)
      return { is: 'unreadable', why: `the body names two digests, ${shown(cut.digest)} and ${shown(digest ?? '')}: send one` };
    const mediaType = textOr(read.value.mime_type);
    const why = tagProblem(tag) ?? mediaTypeProblem(mediaType);
    if (why !== undefined || tag === undefined) return { is: 'events', pushes: [], ignored: [{ why: why ?? '', reference: text.slice(0, 300) }] };
    return {
      is: 'events',
      pushes: [{ ...writtenPlace(cut.name), tag, ...(digest === undefined ? {} : { digest }), ...(mediaType === undefined ? {} : { mediaType }) }],
      ignored: [],
    };
  },
  guide: (paste) => [
    'After each push, send for example:',
    `curl -fsS${curlFlags(paste)} -H 'content-type: application/json' -d '{"image":"${paste.registryHost ?? 'HOST'}/PATH:TAG@DIGEST"}' '${paste.url}'`,
    'Also understood: {"repository","tag"}, {"name","tag"} and {"image","tag"}, with an optional "digest".',
    ...headerLines(paste, ({ name, value }) => `${name}: ${value}`),
  ],
};
