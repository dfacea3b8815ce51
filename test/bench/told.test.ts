/** What a run says of its findings: a goal is met or missed by the median, and what is missed is said with its cause. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exactly, figure, ratio } from './figure.ts';
import { type Finding, isMet } from './row.ts';
import { linesOf, markdown } from './told.ts';

test('a figure is the median with its spread', () => {
  expect(figure([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3, runs: 3 });
  expect(figure([4, 1, 2, 3])).toEqual({ median: 2.5, low: 1, high: 4, runs: 4 });
  expect(() => figure([])).toThrow('no run');
});

test('a ratio is taken run by run: what slowed one round down slowed both', () => {
  expect(ratio([2, 200, 2], [1, 100, 1])).toMatchObject({ median: 2, low: 2, high: 2 });
  expect(() => ratio([1], [1, 2])).toThrow('in turns');
});

const finding = (change: Partial<Finding>): Finding => ({ what: 'a thing', unit: 'ms', ours: exactly(5), ...change });

test.each<[string, Partial<Finding>, boolean | undefined]>([
  ['at most, met exactly', { goal: { of: 'ours', is: 'at most', value: 5 } }, true],
  ['at most, missed', { goal: { of: 'ours', is: 'at most', value: 4.9 } }, false],
  ['at least, missed', { goal: { of: 'ours', is: 'at least', value: 6 } }, false],
  ['by the ratio', { ratio: exactly(2), goal: { of: 'ratio', is: 'at least', value: 2 } }, true],
  ['a ratio that nobody measured', { goal: { of: 'ratio', is: 'at least', value: 2 } }, undefined],
  ['no goal', {}, undefined],
])('%s', (_name, change, met) => expect(isMet(finding(change))).toBe(met));

test('a cause is said only of what is missed', () => {
  const because = { cause: 'of the weather', notes: ['it rained'] };
  const told = (value: number): string => linesOf(finding({ ...because, goal: { of: 'ours', is: 'at most', value } })).join('\n');
  expect(told(4)).toMatch(/goal ≤ 4 ms: MISSED\n +because of the weather\n +it rained/);
  expect(told(6)).toMatch(/goal ≤ 6 ms: MET\n +it rained/);
});

test('the table for README has a line for each finding, and none for what was skipped', () => {
  const found = { is: 'found', findings: [finding({ theirs: exactly(1234.5), goal: { of: 'ours', is: 'at most', value: 4, stretch: 3 } })] } as const;
  expect(
    markdown({ one: found, two: { is: 'skipped', why: 'not there' } })
      .split('\n')
      .slice(2),
  ).toEqual(['| a thing | 5 ms | 1,235 |  | ≤ 4 ms (stretch 3) | missed |']);
});

test('a row that does not exist is refused with those that do', () => {
  const run = (): string =>
    execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'main.ts'), '--row', 'speed'], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  expect(run).toThrow(/--row speed: there are steps, burst, latency, start, bytes, expressions, reads, dollars/);
});
