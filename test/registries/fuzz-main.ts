/** `npm run fuzz -- [--bodies N] [--seed S] [--only I]`: mutated deliveries of every sender; ends with 1 when one of them got through. */
import { parseArgs } from 'node:util';
import { runFuzz } from './fuzz.ts';

const { values } = parseArgs({
  options: { bodies: { type: 'string', default: '100000' }, seed: { type: 'string', default: String(Date.now() % 1_000_000_000) }, only: { type: 'string' } },
});
const whole = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} is "${text}": a whole number from 0 is allowed`);
  return value;
};
const line = (text: string): void => void process.stdout.write(`${text}\n`);

const seed = whole('seed', values.seed);
line(`seed ${seed}`);
const started = performance.now();
let told = started;
const tally = runFuzz({
  bodies: whole('bodies', values.bodies),
  seed,
  ...(values.only === undefined ? {} : { only: whole('only', values.only) }),
  progress: (done) => {
    if (performance.now() - told < 10_000) return;
    told = performance.now();
    process.stderr.write(`${done} bodies\n`);
  },
});

for (const { body, file, format, names, why, request } of tally.failures.slice(0, 10)) {
  line(`\n${file} read by ${format} (${names.join(', ')}): ${why}`);
  line(`again: npm run fuzz -- --seed ${seed} --only ${body}`);
  line(`${request.method} ${JSON.stringify(request.headers)}\n${Buffer.from(request.body).toString().slice(0, 2_000)}`);
}
const { failures, slowest, ...counts } = tally;
line(
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', '),
);
line(`${((performance.now() - started) / 1000).toFixed(1)} s, slowest ${slowest.toFixed(0)} ms, failures ${failures.length}`);
if (failures.length > 0) process.exitCode = 1;
