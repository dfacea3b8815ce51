/** The end of a run: each implementation and suite with what passed and failed, and by name what was skipped and why. */
import { basename } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

interface Row {
  passed: number;
  failed: number;
  readonly skipped: string[];
}

const line = (text: string): void => void process.stdout.write(`${text}\n`);
const columns = (...texts: readonly (string | number)[]): string =>
  texts.map((text, i) => (i === 0 ? String(text).padEnd(36) : String(text).padStart(9))).join('');

/** By the name of the outermost `describe`, as "queues of fauxqs"; what broke outside of them by the name of the file. */
const rowsOf = (modules: readonly TestModule[]): ReadonlyMap<string, Row> => {
  const rows = new Map<string, Row>();
  const rowOf = (name: string): Row => {
    const row = rows.get(name) ?? { passed: 0, failed: 0, skipped: [] };
    rows.set(name, row);
    return row;
  };
  for (const module of modules) {
    if (module.errors().length > 0) rowOf(basename(module.moduleId)).failed += module.errors().length;
    for (const suite of module.children.suites()) {
      const row = rowOf(suite.name);
      row.failed += suite.errors().length;
      for (const test of suite.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') row.passed += 1;
        else if (result.state === 'skipped') row.skipped.push(`${test.name}: ${result.note ?? 'its suite could not start'}`);
        else row.failed += 1;
      }
    }
  }
  return rows;
};

export const table: Reporter = {
  onTestRunEnd: (modules) => {
    const rows = [...rowsOf(modules)].sort(([a], [b]) => (a < b ? -1 : 1));
    line(columns('', 'passed', 'skipped', 'failed'));
    for (const [name, { passed, skipped, failed }] of rows) line(columns(name, passed, skipped.length, failed));
    for (const [name, { skipped }] of rows) {
      if (skipped.length > 0) line(`\nskipped of ${name}`);
      for (const text of skipped) line(`  ${text}`);
    }
  },
};
