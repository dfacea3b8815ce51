/**
 * Sources → `dist/<function>/`: what Lambda and the local engine run. The same sources give the same bytes, so that an
 * unchanged function is not deployed again. ESM with code splitting: what is imported dynamically (the expression engine,
 * the clients of targets) is a chunk of its own that nothing reads or evaluates before its first use; all else is one file.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { builtinModules, leftOut } from './builtin-modules.ts';
import { fewerFiles } from './fewer-files.ts';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from './functions.ts';
import { sdkReplacements, versionOnly } from './sdk-replacements.ts';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface Bundle {
  readonly directory: string;
  readonly metafile: Metafile;
  /** Key of the entry in `metafile.outputs`. */
  readonly entry: string;
}

const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  keepNames: false,
  sourcemap: false,
  legalComments: 'none',
  treeShaking: true,
  write: false,
  logLevel: 'silent',
};

const options: BuildOptions = {
  ...common,
  splitting: true,
  // The ESM builds of the SDK are what can be shaken; its CommonJS builds weigh half as much again.
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.mjs' },
  entryNames: 'index',
  chunkNames: '[name]-[hash]',
  define: { 'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"' },
  alias: { '@aws-sdk/credential-provider-node': join(import.meta.dirname, 'environment-credentials.ts') },
  metafile: true,
};

/** Bundles one entry into a directory. Rejects with esbuild's own messages (file, line, what is wrong) when the sources do not build. */
export const bundle = async (source: string, directory: string, without: readonly string[] = []): Promise<Bundle> => {
  const made = await build({
    ...options,
    absWorkingDir: ROOT,
    entryPoints: [source],
    outdir: directory,
    plugins: [builtinModules, sdkReplacements, versionOnly, leftOut(without)],
  });
  const { metafile } = made;
  if (metafile === undefined) throw new Error('esbuild gave no metafile although it was asked for one');
  const found = Object.entries(metafile.outputs).find(([path, output]) => basename(path) === 'index.mjs' && output.entryPoint !== undefined);
  if (found === undefined) throw new Error(`esbuild wrote no index.mjs for ${source}; it wrote ${Object.keys(metafile.outputs).join(', ')}`);
  const texts = new Map((made.outputFiles ?? []).map(({ path, text }) => [relative(ROOT, path), text]));
  const [entry] = found;
  // esbuild also writes chunks that only shaken-off code imports.
  const [start, all] = [reachable(metafile, entry, 'static'), reachable(metafile, entry, 'all')];
  const files = await fewerFiles({ metafile, texts }, { entry, start, all }, common);
  const wanted = reachable(files.metafile, entry, 'all');
  await replace(
    directory,
    [...files.texts].filter(([path]) => wanted.has(path)).map(([path, text]) => ({ path: resolve(ROOT, path), contents: Buffer.from(text) })),
  );
  return { directory, metafile: files.metafile, entry };
};

/** Every output that an output imports, itself included: statically only, or also dynamically. */
export const reachable = (metafile: Metafile, from: string, which: 'static' | 'all'): ReadonlySet<string> => {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    const output = metafile.outputs[path];
    if (output === undefined || seen.has(path)) return;
    seen.add(path);
    for (const next of output.imports) if (which === 'all' || next.kind !== 'dynamic-import') visit(next.path);
  };
  visit(from);
  return seen;
};

/** Writes only what differs, each file in one step, and removes the rest: two builds at once (tests, an engine) do not disturb each other. */
const replace = async (directory: string, files: readonly { readonly path: string; readonly contents: Uint8Array }[]): Promise<void> => {
  await mkdir(directory, { recursive: true });
  for (const { path, contents } of files) {
    const present = await readFile(path).catch(() => undefined);
    if (present?.equals(contents)) continue;
    const draft = `${path}.${process.pid}.draft`;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, contents);
    await rename(draft, path);
  }
  const kept = new Set(files.map(({ path }) => basename(path)));
  for (const name of await readdir(directory)) if (name.endsWith('.mjs') && !kept.has(name)) await rm(join(directory, name), { force: true });
};

export const directoryOf = (name: FunctionName): string => join(ROOT, 'dist', name);

/** Bundles every function of the stack. */
export const bundleAll = async (): Promise<Record<FunctionName, Bundle>> => {
  const one = (name: FunctionName): Promise<Bundle> => bundle(FUNCTIONS[name].entry, directoryOf(name), FUNCTIONS[name].without);
  const [ingest, match, deploy, api] = await Promise.all([one('ingest'), one('match'), one('deploy'), one('api')]);
  return { ingest, match, deploy, api };
};

if (import.meta.main) {
  await bundleAll();
  for (const name of FUNCTION_NAMES) console.log(relative(process.cwd(), directoryOf(name)));
}
