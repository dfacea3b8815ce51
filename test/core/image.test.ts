import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { formatImage, hostOf, isDigest, isTag, normaliseRepository, parseHost, parseImage, parseRepository, pathOf } from '../../functions/core/image.ts';
import { isDigestLike, isDomain, isIdentifier, isPath, parseReference } from '../../functions/core/reference.ts';
import * as vectors from './image-vectors.ts';

const WHY: Readonly<Record<vectors.Refusal, RegExp>> = {
  empty: /is empty/,
  format: /is not an image reference/,
  uppercase: /has upper-case letters/,
  'too-long': /at most 255 are allowed/,
  'digest-length': /has \d+ hex digits/,
  'digest-algorithm': /digest algorithm "\w+" is not supported/,
};

describe('the grammar, by the published vectors', () => {
  test.each(vectors.PARSE)('Parse $input', ({ input, refusal, ...pieces }) => {
    const reference = parseReference(input);
    if (refusal === undefined) expect(reference).toEqual({ ok: true, value: pieces });
    else expect(reference).toMatchObject({ ok: false, why: expect.stringMatching(WHY[refusal]) });
  });
  it('knows sha512 too', () => {
    expect(parseReference(vectors.REGISTERED_HERE)).toMatchObject({ ok: true, value: { path: 'validname', digest: vectors.REGISTERED_HERE.slice(10) } });
  });
  test.each(vectors.NO_NAMES)('no name: %s', (input) => expect(parseRepository(input).ok).toBe(false));
  test.each([...vectors.DOMAIN_AND_PATH, ...vectors.FULL_NAMES])('name %s', (input, domain, path) => {
    expect(parseReference(input)).toEqual({ ok: true, value: domain === undefined ? { path } : { domain, path } });
  });
  test.each(vectors.NO_FULL_NAMES)('no full name: %s', (input) => {
    expect(parseReference(input).ok).toBe(false);
    expect(parseImage(input).ok).toBe(false);
  });
  it('reads foo_bar.com:8080 as a name and a tag, since no name holds a port without a path', () => {
    expect(parseRepository('foo_bar.com:8080')).toMatchObject({ ok: false, why: expect.stringContaining('has the tag "8080"') });
  });
  it('refuses the long name of the vectors by its length alone', () => {
    expect(parseReference(vectors.LONG_NAME)).toMatchObject({ ok: true, value: { domain: 'a', path: `${'a/'.repeat(127)}a` } });
    expect(parseImage(vectors.LONG_NAME)).toMatchObject({ ok: false, why: expect.stringMatching(WHY['too-long']) });
  });
  test.each(vectors.DOMAINS)('domain %s', (input) => expect(isDomain(input)).toBe(true));
  test.each(vectors.NO_DOMAINS)('no domain: %s', (input) => expect(isDomain(input)).toBe(false));
  test.each(vectors.REFERENCES)('reference %s', (input, name, tag, digest) => {
    const reference = parseReference(input);
    if (!reference.ok) throw new Error(reference.why);
    const { domain, path } = reference.value;
    expect([domain === undefined ? path : `${domain}/${path}`, reference.value.tag, reference.value.digest]).toEqual([name, tag, digest]);
  });
  test.each(vectors.NO_REFERENCES)('no reference: %s', (input) => expect(parseReference(input).ok).toBe(false));
  test.each(vectors.IDENTIFIERS)('identifier %s', (input) => expect(isIdentifier(input)).toBe(true));
  test.each(vectors.NO_IDENTIFIERS)('no identifier: %s', (input) => expect(isIdentifier(input)).toBe(false));
});

