/** Templates nobody thought of: only the marked letters change, whatever the style. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Document, parseAllDocuments } from 'yaml';
import { setTemplateImages, templateImages } from '../../functions/core/template-images.ts';
import { accepted, DIGEST, edited, original } from './template-marks.ts';
import { markedTemplates, PARAMETERS } from './template-writer.ts';

const WANTED = [{ image: { repository: 'r.io/shop/web', tag: 'green', digest: DIGEST }, hosts: ['vpc.r.io'] }];

describe('templates written at random', () => {
  test('byte for byte outside of the image', () => {
    let marks = 0;
    fc.assert(
      fc.property(markedTemplates, (marked) => {
        const text = original(marked);
        const count = marked.split('‹').length - 1;
        const edit = setTemplateImages(text, WANTED, PARAMETERS);
        if (count === 0) {
          expect(edit).toMatchObject({ ok: false, why: expect.stringContaining('none uses r.io/shop/web') });
          return;
        }
        marks += count;
        expect(accepted(edit)).toMatchObject({ text: edited(marked), matched: count });
        expect(accepted(setTemplateImages(edited(marked), WANTED, PARAMETERS))).toEqual({ text: edited(marked), changed: [], matched: count });
      }),
      { numRuns: 600 },
    );
    expect(marks).toBeGreaterThan(300);
  });
});

describe('templates written by a library', () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant('image: other.io/x:blue'),
    fc.string({ unit: fc.constantFrom('a', ' ', '\n', ':', '#', '"', "'") }),
  );
  const container = fc.constant({ image: 'r.io/shop/web:blue' });
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        fc.string().filter((key) => !['image', 'kind', '<<', 'selector', 'labels', 'annotations', 'matchLabels', 'nodeSelector'].includes(key)),
        tie('value'),
        { maxKeys: 4 },
      ),
      container,
    ),
  }));
  const style = fc.record({
    collectionStyle: fc.constantFrom('any' as const, 'flow' as const),
    defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const, 'BLOCK_LITERAL' as const, 'BLOCK_FOLDED' as const),
    defaultKeyType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const),
    indent: fc.constantFrom(1, 2, 4),
    indentSeq: fc.boolean(),
    lineWidth: fc.constantFrom(0, 20, 80),
    flowCollectionPadding: fc.boolean(),
  });
  test('in every style it has', () => {
    let changed = 0;
    fc.assert(
      fc.property(value, style, fc.boolean(), (tree, options, windows) => {
        const written = new Document({ tree, last: { image: 'r.io/shop/web:blue' } }, { aliasDuplicateObjects: true }).toString(options);
        // It writes some texts that are none by its own reading: an empty list in block style, a colon on a line of its own.
        fc.pre([...parseAllDocuments(written)].every(({ errors }) => errors.length === 0));
        const text = windows ? written.replaceAll('\n', '\r\n') : written;
        const edit = accepted(setTemplateImages(text, WANTED, {}));
        // The text of the image stands nowhere else.
        expect(edit.text).toBe(text.replaceAll('r.io/shop/web:blue', `r.io/shop/web:green@${DIGEST}`));
        expect(accepted(templateImages(edit.text, {})).filter(({ image }) => image === `r.io/shop/web:green@${DIGEST}`)).toHaveLength(edit.matched);
        changed += edit.changed.length;
      }),
      { numRuns: 500 },
    );
    expect(changed).toBeGreaterThan(300);
  });
});
