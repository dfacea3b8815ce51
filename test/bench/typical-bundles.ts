/** Bundles of the field, made the usual way: esbuild for Node, minified, nothing left out. And a handler with nothing in it. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

export const STAGES = ['ingest', 'match', 'deploy'] as const;
export type Stage = (typeof STAGES)[number];

export interface TypicalBundle {
  readonly file: string;
  readonly bytes: number;
}

export const bundleTypical = async (stage: Stage, room: string): Promise<TypicalBundle> => {
  const file = join(room, `typical-${stage}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, 'typical', `${stage}.ts`)],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    mainFields: ['module', 'main'],
    // Packages that are CommonJS ask for built-in modules in their own way.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'silent',
  });
  return { file, bytes: statSync(file).size };
};

export const emptyHandler = (room: string): string => {
  const file = join(room, 'empty.mjs');
  writeFileSync(file, 'export const handler = async () => ({ statusCode: 202 });\n');
  return file;
};
