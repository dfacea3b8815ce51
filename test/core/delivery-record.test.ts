/** Records of deliveries: bounded whatever came, so that each is one write unit. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deliveryRecord, isVerdict, isWhole, type MatchVerdict, VERDICTS, verdictOf } from '../../functions/core/delivery-record.ts';

const ID = '01JZ0000000000000000000001';
const base = { id: ID, hook: 'hub', at: 0, verdict: 'ignored' } as const;
const bytes = (...texts: readonly (string | undefined)[]): number => texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0);

test('what is short stays as it is; each reference and call once', () => {
  const record = { ...base, status: 202, why: 'no tag', references: ['a/b:1', 'a/b:1', 'a/b:2'], calls: [`${ID}.web`, `${ID}.web`] };
  expect(deliveryRecord(record)).toEqual({ ...record, references: ['a/b:1', 'a/b:2'], calls: [`${ID}.web`] });
  expect(deliveryRecord({ ...base, references: [], calls: [] })).toEqual({ ...base, references: [] });
});

test('of many references five are named and the others counted', () => {
  const record = deliveryRecord({ ...base, references: Array.from({ length: 300 }, (_, i) => `a/b:${i}`) });
  expect(record.references).toEqual(['a/b:0', 'a/b:1', 'a/b:2', 'a/b:3', 'a/b:4']);
  expect(record.more).toBe(295);
});

test('the texts are at most 760 bytes, whatever they hold; what is cut says so', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 600 });
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 8 }), fc.array(fc.stringMatching(/^[a-z0-9]{90}$/), { maxLength: 8 }), (why, references, calls) => {
      const record = deliveryRecord({ ...base, why, references, calls });
      expect(bytes(record.why, ...record.references, ...(record.calls ?? []))).toBeLessThanOrEqual(760);
      expect(record.references.length + (record.more ?? 0)).toBe(new Set(references).size);
      const [first] = record.references;
      if (first !== undefined && first !== references[0]) expect(isWhole(first)).toBe(false);
      for (const part of [record.why ?? '', ...record.references]) expect(part.isWellFormed()).toBe(true);
    }),
  );
});

test('half a character, as a sender may write it, is not kept', () => {
  const record = deliveryRecord({ ...base, why: 'no \ud800', references: ['a/b:\udfff', 'a/b:\ud83d'] });
  for (const part of [record.why ?? '', ...record.references]) expect(part.isWellFormed()).toBe(true);
  expect(record).toMatchObject({ why: 'no \ufffd', references: ['a/b:\ufffd', 'a/b:\ufffd'] });
});

describe('the verdict on a delivery', () => {
  test.each<[MatchVerdict[], MatchVerdict]>([
    [['unheard', 'untriggered', 'fired'], 'fired'],
    [['unheard', 'untriggered'], 'untriggered'],
    [['fired', 'unfinished'], 'unfinished'],
    [['unheard', 'duplicate'], 'duplicate'],
    [['unheard'], 'unheard'],
    [[], 'unheard'],
  ])('%j is %s', (verdicts, whole) => expect(verdictOf(verdicts)).toBe(whole));

  test('is one of a closed list', () => {
    expect(VERDICTS.every(isVerdict)).toBe(true);
    expect(['', 'Fired', 7, undefined].some(isVerdict)).toBe(false);
  });
});
