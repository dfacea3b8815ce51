import { expect, it } from 'vitest';
import { calm } from '../../infra/local/chaos.ts';
import { makeStalePages, PAGES_KEPT } from '../../infra/local/stale-pages.ts';

const stale = makeStalePages({ ...calm, stalePage: () => true });
let answers = 0;
const ask = async (cursor: string): Promise<string> => {
  const { body } = await stale('Query', `{"IndexName":"feed","cursor":"${cursor}"}`, async () => ({ status: 200, headers: {}, body: String(++answers) }));
  return body;
};

it('keeps the pages of so many queries and no more, those asked last', async () => {
  expect([await ask('first'), await ask('first')]).toEqual(['1', '1']);
  for (let index = 1; index < PAGES_KEPT; index += 1) await ask(`other ${index}`);
  expect(await ask('first')).toBe('1');
  await ask('one too many');
  expect(await ask('first')).toBe(String(PAGES_KEPT + 2));
});
