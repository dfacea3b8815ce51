import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The paths of all files in a folder and below it, links to files with them; undefined when it is no folder. What begins with a dot is left out. */
export const filesBelow = async (path: string): Promise<readonly string[] | undefined> => {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return undefined;
  const files: string[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const below = join(path, entry.name);
    if (entry.isDirectory()) files.push(...((await filesBelow(below)) ?? []));
    else files.push(below);
  }
  return files;
};
