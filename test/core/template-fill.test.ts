// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates are written so
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { checkTemplate, fillTemplateText } from '../../functions/core/template-fill.ts';
import { templateParameters } from '../../functions/core/template-parameters.ts';
import { plainValue } from '../../functions/core/template-scalar.ts';
import { accepted, refusal } from './template-marks.ts';

const filled = (text: string, parameters: Readonly<Record<string, string>> = {}) => accepted(fillTemplateText(text, parameters));
const value = (text: string, parameters: Readonly<Record<string, string>> = {}) => filled(`v: ${text}\n`, parameters)[0]?.v;

describe('what an unquoted text is, as Kubernetes reads it', () => {
  test.each([
    ['text', 'text'],
    ['yes', true],
    ['On', true],
    ['y', true],
    ['true', true],
    ['off', false],
    ['NO', false],
    ['n', false],
    ['nO', 'nO'],
    ['', null],
    ['~', null],
    ['Null', null],
    ['nULL', 'nULL'],
    ['3', 3],
    ['+3', 3],
    ['-3', -3],
    ['0', 0],
    ['-0', 0],
    ['0644', 420],
    ['0o644', 420],
    ['0x1F', 31],
    ['-0x1f', -31],
    ['0b101', 5],
    ['08', 8],
    ['1_000', 1000],
    ['_1', '_1'],
    ['1.10', 1.1],
    ['.5', 0.5],
    ['.5_0', '.5_0'],
    ['5.', 5],
    ['+.5e2', 50],
    ['1e3', 1000],
    ['1e999', '1e999'],
    ['.', '.'],
    ['-', '-'],
    ['0x', '0x'],
    ['1.2.3', '1.2.3'],
    ['22:22', '22:22'],
    ['12:30:45', '12:30:45'],
    ['2024-01-01', '2024-01-01'],
    ['100m', '100m'],
    ['=', '='],
    ['9007199254740991', 9007199254740991],
  ])('%j is %j', (text, expected) => expect(plainValue(text)).toEqual({ ok: true, value: expected }));
  test.each([
    ['9007199254740993', /beyond 2\^53 and would lose digits: put it in quotes/],
    ['.inf', /is a number that JSON does not have/],
    ['-.INF', /is a number that JSON does not have/],
    ['.NaN', /is a number that JSON does not have/],
  ])('%j is refused', (text, why) => expect(refusal(plainValue(text))).toMatch(why));
  it('is asked of unquoted texts only', () => {
    expect(
      ['yes', '"yes"', "'0644'", '|-\n  yes', '!!str yes', '! yes', '!!int "3"', '!!float 3', '!!bool yes', '!!null ""'].map((text) => value(text)),
    ).toEqual([true, 'yes', '0644', 'yes', 'yes', 'yes', 3, 3, true, null]);
  });
});

