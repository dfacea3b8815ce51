/** An image reference as somebody wrote it, with another tag and digest in place: host and path stay letter by letter. */
import type { Image } from './image.ts';

export type Spelling = (image: Partial<Image>) => string;

/** `:tag@sha256:…`: the tag is for people, the digest is what is pulled. */
export const tagAndDigest: Spelling = ({ tag, digest }) => `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
export const digestOnly: Spelling = (image) => tagAndDigest(image.digest === undefined ? image : { digest: image.digest });

/** Everything before the tag and the digest. Only a colon after the last slash begins a tag: before it, it belongs to a port or an address. */
export const nameText = (text: string): string => {
  const [name = ''] = text.split('@', 1);
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon === -1 ? name : name.slice(0, colon);
};

export const withImageText = (text: string, wanted: Pick<Image, 'tag' | 'digest'>, spell: Spelling = tagAndDigest): string =>
  `${nameText(text)}${spell(wanted)}`;
