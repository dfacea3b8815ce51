/** Image references. CONTRACT (bodies by the owner of this file): see the exported names. */
import { type Parsed, refused } from './parsed.ts';

/** A normalised reference. `repository` is `host/path`, lower case, `docker.io` and `library/` filled in as Docker does. */
export interface Image {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

export const parseImage = (_text: string): Parsed<Image> => refused('not written');
export const parseRepository = (_text: string): Parsed<string> => refused('not written');
export const isTag = (_text: string): boolean => false;
export const isDigest = (_text: string): boolean => false;
export const formatImage = (image: Image): string => image.repository;
export const hostOf = (repository: string): string => repository.slice(0, repository.indexOf('/'));
export const pathOf = (repository: string): string => repository.slice(repository.indexOf('/') + 1);
