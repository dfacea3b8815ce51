/** What is wrong, and the command that mends it or leads on. */
import type { Fields } from '../../../functions/core/fields.ts';
import { inParallel } from '../../../functions/core/in-parallel.ts';
import type { Inside } from '../inside/inside.ts';
import type { Session } from '../session.ts';

export interface Finding {
  /** `hook acr`, `application web`, `queue pushes`. */
  readonly about: string;
  /** One sentence. */
  readonly what: string;
  readonly cure: string;
}

export interface Ground {
  readonly session: Session;
  readonly inside: Inside;
  /** Each target is looked at, by `deploy`, which alone may. */
  readonly deep: boolean;
  readonly hooks: readonly Fields[];
  readonly triggers: readonly Fields[];
  readonly applications: readonly Fields[];
}

/** What one check found; nothing when all is well. */
export type Check = (ground: Ground) => Promise<readonly Finding[]>;

export const command = (rest: string): string => `image-triggers ${rest}`;

const WIDTH = 8;

/** Some questions at a time: the API has a limit to what it is asked in a second. */
export const ofEach = async <T>(items: readonly T[], each: (item: T) => Promise<readonly Finding[]>): Promise<readonly Finding[]> =>
  (await inParallel(items, WIDTH, each)).flat();
