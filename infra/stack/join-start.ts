/**
 * What the entry imports statically becomes one file with it: to find, read and link each chunk by itself is a fifth of the
 * time that loading takes. What is loaded later finds a shared chunk where it was: one line, which hands on from the entry.
 */
import { basename } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

interface Built {
  readonly metafile: Metafile;
  /** By their keys in `metafile.outputs`. */
  readonly texts: ReadonlyMap<string, string>;
}

/** `start`: the keys of the entry and of all that it imports statically. */
export const joinStart = async (
  { metafile: { inputs, outputs }, texts }: Built,
  entry: string,
  start: ReadonlySet<string>,
  options: BuildOptions,
): Promise<Built> => {
  // Names of different chunks may be the same.
  const handedOn = [...start]
    .filter((path) => path !== entry)
    .map((path, n) => ({ path, names: (outputs[path]?.exports ?? []).map((name) => ({ name, inEntry: `chunk${n}_${name}` })) }));
  const whole = await bundleTexts(
    texts,
    [
      `export * from './${basename(entry)}';`,
      ...handedOn.map(({ path, names }) => `export { ${names.map(({ name, inEntry }) => `${name} as ${inEntry}`)} } from './${basename(path)}';`),
    ],
    options,
  );
  const lines = handedOn.map(
    ({ path, names }) => [path, `export{${names.map(({ name, inEntry }) => `${inEntry} as ${name}`)}}from"./${basename(entry)}";\n`] as const,
  );
  const parts = [...start].flatMap((path) => outputs[path] ?? []);
  const now = (path: string, bytes: string, holds: Pick<Metafile['outputs'][string], 'inputs' | 'imports'>): Metafile['outputs'] => {
    const before = outputs[path];
    return before === undefined ? {} : { [path]: { ...before, ...holds, bytes: Buffer.byteLength(bytes) } };
  };
  const joined = {
    ...outputs,
    ...now(entry, whole, {
      inputs: Object.fromEntries(parts.flatMap((part) => Object.entries(part.inputs))),
      imports: parts.flatMap(({ imports }) => imports.filter(({ path }) => !start.has(path))),
    }),
    ...Object.assign({}, ...lines.map(([path, line]) => now(path, line, { inputs: {}, imports: [{ path: entry, kind: 'import-statement' }] }))),
  };
  return { metafile: { inputs, outputs: joined }, texts: new Map([...texts, ...lines, [entry, whole]]) };
};

/** Static imports are of these texts; dynamic ones stay as they are. */
const bundleTexts = async (texts: Built['texts'], statements: readonly string[], options: BuildOptions): Promise<string> => {
  const byName = new Map([...texts].map(([path, text]) => [basename(path), text]));
  const ofTexts: Plugin = {
    name: 'of-texts',
    setup(build) {
      build.onResolve({ filter: /^\.\// }, ({ path, kind }) =>
        kind === 'dynamic-import' ? { path, external: true } : { path: basename(path), namespace: 'text' },
      );
      build.onLoad({ filter: /.*/, namespace: 'text' }, ({ path }) => ({ contents: byName.get(path) ?? '', loader: 'js' }));
    },
  };
  const { outputFiles } = await build({ ...options, stdin: { contents: statements.join('\n') }, plugins: [ofTexts] });
  const text = outputFiles?.[0]?.text;
  if (text === undefined) throw new Error(`esbuild wrote nothing for ${statements.join(' ')}`);
  return text;
};