describe('normalisation, by the published vectors', () => {
  test.each(vectors.NORMALISABLE)('%s', (input) => expect(parseImage(input)).toMatchObject({ ok: true }));
  test.each(vectors.NOT_NORMALISABLE)('not: %s', (input) => expect(parseImage(input)).toMatchObject({ ok: false }));
  test.each(vectors.SPELLINGS.flatMap(({ of, domain, path }) => of.map((input) => [input, domain, path] as const)))('%s', (input, domain, path) => {
    const repository = parseRepository(input);
    if (!repository.ok) throw new Error(repository.why);
    // The one deviation: a host has one spelling, the lower-case one.
    expect([hostOf(repository.value), pathOf(repository.value)]).toEqual([domain.toLowerCase(), path]);
  });
  test.each(vectors.NORMALISED)('%s', (input, full) => {
    const image = parseImage(input);
    if (!image.ok) throw new Error(image.why);
    expect(formatImage(image.value)).toBe(full);
  });
  test.each(vectors.CANONICAL)('canonical %s', (input) => expect(parseRepository(input)).toEqual({ ok: true, value: input }));
  test.each(vectors.NOT_CANONICAL)('not canonical: %s', (input) => expect(parseRepository(input)).not.toEqual({ ok: true, value: input }));
  it('refuses an image id with a sentence of its own, and a bare digest', () => {
    expect(vectors.IDS_ONLY.map((input) => (input.startsWith('sha256') ? true : parseImage(input).ok))).toEqual([false, true]);
    expect(parseImage(vectors.IDS_ONLY[0] ?? '')).toMatchObject({ ok: false, why: expect.stringContaining('image id') });
  });
});

