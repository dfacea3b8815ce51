/** What the README and CI tell people and machines to run has to exist. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const scripts: unknown = JSON.parse(read('package.json')).scripts;

test.each(['README.md', 'functions/README.md', '.ci/run'])('every npm script that %s names exists', (file) => {
  const named = [...read(file).matchAll(/npm run ([a-z0-9]+)/g)].flatMap(([, name]) => name ?? []);
  expect(scripts).toEqual(expect.objectContaining(Object.fromEntries(named.map((name) => [name, expect.any(String)]))));
});

test('README names the two commands that do all the set-up', () => {
  expect(read('README.md')).toContain('npm ci && npm run demo');
  expect(read('README.md')).toContain('npm ci && npm test');
});
