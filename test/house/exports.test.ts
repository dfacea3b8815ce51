/** What a file exports, another one imports: what nobody asks for is not kept, and what one file alone uses is its own. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** Asked for by name, and not by an import: by Lambda, and by packages for which esbuild takes these files. */
const CALLED_FROM_OUTSIDE = [/^functions\/\w+\/lambda\.ts$/, /^infra\/stack\/(?:environment-credentials|sdk-replacements)\.ts$/];

const texts = new Map(
  ['functions', 'infra', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
      .map((name) => [join(folder, name), readFileSync(join(root, folder, name), 'utf8')] as const),
  ),
);

const exportsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^export (?:const|function|async function|type|interface|class) (\w+)/gm)].map(([, name = '']) => name);

const importedBy = (text: string): ReadonlySet<string> => new Set([...text.matchAll(/\/([\w.-]+\.ts)'/g)].map(([, name = '']) => name));
const wordsOf = (text: string): ReadonlySet<string> => new Set(text.match(/\w+/g) ?? []);

const unasked = (all: ReadonlyMap<string, string>): readonly string[] => {
  const users = [...all].map(([file, text]) => ({ file, imports: importedBy(text), words: wordsOf(text) }));
  return [...all].flatMap(([file, text]) => {
    if (file.startsWith('test') || CALLED_FROM_OUTSIDE.some((pattern) => pattern.test(file))) return [];
    const others = users.filter((user) => user.file !== file && user.imports.has(basename(file)));
    return exportsOf(text).flatMap((name) => (others.some(({ words }) => words.has(name)) ? [] : [`${file}: ${name}`]));
  });
};

test('every export is asked for by another file', () => {
  expect(unasked(texts)).toEqual([]);
});

test('the look itself bites', () => {
  const two = new Map([
    ['functions/a.ts', 'export const used = 1;\nexport const alone = 2;\n'],
    ['infra/b.ts', "import { used } from '../functions/a.ts';\n"],
  ]);
  expect(unasked(two)).toEqual(['functions/a.ts: alone']);
});