describe('fillTemplateText', () => {
  it('gives each document as JSON, in their order, without the empty ones', () => {
    const text = '# a\n---\nkind: Pod\nspec: {ports: [80, "81"], on: true}\n---\n---\nnull\n---\n# b\n...\n---\n{"kind": "Service"}\n';
    expect(filled(text)).toEqual([{ kind: 'Pod', spec: { ports: [80, '81'], true: true } }, { kind: 'Service' }]);
  });
  it('reads unquoted texts after filling, quoted ones never', () => {
    const text = 'a: ${n}\nb: "${n}"\nc: ${n}${n}\nd: v${n}\ne: |\n  ${n}\nf: ${yes}\ng: ${empty}\nh: "${empty}"\n';
    expect(filled(text, { n: '3', yes: 'yes', empty: '' })).toEqual([{ a: 3, b: '3', c: 33, d: 'v3', e: '3\n', f: true, g: null, h: '' }]);
  });
  it('fills keys, and only once', () => {
    expect(filled('"${k}": ${v}\nm: {"x-${k}": 1}\n', { k: 'a: b', v: '${k} $${k}' })).toEqual([{ 'a: b': '${k} $${k}', m: { 'x-a: b': 1 } }]);
  });
  it('takes $${name} for the literal ${name}, and leaves what is no placeholder', () => {
    expect(filled('a: "$${x} $$${x} $x ${1} ${a:-b} ${} ${x y} $(x) {x}"\n', { x: 'X' })).toEqual([{ a: '${x} $${x} $x ${1} ${a:-b} ${} ${x y} $(x) {x}' }]);
  });
  it('takes names with dots, digits and dashes, and none from the prototype', () => {
    expect(filled('a: ${a.b-c_1}\n', { 'a.b-c_1': 'x' })).toEqual([{ a: 'x' }]);
    expect(refusal(fillTemplateText('a: ${constructor}', {}))).toContain('"${constructor}" has no parameter');
  });
  it('resolves anchors, aliases and merge keys: the own keys first, then the earlier source', () => {
    const text = 'a: &a {x: 1, w: "${w}"}\nb: &b {x: 2, z: 3}\nc: {<<: [*a, *b], w: 9}\nd:\n  x: 0\n  <<: *b\n  <<: *a\ne: [*a ]\nf: {"<<": 1}\n';
    expect(filled(text, { w: '5' })).toEqual([
      { a: { x: 1, w: '5' }, b: { x: 2, z: 3 }, c: { x: 1, w: 9, z: 3 }, d: { x: 0, w: '5', z: 3 }, e: [{ x: 1, w: '5' }], f: { '<<': 1 } },
    ]);
  });
  it('keeps a key named __proto__ a key', () => {
    expect(JSON.stringify(filled('__proto__: {x: 1}\n'))).toBe('[{"__proto__":{"x":1}}]');
  });
  test.each([
    [
      'a:\n  b: "x ${missing}"\n',
      'line 2, column 9: the placeholder "${missing}" has no parameter: give the application a parameter of that name, or write "$${missing}"',
    ],
    ['run: |\n  # $${x}\n  echo\n  echo ${x}\n', 'line 4, column 8: the placeholder "${x}" has no parameter'],
    ['a: 1\n"${k}": 2\n', 'line 2, column 2: the placeholder "${k}"'],
    ['a: "\\x24{x}"\n', 'line 1, column 4: the placeholder "${x}"'],
    ['a: !Ref x\n', 'line 1, column 9: the tag "!Ref" means nothing to Kubernetes'],
    ['a: !!binary aGk=\n', 'the tag "tag:yaml.org,2002:binary" means nothing'],
    ['a: !!set {x}\n', 'the tag "tag:yaml.org,2002:set" means nothing'],
    ['a: !x [1]\n', 'the tag "!x" means nothing'],
    ['a: !!int x\n', '"x" is not what its tag "tag:yaml.org,2002:int" says'],
    ['a: 12345678901234567890\n', 'line 1, column 4: the number "12345678901234567890" is beyond 2^53'],
    ['? [a]\n: 1\n', 'line 1, column 3: a key is a text'],
    ['{: 1}\n', 'a key is a text: it is empty'],
    ['a: {<<: 1}\n', '"<<" merges a mapping or a list of mappings'],
    ['a: {<<: [1]}\n', '"<<" merges a mapping or a list of mappings'],
    ['- a\n', 'document 1 is a list'],
    ['a: 1\n---\ntext\n', 'line 3, column 1: document 2 is a text'],
  ])('refuses %j', (text, why) => expect(refusal(fillTemplateText(text, {}))).toContain(why));
  it('refuses keys that become equal by filling, or by what they mean', () => {
    expect(refusal(fillTemplateText('a: 1\n${k}: 2\n', { k: 'a' }))).toContain('line 2, column 1: the key "a" stands twice');
    expect(refusal(fillTemplateText('yes: 1\ntrue: 2\n', {}))).toContain('line 2, column 1: the key "true" stands twice');
  });
});

