/** The texts that `-f` names: files, folders with all that is below them, and `-` for standard input. */
import { resolve } from 'node:path';
import { type Io, misused, readInput } from '../io.ts';

export interface Source {
  /** As problems name it. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
  /** Found in a folder, and not named by anybody. */
  readonly found: boolean;
}

const HELD = /\.(?:ya?ml|json)$/i;
const MOST_FILES = 2_000;

/** Each file once, in the order given, and by their names within a folder. */
export const readSources = async (given: readonly string[], io: Io): Promise<readonly Source[]> => {
  const files = new Map<string, { readonly name: string; readonly found: boolean }>();
  for (const name of given) {
    const below = name === '-' ? undefined : await io.filesBelow(name);
    const held = below?.filter((file) => HELD.test(file)).sort();
    if (held?.length === 0) throw misused(`${name} holds no file that ends in .yaml, .yml or .json: name another folder, or a file`);
    for (const file of held ?? [name]) {
      const path = file === '-' ? '-' : resolve(file);
      // Who names a file of a folder that is named too means the file.
      if (files.get(path)?.found !== false) files.set(path, { name: file, found: held !== undefined });
    }
  }
  if (files.size > MOST_FILES) throw misused(`${files.size} files are too many: at most ${MOST_FILES} are read; name a smaller folder`);
  const sources: Source[] = [];
  for (const [path, { name, found }] of files) sources.push({ name: name === '-' ? 'standard input' : name, path, text: await readInput(name, io), found });
  return sources;
};
