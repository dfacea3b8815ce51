import { expect, test } from 'vitest';
import { fillTemplate, templateProblem } from '../../functions/targets/template.ts';

const image = { repository: 'r.example/shop/web', tag: 'v1' };

test.each([
  ['{{tag}}', 'v1'],
  ['{{ tag }}', 'v1'],
  ['{{\n tag\t}}', 'v1'],
  ['a {{repository}}:{{tag}} b', 'a r.example/shop/web:v1 b'],
  ['{{{tag}}}', '{v1}'],
  ['{{digest}}', ''],
  ['{{tag}', '{{tag}'],
])('%j becomes %j', (text, filled) => {
  expect(fillTemplate({ text }, image)).toEqual({ text: filled });
});

test('what stands for nothing is named', () => {
  expect(templateProblem({ text: '{{ tga }}' })).toMatch(/\{\{tga\}\}.*\{\{tag\}\}/);
});

// A body of the user's own runs through this on every push: its time must not grow faster than its length.
test.each([`{{${' '.repeat(16_000)}`, '{{ '.repeat(5_000), `{{${' {'.repeat(8_000)}`])('16,000 hostile characters take no time', (text) => {
  const started = performance.now();
  templateProblem({ text });
  fillTemplate({ text }, image);
  expect(performance.now() - started).toBeLessThan(200);
});