describe('no value breaks out of its text', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(
        '"',
        "'",
        '\n',
        ': ',
        '- ',
        '#',
        '{',
        '}',
        '[',
        ']',
        ',',
        '&a',
        '*a',
        '!!',
        '|',
        '>',
        '---\n',
        '...',
        '\\',
        '${v}',
        '$$',
        '$&',
        ' ',
        '\t',
        '\r',
        'x',
      ),
    }),
  );
  test('every quoted and block text holds exactly the value', () => {
    const text = 'a: "${v}"\nb: \'x${v}y\'\nc: |-\n  ${v}\nd: >-\n  <${v}>\nf: ["${v}", {\'k\': \'${v}\'}]\n"k${v}": &z "${v}"\ng: *z\n---\nlast: "${v}${v}"\n';
    fc.assert(
      fc.property(nasty, (v) => {
        expect(filled(text, { v })).toEqual([{ a: v, b: `x${v}y`, c: v, d: `<${v}>`, f: [v, { k: v }], [`k${v}`]: v, g: v }, { last: v + v }]);
      }),
      { numRuns: 1_000 },
    );
  });
  test('an unquoted one holds what its text means, and the document stays as it is', () => {
    fc.assert(
      fc.property(nasty, (v) => {
        const meant = plainValue(v);
        const text = 'a: 1\nb: ${v}\nc: [x]\n';
        if (meant.ok) expect(filled(text, { v })).toEqual([{ a: 1, b: meant.value, c: ['x'] }]);
        else expect(fillTemplateText(text, { v }).ok).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
  test('an escaped placeholder is its own text, whatever the parameters', () => {
    fc.assert(
      fc.property(nasty, fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,20}$/), (v, name) => {
        expect(value(`"$\${${name}}"`, { [name]: v })).toBe(`\${${name}}`);
      }),
    );
  });
  test('JSON is read as JSON', () => {
    const scalars = [fc.string(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), fc.boolean(), fc.constant(null)];
    fc.assert(
      fc.property(fc.object({ values: scalars, maxDepth: 4 }), fc.constantFrom(0, 2, '\t'), (tree, indent) => {
        const json = JSON.stringify(tree, undefined, indent);
        fc.pre(!json.includes('${'));
        expect(JSON.stringify(filled(json)[0])).toBe(JSON.stringify(tree));
      }),
    );
  });
});

describe('templateParameters', () => {
  it('names them in the order in which they first appear, without comments and escapes', () => {
    const text = '# ${comment}\nb: ${b} ${a}\n"${k}": [\'${b}\', "$${no}"]\nc: |\n  ${c.d}\n---\nx: &x ${y}\nz: *x\n';
    expect(accepted(templateParameters(text))).toEqual(['b', 'a', 'k', 'c.d', 'y']);
  });
  it('refuses what does not parse', () => expect(refusal(templateParameters('a: ['))).toMatch(/^line 1, column/));
});

describe('checkTemplate', () => {
  test.each(['a: 1', 'a: ${b}\nreplicas: ${n}\n', '---\n---\nkind: Pod\n', '\ufeff{}'])('accepts %j', (text) =>
    expect(checkTemplate(text)).toEqual({ ok: true, value: undefined }),
  );
  test.each([
    ['', 'line 1, column 1: it holds no document: write at least one'],
    ['# only\n---\n...\n', 'line 1, column 1: it holds no document'],
    ['a: 1\n---\n- b\n', 'line 3, column 1: document 2 is a list'],
    ['a: b: c\n', 'line 1, column'],
    ['a: "\n', 'line 2, column'],
    ['a: *b\n', 'line 1, column 4: the alias'],
    ['a: !Ref b\n', 'line 1, column 9: the tag'],
    [`a: ${'x'.repeat(200_000)}`, 'it has 200003 bytes: at most 200000 are allowed'],
    [`a: ${'['.repeat(100)}${']'.repeat(100)}`, 'it is nested too deeply: at most 64 levels'],
  ])('refuses %j', (text, why) => expect(refusal(checkTemplate(text))).toContain(why));
});
