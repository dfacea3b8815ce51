import { applyPatch } from 'diff';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { unifiedDiff } from '../../functions/api/template-diff.ts';

const diff = (from: string, to: string): string => unifiedDiff({ version: 3, text: from }, { version: 4, text: to });
const lines = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');

describe('unifiedDiff', () => {
  it('shows a change with three lines around it', () => {
    const text = lines(9, (index) => `line ${index}`);
    expect(diff(text, text.replace('line 4', 'changed'))).toBe(
      '--- template version 3\n+++ template version 4\n@@ -2,7 +2,7 @@\n line 1\n line 2\n line 3\n-line 4\n+changed\n line 5\n line 6\n line 7\n',
    );
  });
  it('is empty for equal texts', () => expect(diff('a\n', 'a\n')).toBe(''));
  it('shows that the last line has no end, and what a line ends with', () => {
    expect(diff('a\nb', 'a\nb\n')).toContain('-b\n\\ No newline at end of file\n+b\n');
    expect(diff('a\r\nb\r\n', 'a\nb\r\n')).toContain('-a\r\n+a\n');
  });
  it('shows a first version whole', () => expect(diff('', 'a\nb\n')).toContain('@@ -0,0 +1,2 @@\n+a\n+b\n'));

  const few = fc.array(fc.constantFrom('a', 'b', '', ' ', '-', '+ c', '@@', '灰'), { maxLength: 12 }).map((all) => all.join('\n'));
  test('applied to the old text it gives the new one', () => {
    fc.assert(
      fc.property(few, few, (from, to) => {
        if (from === to) expect(diff(from, to)).toBe('');
        else expect(applyPatch(from, diff(from, to))).toBe(to);
      }),
    );
  });
  test('beyond 400 changed lines too, then as one piece', () => {
    const from = `head 1\nhead 2\nhead 3\nhead 4\n${lines(600, (index) => `old ${index}`)}same\n${lines(10, (index) => `tail ${index}`)}`;
    const to = from.replaceAll('old', 'new');
    expect(applyPatch(from, diff(from, to))).toBe(to);
    expect(diff(from, to).match(/^@@.*$/gm)).toEqual(['@@ -2,606 +2,606 @@']);
    const short = from.slice(0, -8);
    expect(applyPatch(short, diff(short, from.replaceAll('old', 'new')))).toBe(to);
    expect(applyPatch(from, diff(from, ''))).toBe('');
    const more = 'a\n'.repeat(1_500);
    expect(applyPatch('a\n'.repeat(1_000), diff('a\n'.repeat(1_000), more))).toBe(more);
  });
});

describe('bounds', () => {
  const HOSTILE: readonly (readonly [string, string, string])[] = [
    ['all lines differ', lines(20_000, (index) => `a${index}`), lines(20_000, (index) => `b${index}`)],
    ['the same line over and over, two more of another', 'a\n'.repeat(100_000), `b\n${'a\n'.repeat(99_998)}b\n`],
    ['two lines in turns', 'a\nb\n'.repeat(50_000), 'b\na\nb\n'.repeat(33_333)],
    ['one long line', 'x'.repeat(200_000), 'y'.repeat(200_000)],
    ['letters of three bytes', '灰'.repeat(66_000), '度'.repeat(66_000)],
    ['shuffled', lines(20_000, (index) => `${(index * 7_919) % 20_000}`), lines(20_000, (index) => `${(index * 104_729) % 20_000}`)],
  ];
  test.each(HOSTILE)('%s: at most 100 kB, in bounded time', (_, from, to) => {
    const began = performance.now();
    const shown = diff(from, to);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(new TextEncoder().encode(shown).length).toBeLessThanOrEqual(100_000);
    expect(shown.startsWith('--- template version 3\n+++ template version 4\n@@')).toBe(true);
  });
  it('is whole up to exactly 100 kB', () => {
    const room = 100_000 - diff('', 'x\n').length + 1;
    expect(diff('', `${'x'.repeat(room)}\n`)).toHaveLength(100_000);
    expect(diff('', `${'x'.repeat(room)}\n`)).not.toContain('is cut');
    expect(diff('', `${'x'.repeat(room + 1)}\n`)).toContain('is cut');
  });
  it('says where it was cut', () => {
    expect(diff('x'.repeat(200_000), 'y')).toMatch(/x\n\\ The rest is cut: the difference is larger than 100 kB\n$/);
    expect(diff('灰'.repeat(66_000), 'y')).not.toContain('\ufffd');
  });
});
