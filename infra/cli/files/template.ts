/**
 * The text of a template in a file against the newest version. Which image runs is decided by pushes and people, so tags and
 * digests that a version has are kept, whatever the file says: else each push would look like a difference, and applying
 * the file again would bring a former image back.
 */
import { parseImage } from '../../../functions/core/image.ts';
import { setTemplateImages, templateImages } from '../../../functions/core/template-images.ts';
import type { Parameters } from '../../../functions/core/template-placeholder.ts';

/** The text to be put, which is the newest version itself where nothing but images differs. */
export const withImagesOf = (newest: string, text: string, parameters: Parameters): string => {
  const [held, wanted] = [imagesIn(newest, parameters), imagesIn(text, parameters)];
  const kept = held.filter(({ repository }) => wanted.some((image) => image.repository === repository));
  if (kept.length === 0) return text;
  const set = setTemplateImages(
    text,
    kept.map((image) => ({ image, hosts: [] })),
    parameters,
  );
  // An image that comes from a placeholder, for example, cannot be set: then the file is taken as it stands.
  return set.ok ? set.value.text : text;
};

const imagesIn = (text: string, parameters: Parameters) => {
  const images = templateImages(text, parameters);
  return images.ok
    ? images.value.flatMap(({ image }) => {
        const read = parseImage(image);
        return read.ok && (read.value.tag !== undefined || read.value.digest !== undefined) ? [read.value] : [];
      })
    : [];
};
