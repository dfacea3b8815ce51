/** `npm run chaos -- [--pushes N] [--seed S] [--calm] [--sequences N]`: the steps against the model of their rules, and the protocol under faults; the differences and the last four numbers must all be 0. */
import { parseArgs } from 'node:util';
import { runSequences } from '../model/sequences.ts';
import { NUMBERS } from './checker.ts';
import { FAULTS } from './faults.ts';
import { failed, run } from './run.ts';

const { values } = parseArgs({
  options: {
    pushes: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    quiet: { type: 'boolean', default: false },
    calm: { type: 'boolean', default: false },
    sequences: { type: 'string', default: '10000' },
  },
});
const whole = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} is "${text}": a whole number from 0 is allowed`);
  return value;
};
const options = { pushes: whole('pushes', values.pushes), seed: whole('seed', values.seed), sequences: whole('sequences', values.sequences) };

const model = await runSequences(options.sequences, options.seed);

const started = performance.now();
let told = 0;
const total = await run({
  ...options,
  faults: !values.calm,
  progress: (done) => {
    if (values.quiet || performance.now() - told < 10_000) return;
    told = performance.now();
    process.stderr.write(`${done} pushes\n`);
  },
});
const seconds = (performance.now() - started) / 1000;

const line = (text: string): void => void process.stdout.write(`${text}\n`);
const table = (title: string, rows: readonly (readonly [string, number])[]): void => {
  line(`\n${title}`);
  for (const [name, count] of rows) line(`  ${name.padEnd(34)} ${String(count).padStart(9)}`);
};
table(
  'faults injected',
  FAULTS.map((fault) => [fault, total.counts[fault] ?? 0]),
);
table(
  'what went on',
  Object.entries(total.counts).filter(([name]) => !FAULTS.some((fault) => fault === name)),
);
table(
  'calls',
  Object.entries(total.statuses).sort(([a], [b]) => (a < b ? -1 : 1)),
);
line(
  `\n${total.pushes} pushes in ${total.worlds} worlds, ${total.hours.toFixed(0)} hours of virtual time, ${total.events} events; ${seconds.toFixed(1)} s, ${(total.pushes / seconds).toFixed(0)} pushes/s; seed ${options.seed}`,
);
const { finding } = total;
if (finding !== undefined) {
  line(
    `\n${finding.number}: ${finding.application}: ${finding.what}\nreplay: npm run chaos -- --sequences 0 --pushes ${finding.pushes} --seed ${finding.seed}\nhistory of ${finding.application} (${finding.history.length} lines):`,
  );
  for (const text of finding.history) line(text);
  line(`\n${finding.number}: ${finding.application}: ${finding.what}`);
}
if (model.difference !== undefined) line(`\n${model.difference}\nreplay: npm run chaos -- --pushes 0 --sequences ${options.sequences} --seed ${model.seed}`);
line(`\nmodel: ${model.sequences} sequences, ${model.difference === undefined ? 0 : 1} differences`);
line('\nlost duplicated stale not-converged');
line(NUMBERS.map((name) => total.numbers[name]).join(' '));
process.exitCode = failed(total) || model.difference !== undefined ? 1 : 0;
