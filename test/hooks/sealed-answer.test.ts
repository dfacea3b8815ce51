import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeSealedAnswers } from '../../functions/hooks/sealed-answer.ts';

const answers = makeSealedAnswers(randomBytes);

test('opens with its key and for its request, and with nothing else', () => {
  const sealed = answers.seal('key', 'request', 'text');
  expect(answers.open('key', 'request', sealed)).toBe('text');
  expect(answers.open('kez', 'request', sealed)).toBeUndefined();
  expect(answers.open('key', 'other', sealed)).toBeUndefined();
  expect(answers.open('key', 'request', sealed.slice(0, -2))).toBeUndefined();
  expect(answers.open('key', 'request', '')).toBeUndefined();
});

test('twice the same is not the same', () => {
  expect(answers.seal('key', 'request', 'text')).not.toBe(answers.seal('key', 'request', 'text'));
});
