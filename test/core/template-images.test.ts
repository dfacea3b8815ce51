// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates are written so
import { describe, expect, it, test } from 'vitest';
import { setTemplateImages, templateImages } from '../../functions/core/template-images.ts';
import { accepted, DIGEST, edited, OLD_DIGEST, original, refusal } from './template-marks.ts';
import { SHAPES } from './template-shapes.ts';

const wanted = (repository = 'r.io/shop/web', hosts: readonly string[] = []) => [{ image: { repository, tag: 'green', digest: DIGEST }, hosts }];
const set = (text: string, parameters: Readonly<Record<string, string>> = {}) => setTemplateImages(text, wanted(), parameters);

describe('only the image changes, byte for byte', () => {
  test.each(SHAPES)('$name', ({ marked, repository, hosts, parameters = {}, matched = 1 }) => {
    const edit = accepted(setTemplateImages(original(marked), wanted(repository, hosts), parameters));
    expect(edit.text).toBe(edited(marked));
    expect(edit.matched).toBe(matched);
    expect(edit.changed.length).toBeGreaterThan(0);
    const again = accepted(setTemplateImages(edit.text, wanted(repository, hosts), parameters));
    expect(again).toEqual({ text: edit.text, changed: [], matched });
  });
  it('has at least 30 shapes, each of its own', () => {
    expect(new Set(SHAPES.map(({ marked }) => marked)).size).toBeGreaterThanOrEqual(30);
  });
});

describe('what an image becomes', () => {
  const image = (tag?: string, digest?: string) => [
    { image: { repository: 'r.io/shop/web', ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }, hosts: [] },
  ];
  test.each([
    ['image: r.io/shop/web:blue', 'green', undefined, 'image: r.io/shop/web:green'],
    [`image: r.io/shop/web:blue@${OLD_DIGEST}`, 'green', undefined, 'image: r.io/shop/web:green'],
    [`image: r.io/shop/web:blue@${OLD_DIGEST}`, undefined, DIGEST, `image: r.io/shop/web@${DIGEST}`],
    ['image: {repository: r.io/shop/web, tag: blue}', '1.10', undefined, 'image: {repository: r.io/shop/web, tag: "1.10"}'],
    ['image: {repository: r.io/shop/web, tag: blue}', 'on', undefined, 'image: {repository: r.io/shop/web, tag: "on"}'],
    ['image: {repository: r.io/shop/web, tag: blue}', 'v1.10', undefined, 'image: {repository: r.io/shop/web, tag: v1.10}'],
    [`image: {repository: r.io/shop/web, tag: a, digest: ${OLD_DIGEST}}`, 'b', undefined, 'image: {repository: r.io/shop/web, tag: b, digest: ""}'],
    [`image: {repository: r.io/shop/web, digest: ${OLD_DIGEST}}`, 'b', DIGEST, `image: {repository: r.io/shop/web, digest: ${DIGEST}}`],
    [`image: {repository: r.io/shop/web, tag: a, digest: ''}`, undefined, DIGEST, `image: {repository: r.io/shop/web, tag: "", digest: '${DIGEST}'}`],
  ])('%s with %s %s is %s', (text, tag, digest, expected) => expect(accepted(setTemplateImages(text, image(tag, digest), {})).text).toBe(expected));

  it('says each change with its path, as the template spells it', () => {
    const text = `kind: Deployment
metadata: {name: '\${app}'}
spec:
  template:
    spec:
      containers:
      - {name: demo, image: "\${registry}/shop/web:blue"}
      - image: r.io/shop/web:blue
---
image: {registry: r.io, repository: shop/web, tag: 1}
`;
    expect(accepted(set(text, { app: 'web', registry: 'r.io' })).changed).toEqual([
      {
        path: 'Deployment/web spec.template.spec.containers[demo].image',
        from: '${registry}/shop/web:blue',
        to: `\${registry}/shop/web:green@${DIGEST}`,
      },
      { path: 'Deployment/web spec.template.spec.containers[1].image', from: 'r.io/shop/web:blue', to: `r.io/shop/web:green@${DIGEST}` },
      { path: 'document 2 image', from: 'r.io/shop/web:1', to: 'r.io/shop/web:green' },
    ]);
  });
  it('says what an anchor holds once, and counts every text that names it, but a mapping only where it stands', () => {
    const text = 'a: {image: &i r.io/shop/web:blue}\nb: {image: *i }\nc: {image: &m {repository: r.io/shop/web, tag: v1}}\nd: {image: *m }\n';
    const { changed, matched } = accepted(set(text));
    expect(changed.map(({ path }) => path)).toEqual(['document 1 a.image', 'document 1 c.image']);
    expect(matched).toBe(3);
  });
  it('sets several images at once, each by its own name before those of its registry', () => {
    const text = 'a: {image: r.io/a:1}\nb: {image: vpc.r.io/a:1}\nc: {image: r.io/c:1}\n';
    const images = [
      { image: { repository: 'r.io/a', tag: '2' }, hosts: ['vpc.r.io'] },
      { image: { repository: 'vpc.r.io/a', tag: '3' }, hosts: [] },
      { image: { repository: 'r.io/c', tag: '4' }, hosts: [] },
    ];
    expect(accepted(setTemplateImages(text, images, {})).text).toBe('a: {image: r.io/a:2}\nb: {image: vpc.r.io/a:3}\nc: {image: r.io/c:4}\n');
  });
  it('takes an image that its parameters make the wanted one for matched', () => {
    expect(accepted(set('image: ${image}', { image: `r.io/shop/web:green@${DIGEST}` }))).toEqual({ text: 'image: ${image}', changed: [], matched: 1 });
  });
});

