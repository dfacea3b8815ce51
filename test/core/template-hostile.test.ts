/** Templates made to hurt: each ends with an answer or a refusal, never with an exception, and eight times the size costs about eight times as much. */
import { describe, expect, it, test } from 'vitest';
import { checkTemplate, fillTemplateText } from '../../functions/core/template-fill.ts';
import { setTemplateImages, templateImages } from '../../functions/core/template-images.ts';
import { templateParameters } from '../../functions/core/template-parameters.ts';
import { accepted, refusal } from './template-marks.ts';

const images = [{ image: { repository: 'r.io/shop/web', tag: 'green' }, hosts: [] }];

type Text = (size: number) => string;
const full =
  (piece: string, before = '', after = ''): Text =>
  (size) =>
    `${before}${piece.repeat(Math.floor((size - before.length - after.length) / piece.length))}${after}`;
const numbered =
  (line: (index: number) => string, before = '', after = ''): Text =>
  (size) => {
    let text = before;
    for (let next = line(0), index = 0; text.length + next.length + after.length <= size; next = line(index)) {
      text += next;
      index += 1;
    }
    return text + after;
  };
const wideMapping = (size: number): string => `a: &a {${numbered((index) => `k${index}: 1, `)(size / 2)}}\n`;
const levels = (count: number, first: string, line: (index: number) => string): string =>
  `${first}${Array.from({ length: count }, (_, index) => line(index)).join('')}`;
const bomb = levels(40, 'a0: &a0 [x,x,x,x,x,x,x,x,x]\n', (index) => `a${index + 1}: &a${index + 1} [${`*a${index},`.repeat(9)}]\n`);
const mergeBomb = levels(40, 'a0: &a0 {x: 1}\n', (index) => `a${index + 1}: &a${index + 1} {k${index}: [${`{<<: *a${index} }, `.repeat(9)}]}\n`);

const HOSTILE: Readonly<Record<string, Text>> = {
  'a large mapping merged again and again': (size) => `${wideMapping(size)}${numbered((index) => `b${index}: {<<: *a }\n`)(size / 2)}`,
  'a large mapping as item again and again': (size) => `${wideMapping(size)}${full('*a , ', 'b: [', ']\n')(size / 2)}`,
  'a large mapping as image again and again': (size) => `${wideMapping(size)}${full('- image: *a\n', 'b:\n')(size / 2)}`,
  'a large mapping as metadata again and again': (size) => `${wideMapping(size)}${full('- {kind: x, metadata: *a }\n', 'b:\n')(size / 2)}`,
  'many keys': numbered((index) => `k${index}: 1\n`),
  'many keys of a flow mapping': numbered((index) => `k${index}: 1,\n`, '{', '}'),
  'one anchor named often': full('*a ,', 'a: &a x\nb: [', ']'),
  'many placeholders': numbered((index) => `k${index}: $` + `{p${index}}\n`),
  'placeholders without an end': full(`$${'{a'}`, 'a: "', '"\n'),
  dollars: full('$', 'a: '),
  'open lists': full('['),
  'open mappings': full('{a: '),
  'lists in lists': full('- '),
  'mappings on one line': full('a: '),
  'closing brackets': full(']'),
  commas: full(',', '[', ']'),
  anchors: full('&a '),
  quotes: full('"'),
  'documents without content': full('---\n'),
  comments: full('#\n'),
  'blank lines in quotes': full(' \n', 'a: "', '"\n'),
  'blank lines in a block': full(' \n', 'a: |\n'),
  escapes: full('\\x41', 'image: "', '"\n'),
  'an image of slashes': full('a/', 'image: ', 'a:b\n'),
  'carriage returns': full('\r'),
};

const SIZE = 200_000;
const STEP = 8;

