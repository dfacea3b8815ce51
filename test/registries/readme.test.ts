/** The table of registries in README.md says of every format what the format itself says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isRegistryName, loadRegistry, REGISTRY_NAMES } from '../../functions/registries/index.ts';
import type { Proof } from '../../functions/registries/registry.ts';

const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
const section = readme.split('\n## ').find((each) => each.startsWith('Registries\n')) ?? '';
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('`'))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const nameIn = (cells: readonly string[]): string => /^`(.+)`$/.exec(cells[2] ?? '')?.[1] ?? '';

test('has one row for each, and no other', () => {
  expect(rows.map(nameIn).sort()).toEqual([...REGISTRY_NAMES].sort());
});

test('stands after the targets, and each row fills every column', () => {
  expect(readme.indexOf('\n## Registries\n')).toBeGreaterThan(readme.indexOf('\n## Targets\n'));
  for (const cells of rows)
    expect(
      cells.slice(1, -1).filter((cell) => cell !== ''),
      cells[2] ?? '',
    ).toHaveLength(6);
});

const word = (proof: Proof): string => {
  if (proof.by === 'hmac') return `HMAC-${proof.hash.toUpperCase()}`;
  return proof.by === 'oidc' ? 'OIDC' : proof.by;
};

describe.each(rows.map((cells) => ({ name: nameIn(cells), cells })))('$name', ({ name, cells: [, , , verified = '', , hostAndDigest = ''] }) => {
  test('is verified by what its sender can do, and by nothing else', async () => {
    const { proofs } = isRegistryName(name) ? await loadRegistry(name) : { proofs: undefined };
    const said = verified.match(/HMAC-SHA\d+|header|basic|OIDC|nothing else/g) ?? [];
    expect(said).toEqual(proofs?.length === 0 ? ['nothing else'] : [...new Set(proofs?.map(word))]);
  });

  test('names its host by the hook where the payload cannot', async () => {
    const needs = isRegistryName(name) && (await loadRegistry(name)).needsRegistryHost;
    expect(hostAndDigest.startsWith('named by the hook;')).toBe(needs);
  });
});
