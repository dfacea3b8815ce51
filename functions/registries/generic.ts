/**
 * Whatever can send a few fields of JSON: a CI job, Keel's native webhook (`name`, `tag`), Diun (`image`, `digest`, `mime_type`).
 *
 *   {"image":"host/path:tag@sha256:…"}   {"repository":"host/path","tag":"v1"}   {"name":"host/path","tag":"v1"}   {"image":"host/path","tag":"v1"}
 *
 * optionally with "digest". A name without a host is on the hook's registry, which must be set: anybody who may run a CI
 * job could otherwise speak for every registry there is. Diun's "created" is when the image was built, so it is not read.
 */
import * as z from 'zod/mini';
import { namesHost } from '../core/image.ts';
import { shown } from '../core/shown.ts';
import { mediaTypeProblem, tagProblem } from './artifact.ts';
import { decodeShape, detail, optionalText, textOr } from './payload.ts';
import type { EventReading, Registry } from './registry.ts';

const notice = z.object({ image: optionalText, repository: optionalText, name: optionalText, tag: optionalText, digest: optionalText, mime_type: detail });

const WHAT = 'a generic notice ({"image":"host/path:tag"})';

export const generic: Registry<EventReading> = {
  proofs: [{ by: 'header', name: 'Authorization' }, { by: 'basic' }],
  needsRegistryHost: true,
  aliases: () => [],
  recognises: ({ body }) => {
    const read = decodeShape(notice, body, WHAT);
    if (!read.ok) return false;
    const { image, repository, name, tag } = read.value;
    return textOr(image) !== undefined || (textOr(repository ?? name) !== undefined && textOr(tag) !== undefined);
  },
  read: ({ body }) => {
    const read = decodeShape(notice, body, WHAT);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    const [image, repository, name] = [read.value.image, read.value.repository, read.value.name].map(textOr);
    const text = image ?? repository ?? name;
    if (text === undefined) return { is: 'unreadable', why: `the body is not ${WHAT}: it has neither "image" nor "repository" nor "name"` };
    const cut = cutText(text);
    const [tag, digest] = [textOr(read.value.tag) ?? cut.tag, textOr(read.value.digest) ?? cut.digest];
    if (cut.tag !== undefined && cut.tag !== tag)
      return { is: 'unreadable', why: `the body names two tags, ${shown(cut.tag)} and ${shown(tag ?? '')}: send one` };
    if (cut.digest !== undefined && cut.digest !== digest)
      return { is: 'unreadable', why: `the body names two digests, ${shown(cut.digest)} and ${shown(digest ?? '')}: send one` };
    const mediaType = textOr(read.value.mime_type);
    const why = tagProblem(tag) ?? mediaTypeProblem(mediaType);
    if (why !== undefined || tag === undefined) return { is: 'events', pushes: [], ignored: [{ why: why ?? '', reference: text.slice(0, 300) }] };
    const slash = cut.name.indexOf('/');
    const place = namesHost(cut.name) ? { host: cut.name.slice(0, slash), path: cut.name.slice(slash + 1) } : { path: cut.name };
    return {
      is: 'events',
      pushes: [{ ...place, tag, ...(digest === undefined ? {} : { digest }), ...(mediaType === undefined ? {} : { mediaType }) }],
      ignored: [],
    };
  },
  guide: (url) => [
    'After each push, send for example:',
    `curl -fsS -H 'content-type: application/json' -d '{"image":"HOST/PATH:TAG@DIGEST"}' '${url}'`,
    'Also understood: {"repository","tag"}, {"name","tag"} and {"image","tag"}, with an optional "digest". Diun: set "method: POST".',
  ],
};

/** Cut only; the pieces are judged where the push is made. A colon before the last slash belongs to a port. */
const cutText = (text: string): { readonly name: string; readonly tag?: string; readonly digest?: string } => {
  const at = text.indexOf('@');
  const named = at === -1 ? text : text.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  // A trailing colon or "@" is what a script leaves whose variable was empty.
  const [tag, digest] = [colon === -1 ? '' : named.slice(colon + 1), at === -1 ? '' : text.slice(at + 1)].map(textOr);
  return { name: colon === -1 ? named : named.slice(0, colon), ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
};
