/**
 * `npm run size`: what Lambda has to load before each function can answer, against its budget, and every chunk that is
 * loaded later by name. Ends with 1 when a function is over its budget or does not bundle.
 */
import type { Metafile } from 'esbuild';
import { type Bundle, bundle, directoryOf, reachable } from './bundle.ts';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionShape } from './functions.ts';

interface Size {
  /** The entry and everything it imports statically. */
  readonly entryBytes: number;
  /** Each dynamic import, with what only it brings along. */
  readonly lazy: readonly { readonly name: string; readonly bytes: number }[];
}

export const sizeOf = ({ metafile, entry }: Bundle): Size => {
  const first = reachable(metafile, entry, 'static');
  const lazy = [...reachable(metafile, entry, 'all')]
    .filter((path) => !first.has(path) && metafile.outputs[path]?.entryPoint !== undefined)
    .map((path) => ({ name: nameOf(metafile, path), bytes: bytesOf(metafile, difference(reachable(metafile, path, 'static'), first)) }))
    .sort((a, b) => b.bytes - a.bytes || a.name.localeCompare(b.name));
  return { entryBytes: bytesOf(metafile, first), lazy };
};

const difference = (all: ReadonlySet<string>, without: ReadonlySet<string>): ReadonlySet<string> => new Set([...all].filter((path) => !without.has(path)));

const bytesOf = (metafile: Metafile, paths: ReadonlySet<string>): number => [...paths].reduce((sum, path) => sum + (metafile.outputs[path]?.bytes ?? 0), 0);

/** The package of a chunk, and where in it when it is not the front; our own files by their path. */
const nameOf = (metafile: Metafile, output: string): string => {
  const source = metafile.outputs[output]?.entryPoint ?? output;
  const inPackage = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(source);
  if (inPackage?.[1] === undefined || inPackage[2] === undefined) return source;
  const where = inPackage[2].replace(/^(dist-es|dist-cjs|build|dist|lib|src)\//, '').replace(/\/?index\.m?js$/, '');
  return where === '' ? inPackage[1] : `${inPackage[1]} (${where})`;
};

/** The lines of one function, and whether it keeps its budget. */
export const report = (name: string, size: Size, budgetBytes: number | undefined): { readonly lines: readonly string[]; readonly over: boolean } => {
  const over = budgetBytes !== undefined && size.entryBytes > budgetBytes;
  const budget = budgetBytes === undefined ? 'no budget' : `${over ? 'OVER ' : ''}budget ${count(budgetBytes)}`;
  return {
    lines: [
      `${name.padEnd(8)}${count(size.entryBytes).padStart(9)} bytes at start   (${budget})`,
      ...size.lazy.map(({ name, bytes }) => `${' '.repeat(8)}${count(bytes).padStart(9)} later: ${name}`),
    ],
    over,
  };
};

const count = (bytes: number): string => bytes.toLocaleString('en-US');

if (import.meta.main) {
  for (const name of FUNCTION_NAMES) {
    const shape: FunctionShape = FUNCTIONS[name];
    try {
      const { lines, over } = report(name, sizeOf(await bundle(shape.entry, directoryOf(name), shape.without)), shape.budgetBytes);
      console.log(lines.join('\n'));
      if (over) process.exitCode = 1;
    } catch (error) {
      console.error(`${name.padEnd(8)}does not bundle: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }
}
