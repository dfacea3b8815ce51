import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { isRegistryName, REGISTRY_NAMES } from '../../functions/registries/index.ts';
import { contractOf } from './contract.ts';
import { fixtures, ROOT } from './fixtures.ts';

for (const name of REGISTRY_NAMES) contractOf(name);

describe('the table', () => {
  it('knows its names, and no others', () => {
    expect([isRegistryName('generic'), isRegistryName('Generic'), isRegistryName('constructor'), isRegistryName('')]).toEqual([true, false, false, false]);
  });
  test.each(readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory()))(
    'fixtures of $name come in pairs and are indexed',
    ({ name }) => {
      const bodies = readdirSync(new URL(`${name}/`, ROOT)).filter((file) => file.endsWith('.json'));
      expect(bodies.length).toBeGreaterThan(0);
      for (const body of bodies) {
        expect(existsSync(new URL(`${name}/${body.replace('.json', '.headers.txt')}`, ROOT))).toBe(true);
        expect(fixtures.map(({ file }) => file)).toContain(`${name}/${body}`);
      }
    },
  );
});