/** Processor time, so that what else the machine does does not count. */
const costOf = (text: string): number => {
  const began = process.cpuUsage();
  const read = templateParameters(text);
  // What does not parse is refused by all of them in the same place.
  const answers = read.ok ? [read, setTemplateImages(text, images, {}), fillTemplateText(text, {})] : [read];
  const { user, system } = process.cpuUsage(began);
  for (const answer of answers) {
    if (answer.ok) expect(JSON.stringify(answer.value ?? null).length).toBeLessThan(4_000_000);
    else expect(answer.why.length).toBeLessThan(5_000);
  }
  return (user + system) / 1_000;
};

describe('time is linear', () => {
  test.each(Object.entries(HOSTILE))('%s', (_, make) => {
    const text = make(SIZE);
    expect(text.length).toBeGreaterThan(SIZE * 0.9);
    expect(text.length).toBeLessThanOrEqual(SIZE);
    const small = costOf(make(SIZE / STEP));
    expect(costOf(text)).toBeLessThan(2 * STEP * small + 500);
  });
});

describe('bounds', () => {
  it('refuses what unfolds to more than a million characters, and still edits it', () => {
    expect(refusal(fillTemplateText(bomb, {}))).toContain('has more than 1000000 characters');
    expect(refusal(fillTemplateText(mergeBomb.split('\n').slice(0, 20).join('\n'), {}))).toMatch(/has more than 1000000 characters|copy more than 100000/);
    expect(refusal(checkTemplate(mergeBomb))).toContain('nested too deeply');
    expect(accepted(setTemplateImages(`${bomb}image: r.io/shop/web:blue\n`, images, {})).text).toBe(`${bomb}image: r.io/shop/web:green\n`);
    expect(accepted(fillTemplateText(bomb.split('\n').slice(0, 4).join('\n'), {}))).toHaveLength(1);
  });
  it('refuses merges that copy more than 100,000 entries', () => {
    expect(refusal(fillTemplateText(HOSTILE['a large mapping merged again and again']?.(SIZE) ?? '', {}))).toContain(
      'its merge keys copy more than 100000 entries',
    );
  });
  it('refuses what parameters make too large', () => {
    const name = `$${'{x}'}`;
    expect(refusal(fillTemplateText(`a: "${name}${name}"\n`, { x: 'y'.repeat(600_000) }))).toContain('has more than 1000000 characters');
    expect(refusal(fillTemplateText(`a: "${name}"\n---\nb: "${name}"\n`, { x: 'y'.repeat(600_000) }))).toContain('has more than 1000000 characters');
  });
  it('counts the levels of what aliases name', () => {
    const chain = (count: number): string => levels(count, 'a0: &a0 x\n', (index) => `a${index + 1}: &a${index + 1} [*a${index} ]\n`);
    expect(accepted(fillTemplateText(chain(60), {}))).toHaveLength(1);
    expect(refusal(fillTemplateText(chain(70), {}))).toContain('nested too deeply: at most 64 levels');
  });
  it.each(['\u0000', '\u0007', '\u007f', '\u009f', '\ud83d', '\udc33', '\uffff'])('refuses what cannot stand in YAML: %j', (character) => {
    expect(refusal(checkTemplate(`a: 1\nb: "x${character}"\n`))).toMatch(/^line 2, column 6: the character .* cannot stand in YAML/);
    expect(refusal(checkTemplate(`a: 1 # ${character}\n`))).toContain('line 1, column 8');
  });
  it('takes every other character', () => {
    expect(accepted(fillTemplateText('\ufeffa: "\t\x85\xa0é漏洞🐳\ufffd"\r\n', {}))).toHaveLength(1);
  });
  it('refuses what the reader itself cannot follow', () => {
    for (const piece of ['[', '{a: ', '- ']) expect(refusal(checkTemplate(piece.repeat(20_000)))).toContain('nested too deeply: at most 64 levels');
  });
  it('lists at most 1,000 images', () => {
    const text = (count: number): string => levels(count, '', (index) => `k${index}: {image: r.io/x:1}\n`);
    expect(accepted(templateImages(text(1_000), {}))).toHaveLength(1_000);
    expect(refusal(templateImages(text(1_001), {}))).toContain('it has more than 1000 images');
  });
});
