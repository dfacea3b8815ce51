import { describe, expect, it } from 'vitest';
import { succeeded } from '../../infra/local/event-source.ts';

const message = (messageId: string) => ({ messageId, body: '', attributes: {}, sentAt: 0, visibleAt: 0, receives: 1, receipt: messageId });
const batch = [message('a'), message('b'), message('c')];

describe('which messages of a batch are deleted', () => {
  it.each([
    ['the failed ones stay', { batchItemFailures: [{ itemIdentifier: 'b' }] }, ['a', 'c']],
    ['no failures', { batchItemFailures: [] }, ['a', 'b', 'c']],
    ['no answer', undefined, ['a', 'b', 'c']],
    ['an empty object', {}, ['a', 'b', 'c']],
    ['an unknown id fails all', { batchItemFailures: [{ itemIdentifier: 'x' }] }, []],
    ['an empty id fails all', { batchItemFailures: [{ itemIdentifier: '' }] }, []],
    ['no id fails all', { batchItemFailures: [{ identifier: 'a' }] }, []],
    ['failures that are no list fail all', { batchItemFailures: 'a' }, []],
    ['an answer that is no object fails all', 'done', []],
  ])('%s', (_name, payload, expected) => {
    expect(succeeded(batch, { is: 'ok', payload }, true).map(({ messageId }) => messageId)).toEqual(expected);
  });

  it('none when the function failed or was too late', () => {
    expect(succeeded(batch, { is: 'timed out' }, true)).toEqual([]);
    expect(succeeded(batch, { is: 'failed', error: { errorType: 'E', errorMessage: '' } }, false)).toEqual([]);
  });

  it('all without partial failures, whatever was answered', () => {
    expect(succeeded(batch, { is: 'ok', payload: { batchItemFailures: [{ itemIdentifier: 'a' }] } }, false)).toHaveLength(3);
  });
});
