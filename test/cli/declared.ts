/** A folder of declarative files, and definitions to put there. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Folder {
  readonly path: string;
  /** The path of what was written. */
  write(name: string, ...documents: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

export const makeFolder = async (): Promise<Folder> => {
  const path = await mkdtemp(join(tmpdir(), 'image-triggers-files-'));
  return {
    path,
    write: async (name, ...documents) => {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), documents.join('---\n'));
      return join(path, name);
    },
    remove: () => rm(path, { recursive: true }),
  };
};

const head = (kind: string, name: string): string => `apiVersion: image-triggers/v1\nkind: ${kind}\nname: ${name}\n`;

export const hook = (name: string, more = ''): string => `${head('Hook', name)}registry: generic\nregistryHost: r.example\n${more}`;
export const application = (name: string, more = ''): string => `${head('Application', name)}target: {kind: http, url: 'https://web.example/deploy'}\n${more}`;
/** Hears the hook `hub` and deploys `web`. */
export const trigger = (name: string, more = ''): string => `${head('Trigger', name)}hook: hub\nrepository: r.example/shop/web\napplication: web\n${more}`;
