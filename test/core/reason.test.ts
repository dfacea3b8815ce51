import { describe, expect, test } from 'vitest';
import { FINAL, OPEN } from '../../functions/core/call.ts';
import { REASONS } from '../../functions/core/reason.ts';
import { isReasonCode, REASON_STATUS } from '../../functions/core/reason-code.ts';

const statuses: readonly string[] = [...OPEN, ...FINAL];

describe.each(Object.entries(REASONS))('%s', (code, entry) => {
  test('stands with a status that there is', () => {
    expect(isReasonCode(code) && statuses.includes(REASON_STATUS[code])).toBe(true);
  });

  test('says what and what to do, in English and in Chinese', () => {
    for (const text of [entry.en.sentence, entry.en.cure]) {
      expect(text).toMatch(/^[A-Z"].*\.$/);
      expect(text).not.toMatch(/\p{Script=Han}/u);
    }
    for (const text of [entry.zh.sentence, entry.zh.cure]) {
      expect(text).toMatch(/\p{Script=Han}/u);
      expect(text).toMatch(/。$/);
    }
  });

  test('is a code as codes are written', () => {
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(isReasonCode(code)).toBe(true);
  });
});

test('every status that needs a reason has one', () => {
  const used = new Set<string>(Object.values(REASON_STATUS));
  for (const status of ['held', ...FINAL]) expect(used).toContain(status);
});

test('other texts are no codes, whatever an object has by birth', () => {
  for (const text of ['', 'toString', '__proto__', 'constructor', 'Superseded']) expect(isReasonCode(text)).toBe(false);
});
