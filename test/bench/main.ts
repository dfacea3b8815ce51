/** `npm run bench -- [--full] [--json] [--row NAME]…`: each claim about speed, size and cost as a figure against its goal. Ends with 1 when a row cannot be measured. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { synthesise } from '../../infra/local/synth.ts';
import { machine } from './machine.ts';
import type { Found, Ground, Row } from './row.ts';
import { ROW_NAMES, ROWS, type RowName } from './rows.ts';
import { linesOf, markdown, verdict } from './told.ts';

const USAGE = `npm run bench -- [--full] [--json] [--row NAME]…
  --full   long runs; what they find is kept in test/bench/last.json
  --json   the findings as JSON on stdout instead of the table
  --row    only this one: ${ROW_NAMES.join(', ')}`;

const LAST = join(import.meta.dirname, 'last.json');
const ROOT = join(import.meta.dirname, '../..');

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    row: { type: 'string', multiple: true, default: [...ROW_NAMES] },
    help: { type: 'boolean', default: false },
  },
});
const isRowName = (name: string): name is RowName => ROW_NAMES.some((known) => known === name);

const run = async (): Promise<void> => {
  if (values.help) return void process.stdout.write(`${USAGE}\n`);
  const unknown = values.row.find((name) => !isRowName(name));
  if (unknown !== undefined) throw new Error(`--row ${unknown}: there are ${ROW_NAMES.join(', ')}`);
  const names = values.row.filter(isRowName);
  const on = machine();
  const say = (text: string): void => void (values.json ? process.stderr : process.stdout).write(`${text}\n`);
  say(`${values.full ? 'full' : 'quick'} run on ${on.cores} cores (${on.processor}), ${on.memoryGb} GB, Node ${on.node}, commit ${on.commit}, load ${on.load}`);
  if (on.load > on.cores / 2) say('something else runs on this machine: ratios are of use, absolute figures are not');
  const room = mkdtempSync(join(tmpdir(), 'image-triggers-bench-'));
  let assembly: Promise<string> | undefined;
  const ground: Ground = {
    full: values.full,
    room,
    assembly: () => {
      assembly ??= synthesise(ROOT);
      return assembly;
    },
  };
  const rows: Partial<Record<RowName, Found>> = {};
  try {
    for (const name of names) {
      const row: Row = ROWS[name];
      const started = performance.now();
      say(`\n${name}: ${row.about}; against ${row.against}`);
      try {
        const found = await row.measure(ground);
        rows[name] = found;
        for (const line of found.is === 'skipped' ? [`  skipped: ${found.why}`] : found.findings.flatMap(linesOf)) say(line);
      } catch (error) {
        process.exitCode = 1;
        say(`  could not be measured: ${error instanceof Error ? error.message : String(error)}`);
      }
      say(`  (${((performance.now() - started) / 1000).toFixed(0)} s)`);
    }
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
  const verdicts = Object.values(rows).flatMap((found) => (found.is === 'found' ? found.findings.map(verdict) : []));
  const count = (what: string): number => verdicts.filter((one) => one === what).length;
  say(`\n${count('met')} goals met, ${count('missed')} missed`);
  const report = { ...on, full: values.full, rows };
  if (values.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  if (values.full) say(`\n${markdown(rows)}`);
  if (values.full && names.length === ROW_NAMES.length) writeFileSync(LAST, `${JSON.stringify(report, undefined, 2)}\n`);
};

run().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    process.exit(2);
  },
);
