/** Containers as ECS, Kubernetes and Docker have them, by name and image: which of them run a repository, and what their image becomes. */
import { type Image, isSameRepository, parseImage } from '../core/image.ts';
import { type Spelling, tagAndDigest, withImageText } from '../core/image-text.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import type { WantedImage } from './target.ts';

export { digestOnly, type Spelling, tagAndDigest } from '../core/image-text.ts';

export interface Container {
  readonly name: string;
  /** As the definition spells it. */
  readonly text: string;
  /** Absent where the text is no reference that we understand: such a container is never changed. */
  readonly image?: Image;
}

export const readContainer = ({ name, image }: { readonly name?: unknown; readonly image?: unknown }): Container => {
  const text = typeof image === 'string' ? image : '';
  const read = parseImage(text);
  return { name: typeof name === 'string' ? name : '', text, ...(read.ok ? { image: read.value } : {}) };
};

export interface Match {
  readonly container: Container;
  readonly wanted: Image;
}

/** The containers that run one of the repositories, by host and path, or by path under another name of the same registry. Refused when a wanted image has none. */
export const matchContainers = (containers: readonly Container[], images: readonly WantedImage[], only?: readonly string[]): Parsed<readonly Match[]> => {
  const candidates = only === undefined ? containers : containers.filter(({ name }) => only.includes(name));
  const matches: Match[] = [];
  for (const { image: wanted, hosts } of images) {
    const found = candidates.filter(({ image }) => image !== undefined && isSameRepository(image.repository, wanted.repository, hosts));
    if (found.length === 0)
      return refused(`none uses ${wanted.repository}${only === undefined ? '' : ` (looked at ${only.join(', ')} only)`}; there is ${listed(containers)}`);
    matches.push(...found.map((container) => ({ container, wanted })));
  }
  return parsed(matches);
};

export const listed = (containers: readonly Container[]): string => containers.map(({ name, text }) => `${name} = ${text}`).join(', ');

/** Whether a container has the wanted image already: the digest decides where there is one. */
export const isWanted = ({ container: { image }, wanted }: Match): boolean =>
  image !== undefined && (wanted.digest === undefined ? image.digest === undefined && image.tag === wanted.tag : image.digest === wanted.digest);

/** What the image of a container becomes; host and path stay as its definition spells them. */
export const withImage = ({ text }: Container, wanted: Image, spell: Spelling = tagAndDigest): string => withImageText(text, wanted, spell);
