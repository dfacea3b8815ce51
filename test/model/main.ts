/** `node test/model/main.ts [--sequences N] [--seed S]`: the steps against the model of their rules; the differences must be 0. A seed replays exactly. */
import { parseArgs } from 'node:util';
import { runSequences } from './sequences.ts';

const { values } = parseArgs({ options: { sequences: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } } });
const whole = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`--${name} is "${text}": a whole number is allowed`);
  return value;
};
const line = (text: string): void => void process.stdout.write(`${text}\n`);

const started = performance.now();
const { sequences, seed, ends, difference } = await runSequences(whole('sequences', values.sequences), whole('seed', values.seed));
for (const [end, count] of Object.entries(ends).sort(([a], [b]) => (a < b ? -1 : 1))) line(`  ${end.padEnd(34)} ${String(count).padStart(9)}`);
if (difference !== undefined) line(difference);
line(`seed ${seed}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
line(`model: ${sequences} sequences, ${difference === undefined ? 0 : 1} differences`);
process.exitCode = difference === undefined ? 0 : 1;
