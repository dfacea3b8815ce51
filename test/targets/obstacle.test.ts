/** A blind target says what keeps it from being told anything, without telling it. */
import { expect, test } from 'vitest';
import { targetOf } from '../../functions/targets/index.ts';
import type { TargetIo } from '../../functions/targets/target.ts';
import { makeIo } from './io.ts';

const KEY = 'ssm:/image-triggers/key';
const ADDRESS = 'https://it.example/hook/trigger?token=abc';

const CONFIGS = [
  { kind: 'http', url: 'https://web.example/deploy', authorization: KEY },
  { kind: 'app-center', url: KEY, body: 'empty' },
] as const;

const silent = (secrets: Readonly<Record<string, string>>): TargetIo => ({
  ...makeIo({ secrets }),
  request: () => Promise.reject(new Error('it was told something')),
});

const obstacleOf = async (config: (typeof CONFIGS)[number] | { readonly kind: 'http'; readonly url: string }, io: TargetIo) => {
  const target = await targetOf(config);
  if (!target.ok || target.value.sight !== 'blind') throw new Error('a blind target was expected');
  return target.value.obstacle?.(io);
};

test.each(CONFIGS)('$kind: a secret that cannot be read', async (config) => {
  const why = { code: 'secret-unreadable', detail: expect.stringContaining(KEY) };
  expect(await obstacleOf(config, silent({}))).toEqual({ is: 'refused', why });
  expect(await obstacleOf(config, silent({ [KEY]: 'two\nlines' }))).toEqual({ is: 'refused', why });
});

test('none where all can be read, or nothing is needed', async () => {
  for (const config of CONFIGS) expect(await obstacleOf(config, silent({ [KEY]: ADDRESS }))).toBeUndefined();
  expect(await obstacleOf({ kind: 'http', url: 'https://web.example/deploy' }, silent({}))).toBeUndefined();
});
