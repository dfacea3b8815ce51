/** The secrets of the template as files of the data directory, where `parameters.ts` finds them: made once, for this user alone, and never again. */
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretSpec } from './plan-secrets.ts';
import { writeWhole } from './write-whole.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** `directory`: `DIR/secrets`. */
export const makeStackSecrets = (directory: string, specs: readonly SecretSpec[]): void => {
  for (const { name, characters } of specs) {
    const file = join(directory, name);
    if (existsSync(file)) continue;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeWhole(file, Array.from({ length: characters }, () => LETTERS[randomInt(LETTERS.length)]).join(''));
  }
};
