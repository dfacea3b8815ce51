import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const directory = fileURLToPath(new URL('../../infra/local', import.meta.url));
const files = readdirSync(directory).filter((name) => name.endsWith('.ts'));
const importsOf = (file: string): readonly string[] =>
  [...readFileSync(join(directory, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1] ?? '');

describe('the local engine', () => {
  it.each(files)('%s imports node:, dynalite and its own room only', (file) => {
    const foreign = importsOf(file).filter(
      (name) => !(name.startsWith('node:') && isBuiltin(name)) && !/^dynalite(\/|$)/.test(name) && !/^\.\/[\w-]+\.ts$/.test(name),
    );
    expect(foreign).toEqual([]);
  });
});