describe('this project’s own rules', () => {
  test.each([
    ['REGISTRY.Example.com:5000/team/app:V1', { repository: 'registry.example.com:5000/team/app', tag: 'V1' }],
    ['INDEX.docker.io/redis', { repository: 'docker.io/library/redis' }],
    ['Docker.IO/redis', { repository: 'docker.io/library/redis' }],
    [`[2001:DB8::1]:5000/team/app@sha256:${'a'.repeat(64)}`, { repository: '[2001:db8::1]:5000/team/app', digest: `sha256:${'a'.repeat(64)}` }],
    ['localhost/app', { repository: 'localhost/app' }],
    ['liusheng-registry.cn-beijing.cr.aliyuncs.com/shop/web', { repository: 'liusheng-registry.cn-beijing.cr.aliyuncs.com/shop/web' }],
  ])('%s', (input, image) => expect(parseImage(input)).toEqual({ ok: true, value: image }));

  test.each([
    'foo_bar.com/app',
    ' redis',
    'redis ',
    'redis\n',
    'redis:',
    'redis@',
    'a/b:c/d',
    'a:b:c',
    `repo@sha256:${'F'.repeat(64)}`,
    'é/a',
    '\u212A.io/a',
    'redis\u0000',
  ])('refuses %j', (input) => expect(parseImage(input).ok).toBe(false));

  it('takes a path as a registry spells it, and nothing that only looks like ASCII in lower case', () => {
    expect(normaliseRepository('registry.cn-hangzhou.aliyuncs.com', 'namespace/repoTest')).toEqual({
      ok: true,
      value: 'registry.cn-hangzhou.aliyuncs.com/namespace/repotest',
    });
    expect(normaliseRepository('docker.io', 'Redis')).toEqual({ ok: true, value: 'docker.io/library/redis' });
    for (const path of ['', '/', 'a//b', 'a/', '../a', '\u212Aafka', 'a b', 'a:b', 'x'.repeat(256)])
      expect(normaliseRepository('example.com', path).ok).toBe(false);
    for (const host of ['', 'https://example.com', 'example.com/', 'exa mple.com', 'user@example.com', 'example.com:x'])
      expect(normaliseRepository(host, 'a').ok).toBe(false);
  });

  it('has one spelling of a host', () => {
    expect(parseHost('Index.Docker.IO')).toEqual({ ok: true, value: 'docker.io' });
    expect(parseHost('https://registry.example.com')).toMatchObject({ ok: false, why: expect.stringContaining('write only host') });
  });

  it('takes 128 characters for a tag and not one more', () => {
    expect([isTag('_'.repeat(128)), isTag('a'.repeat(129)), isTag(''), isTag('.a'), isTag('-a'), isTag('a+b'), isTag('a\n')]).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  test.each([
    [`sha256:${'0'.repeat(64)}`, true, true],
    [`sha512:${'0'.repeat(128)}`, true, true],
    [`sha256:${'0'.repeat(63)}`, false, true],
    [`sha256:${'0'.repeat(65)}`, false, true],
    [`sha512:${'0'.repeat(64)}`, false, true],
    [`sha256:${'A'.repeat(64)}`, false, true],
    [`SHA256:${'0'.repeat(64)}`, false, true],
    [`sha256+b64.x:${'0'.repeat(64)}`, false, true],
    [`constructor:${'0'.repeat(64)}`, false, true],
    [`sha256:${'x'.repeat(64)}`, false, false],
    ['sha256:457f4aa8...', false, false],
    ['sha256', false, false],
    ['', false, false],
  ])('digest %s', (input, registered, likely) => expect([isDigest(input), isDigestLike(input)]).toEqual([registered, likely]));

  it('reads a megabyte of anything at once', () => {
    const size = 1_000_000;
    const texts = ['a', '-', '/', ':', '@', '.', '_', 'a-', 'a/', 'a.', '[', 'A', '\u0000', '0:'].flatMap((piece) => {
      const long = piece.repeat(size / piece.length);
      return [long, `a${long}`, `a${long}!`, `h.io/a${long}!`];
    });
    const started = performance.now();
    for (const text of texts) {
      expect([parseImage(text).ok, parseRepository(text).ok, isTag(text), isDigest(text), parseHost(text).ok, isPath(text)]).not.toContain(true);
      normaliseRepository('example.com', text);
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

const part = fc.stringMatching(/^[a-z0-9]{1,6}(?:(?:[._]|__|-{1,3})[a-z0-9]{1,4}){0,2}$/);
const host = fc.stringMatching(/^(?:[a-zA-Z0-9]{1,4}(?:-[a-zA-Z0-9]{1,3})?(?:\.[a-zA-Z0-9]{1,4}){0,2}|\[[a-fA-F0-9:]{2,9}\])(?::[0-9]{1,5})?$/);
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const tag = fc.stringMatching(/^\w[\w.-]{0,20}$/);
const digest = fc.stringMatching(/^sha256:[0-9a-f]{64}$/);
const reference = fc
  .record({ host: fc.option(host, { nil: undefined }), path, tag: fc.option(tag, { nil: undefined }), digest: fc.option(digest, { nil: undefined }) })
  .map((r) => `${r.host === undefined ? '' : `${r.host}/`}${r.path}${r.tag === undefined ? '' : `:${r.tag}`}${r.digest === undefined ? '' : `@${r.digest}`}`);

describe('properties', () => {
  it('an image is written so that it is read back as itself', () => {
    let images = 0;
    fc.assert(
      fc.property(reference, (text) => {
        const image = parseImage(text);
        if (!image.ok) return;
        images += 1;
        expect(parseImage(formatImage(image.value))).toEqual(image);
        expect(image.value.repository).toBe(image.value.repository.toLowerCase());
        expect(`${hostOf(image.value.repository)}/${pathOf(image.value.repository)}`).toBe(image.value.repository);
      }),
      { numRuns: 1_000 },
    );
    expect(images).toBeGreaterThan(700);
  });

  it('a host and a path make the image that their text names', () => {
    fc.assert(
      fc.property(host, path, (name, inside) => {
        fc.pre(/[.:A-Z]/.test(name));
        expect(normaliseRepository(name, inside)).toEqual(parseRepository(`${name}/${inside}`));
      }),
    );
  });

  it('any text gets an answer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const image = parseImage(text);
        if (!image.ok) expect(image.why.length).toBeGreaterThan(20);
      }),
    );
  });
});
