/** Row `expressions`: the worst that one expression can cost on the longest tag, and a hundred of them on one tag. */
import { Worker } from 'node:worker_threads';
import { makeExpressionEngine } from '../../functions/core/expression.ts';
import { CLASSICS, DEAREST, EVIL_TAGS } from '../core/evil-expressions.ts';
import { exactly, type Figure, figure, ratio } from './figure.ts';
import type { Finding, Found, Ground, Row } from './row.ts';

const WARM = 5;
/** Then V8 is killed. */
const CAP_MS = 1_000;

/** The dearest tag of an expression on an engine that has just compiled it: nothing is warm but the code. */
const worstOf = (expression: string): number => {
  const compiled = makeExpressionEngine().compile(expression);
  if (!compiled.ok) return 0;
  return Math.max(
    ...EVIL_TAGS.map((tag) => {
      const started = performance.now();
      compiled.value(tag);
      return performance.now() - started;
    }),
  );
};

/** Of the expressions the dearest one, each by the median of its runs. */
const dearest = (expressions: readonly string[], runs: number): { readonly expression: string; readonly figure: Figure } =>
  expressions
    .map((expression) => ({ expression, figure: figure(Array.from({ length: runs }, () => worstOf(expression))) }))
    .reduce((worst, one) => (one.figure.median > worst.figure.median ? one : worst));

/** A worker that tests one expression on all tags and says how long the dearest took. */
const V8 = `const { workerData: { expression, tags }, parentPort } = require('node:worker_threads');
const made = new RegExp('^(?:' + expression + ')$');
parentPort.postMessage(Math.max(...tags.map((tag) => { const started = performance.now(); made.test(tag); return performance.now() - started; })));`;

const v8Worst = (expression: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(V8, { eval: true, workerData: { expression, tags: EVIL_TAGS } });
    const end = (ms: number): void => {
      clearTimeout(timer);
      worker.terminate().then(() => resolve(ms), reject);
    };
    const timer = setTimeout(() => end(CAP_MS), CAP_MS);
    worker.on('message', (ms: number) => end(ms));
    worker.on('error', reject);
  });

const worst = async (what: string, expressions: readonly string[], runs: number, told: readonly string[]): Promise<Finding> => {
  const ours = dearest(expressions, runs);
  const theirs: number[] = [];
  for (const expression of told) theirs.push(await v8Worst(expression));
  const killed = theirs.filter((ms) => ms >= CAP_MS).length;
  return {
    what,
    unit: 'ms',
    ours: ours.figure,
    theirs: exactly(Math.max(...theirs)),
    goal: { of: 'ours', is: 'at most', value: 2 },
    cause: 'each character is read once for each step that the expression unfolds to, and up to 1,000 steps are allowed',
    notes: [`ours: ${ours.expression.slice(0, 40)}; V8 was killed at ${killed} of ${told.length}`],
  };
};

/** As people write them, of five kinds. */
const HUNDRED = Array.from({ length: 100 }, (_, i) => {
  const kinds = [`release-v${i}\\..*`, `v?\\d+\\.\\d+\\.${i}(-[a-z0-9.]+)?`, `[0-9]{8}-[0-9a-f]{7,40}-${i}`, `(main|team${i})-.*`, `.*-svc${i}`];
  return kinds[i % kinds.length] ?? '';
});
const TAGS = ['release-v40.1.0-rc.1', 'v1.22.31', '20261125-0a1b2c3d-7', 'main-0a1b2c3', 'latest'];

const hundred = ({ full }: Ground): Finding => {
  const engine = makeExpressionEngine();
  const v8 = HUNDRED.map((expression) => new RegExp(`^(?:${expression})$`));
  const rounds = full ? 2_000 : 400;
  const microseconds = (test: (tag: string) => number): number => {
    const started = performance.now();
    for (let i = 0; i < rounds; i += 1) for (const tag of TAGS) test(tag);
    return ((performance.now() - started) / (rounds * TAGS.length)) * 1_000;
  };
  const ours = (tag: string): number => {
    // As match asks: for the triggers of each push anew.
    const together = engine.together(HUNDRED);
    return HUNDRED.filter((expression) => {
      const test = together.compile(expression);
      return test.ok && test.value(tag);
    }).length;
  };
  const theirs = (tag: string): number => v8.filter((expression) => expression.test(tag)).length;
  for (const tag of TAGS) if (ours(tag) !== theirs(tag)) throw new Error(`the engines disagree on ${tag}`);
  const runs = Array.from({ length: full ? 21 : 9 }, () => [microseconds(ours), microseconds(theirs)] as const).slice(1);
  const [own, other] = [runs.map(([one]) => one), runs.map(([, one]) => one)];
  return {
    what: '100 expressions on one tag',
    unit: 'µs',
    ours: figure(own),
    theirs: figure(other),
    ratio: ratio(own, other),
    goal: { of: 'ratio', is: 'at most', value: 1 },
    cause: 'the expressions are asked one by one',
  };
};

const measure = async (ground: Ground): Promise<Found> => {
  const runs = ground.full ? 15 : 5;
  // The engine is compiled by V8 as it is used: that is not what is measured.
  for (let time = 0; time < WARM; time += 1) for (const expression of [...CLASSICS, ...DEAREST]) worstOf(expression);
  const killed = ground.full ? CLASSICS : CLASSICS.slice(0, 4);
  return {
    is: 'found',
    findings: [
      await worst('worst match at 128 characters, published evil expressions', CLASSICS, runs, killed),
      await worst('the same, the dearest that our limits let through', DEAREST, runs, ground.full ? DEAREST : DEAREST.slice(0, 1)),
      hundred(ground),
    ],
  };
};

export const expressions: Row = {
  about: 'expressions of rules over tags, by the engine as match asks it',
  against: 'V8, in a worker that is killed after a second',
  measure,
};
