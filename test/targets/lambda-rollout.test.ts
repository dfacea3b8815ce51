/** What is made of an answer of Lambda: its fields, and what they say of an update. */
import { describe, expect, it } from 'vitest';
import { type LambdaFunction, readFunction } from '../../functions/targets/lambda-function.ts';
import { type Handle, isSince, judge, readHandle, writeHandle } from '../../functions/targets/lambda-rollout.ts';
import { BLUE, GREEN, NOW } from './io.ts';

const NAME = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web';
const OURS: Handle = { image: `${NAME}@${GREEN}`, codeSha256: 'green', modifiedAt: NOW, at: NOW };

const present = (given: Partial<LambdaFunction> = {}): LambdaFunction => ({
  ...readFunction({
    Configuration: {
      FunctionName: 'web',
      PackageType: 'Image',
      CodeSha256: 'green',
      LastModified: '2026-01-01T00:00:00.000+0000',
      LastUpdateStatus: 'Successful',
      State: 'Active',
    },
    Code: { ImageUri: `${NAME}@${GREEN}` },
  }),
  ...given,
});
const theirs = { codeSha256: 'theirs', container: { name: 'web', text: `${NAME}:theirs` } };

describe('an update', () => {
  it.each<readonly [string, Partial<LambdaFunction>, string]>([
    ['that succeeded', {}, 'updated'],
    ['without any status, as a function has before its first update', { update: undefined, state: undefined }, 'updated'],
    ['of a function that sleeps', { state: 'Inactive' }, 'updated'],
    ['under way', { update: 'InProgress' }, 'progressing'],
    ['under way, and the former image is shown', { ...theirs, update: 'InProgress' }, 'progressing'],
    ['of a function that is pending', { state: 'Pending' }, 'progressing'],
    ['that failed', { update: 'Failed' }, 'failed'],
    ['that failed, and the former image is shown', { ...theirs, update: 'Failed' }, 'failed'],
    ['of a function that failed', { state: 'Failed' }, 'failed'],
    ['of the same code by somebody else', { modifiedAt: NOW + 5_000 }, 'updated'],
    ['of other code by somebody else', { ...theirs, modifiedAt: NOW + 5_000 }, 'replaced'],
    ['of other code by somebody else, under way', { ...theirs, modifiedAt: NOW + 5_000, update: 'InProgress' }, 'replaced'],
    ['of other code that went well in the same second', theirs, 'replaced'],
    ['that an answer does not know', { ...theirs, modifiedAt: NOW - 1_000, update: 'Failed' }, 'progressing'],
  ])('%s', (_, given, is) => {
    expect(judge(present(given), OURS, NOW)).toMatchObject({ is });
  });

  it('is known by its image where no hash was told', () => {
    const handle = { image: `${NAME}@${GREEN}` };
    expect(judge(present(), handle, NOW)).toEqual({ is: 'updated' });
    expect(judge(present(theirs), handle, NOW)).toMatchObject({ is: 'replaced', detail: expect.stringContaining(`${NAME}:theirs and not ${NAME}@${GREEN}`) });
  });

  it('that failed without a reason says that', () => {
    expect(judge(present({ state: 'Failed' }), OURS, NOW)).toMatchObject({ why: { detail: 'Lambda gave no reason' }, evidence: 'the function is Failed' });
    expect(judge(present({ state: 'Failed', stateReason: 'EniLimitExceeded: no' }), OURS, NOW)).toMatchObject({ why: { detail: 'EniLimitExceeded: no' } });
  });
});

it('a function runs the digest of its image, or the one that its tag was resolved to', () => {
  const digestOf = (ImageUri: string, ResolvedImageUri?: string) => readFunction({ Configuration: {}, Code: { ImageUri, ResolvedImageUri } }).digest;
  expect(digestOf(`${NAME}@${GREEN}`)).toBe(GREEN);
  expect(digestOf(`${NAME}:v1`, `${NAME}@${BLUE}`)).toBe(BLUE);
  expect(digestOf(`${NAME}:v1`)).toBeUndefined();
});

it('a date that is none, or missing, is since nothing', () => {
  for (const LastModified of ['', 'yesterday', undefined]) {
    const read = readFunction({ Configuration: { LastModified }, Code: {} });
    expect([isSince(read, undefined), isSince(read, 0)]).toEqual([true, false]);
  }
});

describe('a handle', () => {
  it.each<Handle>([OURS, { image: 'x' }])('%j is read as it was written', (handle) => {
    expect(readHandle(writeHandle(handle))).toEqual(handle);
  });

  it.each(['{}', '[]', 'null', '{"image":1}'])('%s is no handle', (text) => {
    expect(() => readHandle(text)).toThrow('names no image');
  });
});