describe('refusals', () => {
  test.each([
    ['none uses it', 'kind: Pod\nmetadata: {name: x}\nspec: {image: r.io/other:1}\n', {}, 'none uses r.io/shop/web; there is Pod/x spec.image = r.io/other:1'],
    ['no image at all', 'a: 1\n', {}, 'none uses r.io/shop/web; it has no image at all'],
    ['an empty template', '', {}, 'it has no image at all'],
    ['a placeholder without a parameter hides it', 'image: ${registry}/shop/web:blue', {}, 'there is document 1 image = ${registry}/shop/web:blue'],
    [
      'the tag is a placeholder',
      'image: r.io/shop/web:${tag}',
      { tag: 'blue' },
      'document 1 image: the tag or digest in "r.io/shop/web:${tag}" comes from a placeholder: change the parameter tag instead',
    ],
    ['part of the tag is', 'image: "r.io/shop/web:v${n}"', { n: '1' }, 'change the parameter n instead'],
    ['the digest is', 'image: r.io/shop/web:blue@${d}', { d: OLD_DIGEST }, 'change the parameter d instead'],
    ['the whole image is', 'image: ${image}', { image: 'r.io/shop/web:blue' }, 'change the parameter image instead'],
    ['the name holds the tag', `image: \${image}@${OLD_DIGEST}`, { image: 'r.io/shop/web:blue' }, 'change the parameter image instead'],
    ['the tag in a key of its own is', 'image: {repository: r.io/shop/web, tag: "${tag}"}', { tag: 'blue' }, 'change the parameter tag instead'],
    [
      'a tag shared with another image',
      'a: &t blue\nb: {image: {repository: r.io/shop/web, tag: *t }}\nc: {image: {repository: r.io/api, tag: *t }}',
      {},
      'document 1 c.image: its tag or digest is shared by an anchor with another image',
    ],
    ['pieces without a tag', 'image: {repository: r.io/shop/web}', {}, 'document 1 image: beside its "repository" stands no "tag"'],
    ['a key without a value', 'image: {repository: r.io/shop/web, tag}', {}, 'write it on one line'],
    ['it does not parse', 'a: 1\nb: [\nimage: r.io/shop/web:blue\n', {}, /^line \d, column \d+: .*/],
    ['duplicate keys', 'a:\n  image: r.io/shop/web:blue\n  "image": r.io/shop/web:blue\n', {}, 'line 3, column 3: the key "image" stands twice in one mapping'],
    ['an unknown alias', 'a: *x\n', {}, 'line 1, column 4: the alias "*x" names no anchor before it'],
    ['an alias inside of itself', 'a: &x [*x ]\n', {}, 'line 1, column 8: the alias "*x" stands inside of what it names'],
    ['a list as a document', 'a: 1\n---\n- image: r.io/shop/web:blue\n', {}, 'line 3, column 1: document 2 is a list: each document is a mapping'],
    ['a text as a document', 'hello\n', {}, 'line 1, column 1: document 1 is a text'],
    ['tabs as indentation', 'a:\n\timage: r.io/shop/web:blue\n', {}, 'line 2, column 1: Tabs are not allowed as indentation'],
    [
      'a placeholder in a flow mapping',
      'a: {image: ${registry}/shop/web:blue}',
      { registry: 'r.io' },
      'line 1, column 13: a placeholder inside [ ] or { } is written in quotes',
    ],
    ['a placeholder in a flow list', 'a:\n- [${x}]', { x: '1' }, 'line 2, column 5: a placeholder inside [ ] or { } is written in quotes'],
    [
      'it would become too large',
      `image: r.io/shop/web:b # ${'x'.repeat(199_970)}`,
      {},
      /^with the image in it, it would have 200\d+ bytes: at most 200000 are allowed/,
    ],
    ['too large', `image: r.io/shop/web:blue # ${'é'.repeat(100_000)}`, {}, 'it has 200028 bytes: at most 200000 are allowed'],
  ] as const)('%s', (_, text, parameters, why) => {
    const got = refusal(set(text, parameters));
    if (typeof why === 'string') expect(got).toContain(why);
    else expect(got).toMatch(why);
    expect(got.length).toBeLessThan(400);
  });
  it('refuses when only one of two images has a place', () => {
    const images = [...wanted(), { image: { repository: 'r.io/gone', tag: '1' }, hosts: [] }];
    expect(refusal(setTemplateImages('image: r.io/shop/web:blue', images, {}))).toContain(
      'none uses r.io/gone; there is document 1 image = r.io/shop/web:blue',
    );
  });
  it('lists at most 20 of the images there are', () => {
    const text = Array.from({ length: 25 }, (_, index) => `k${index}: {image: r.io/x:${index}}\n`).join('');
    expect(refusal(set(text))).toMatch(/k19\.image = r\.io\/x:19 and 5 more$/);
  });
});

describe('templateImages', () => {
  it('leaves a placeholder without a parameter as it is', () => {
    expect(accepted(templateImages('image: ${constructor}/a:1', {}))).toEqual([{ path: 'document 1 image', image: '${constructor}/a:1' }]);
  });
  it('lists every image with its placeholders filled, aliases at each place', () => {
    const text =
      'kind: List\nitems:\n- {kind: Pod, metadata: {name: p}, image: &i "${r}/a:1"}\n- {image: *i }\n- {image: {repository: b, tag: 1.10}}\nimage: {type: string}\n';
    expect(accepted(templateImages(text, { r: 'x.io' }))).toEqual([
      { path: 'document 1 items[Pod/p].image', image: 'x.io/a:1' },
      { path: 'document 1 items[1].image', image: 'x.io/a:1' },
      { path: 'document 1 items[2].image', image: 'b:1.10' },
    ]);
  });
});
