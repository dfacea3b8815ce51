/**
 * Fewer files than esbuild splits a bundle into: to find, read and link one takes half a millisecond, as long as to compile
 * 10 kB of it. What the entry imports statically becomes one file with it, where what is loaded later finds it too.
 */
import { basename } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

type Outputs = Metafile['outputs'];

interface Built {
  readonly metafile: Metafile;
  /** By the keys of `metafile.outputs`. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Keys of outputs: the entry, what it imports statically (itself included), and what it may ever import. */
interface Reached {
  readonly entry: string;
  readonly start: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
}

export const fewerFiles = async ({ metafile, texts }: Built, { entry, start, all }: Reached, options: BuildOptions): Promise<Built> => {
  const { outputs } = metafile;
  const exported = [...start].map((path, n) => ({
    path,
    // Names of different chunks may be the same.
    names: (outputs[path]?.exports ?? []).map((name) => ({ name, inEntry: path === entry ? name : `chunk${n}_${name}` })),
  }));
  const whole = exported.map(({ path, names }) => `export { ${names.map(({ name, inEntry }) => `${name} as ${inEntry}`)} } from './${basename(path)}';`);
  const fromEntry = exported
    .filter(({ path }) => path !== entry)
    .map(({ path, names }) => [path, `export { ${names.map(({ name, inEntry }) => `${inEntry} as ${name}`)} } from './${basename(entry)}';\n`] as const);
  const textOf = (path: string): string => texts.get(path) ?? '';
  const later = [...all].filter((path) => !start.has(path));
  const written = new Map([
    // Of those that are joined, for who imports one dynamically too.
    ...fromEntry,
    ...(await Promise.all(later.map(async (path) => [path, await inline(textOf(path), fromEntry, options)] as const))),
    [
      entry,
      await inline(
        whole.join('\n'),
        [...start].map((path) => [path, textOf(path)] as const),
        options,
      ),
    ],
  ]);
  return { metafile: { ...metafile, outputs: outputsOf(outputs, entry, start, written) }, texts: written };
};

/** A text together with those that it imports statically; its other imports stay as they are. */
const inline = async (text: string, texts: readonly (readonly [path: string, text: string])[], options: BuildOptions): Promise<string> => {
  const byName = new Map(texts.map(([path, imported]) => [basename(path), imported]));
  const ofTexts: Plugin = {
    name: 'of-texts',
    setup(build) {
      build.onResolve({ filter: /^\.\// }, ({ path, kind }) =>
        kind !== 'dynamic-import' && byName.has(basename(path)) ? { path: basename(path), namespace: 'text' } : { path, external: true },
      );
      build.onLoad({ filter: /.*/, namespace: 'text' }, ({ path }) => ({ contents: byName.get(path) ?? '', loader: 'js' }));
    },
  };
  const { outputFiles } = await build({ ...options, stdin: { contents: text }, plugins: [ofTexts] });
  const [file] = outputFiles ?? [];
  if (file === undefined) throw new Error(`esbuild wrote nothing for ${text.slice(0, 200)}`);
  return file.text;
};

/** What the outputs are now. */
const outputsOf = (outputs: Outputs, entry: string, start: ReadonlySet<string>, written: ReadonlyMap<string, string>): Outputs => {
  const parts = [...start].flatMap((path) => outputs[path] ?? []);
  const whole = { inputs: Object.fromEntries(parts.flatMap(({ inputs }) => Object.entries(inputs))), imports: parts.flatMap(({ imports }) => imports) };
  const redirected = ({ imports }: Pick<Outputs[string], 'imports'>): Outputs[string]['imports'] =>
    imports.map((one) => (one.kind !== 'dynamic-import' && start.has(one.path) ? { ...one, path: entry } : one));
  return Object.fromEntries(
    Object.entries(outputs).map(([path, output]) => {
      const bytes = Buffer.byteLength(written.get(path) ?? '');
      if (path === entry) return [path, { ...output, ...whole, imports: redirected(whole), bytes }];
      if (start.has(path)) return [path, { ...output, inputs: {}, imports: [{ path: entry, kind: 'import-statement' as const }], bytes }];
      return [path, { ...output, imports: redirected(output), bytes }];
    }),
  );
};
