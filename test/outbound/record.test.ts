/** No secret survives in a record, wherever it came from. */
import { describe, expect, it } from 'vitest';
import { makeRecorder } from '../../functions/outbound/record.ts';
import { shownUrl } from '../../functions/outbound/shown-url.ts';

it.each([
  ['https://example.com/', 'https://example.com/'],
  ['https://example.com:8443/a/b#frag', 'https://example.com:8443/a/b'],
  ['https://me:pw@example.com/x', 'https://example.com/x'],
  ['https://example.com/hook?token=abc&flag&empty=', 'https://example.com/hook?token=…&…&empty=…'],
  ['https://hooks.example.com/services/T024BE7LD/B024BE7LD/a1B2c3D4e5F6g7H8i9J0k1L2', 'https://hooks.example.com/services/T024BE7LD/B024BE7LD/a1B2…'],
  ['https://example.com/hooks/it_shop_0123abcd', 'https://example.com/hooks/it_s…'],
  ['https://example.com/w/2f1c7c1e-7c1b-4a68-9b39-0f8e7c6d5b4a/run', 'https://example.com/w/2f1c…/run'],
  ['https://example.com/apis/apps/v1/namespaces/production-eu-west-1', 'https://example.com/apis/apps/v1/namespaces/production-eu-west-1'],
  ['not a url with hunter2', '(not a URL)'],
])('%s is shown as %s', (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
});

const bytes = (text: string) => Buffer.from(text);

describe('a record', () => {
  const record = makeRecorder(
    {
      method: 'POST',
      url: 'https://example.com/deploy?key=query-secret%21&n=1',
      headers: {
        Authorization: 'Bearer bearer-secret',
        'X-Custom': 'custom-secret',
        'Webhook-Signature': 'v1,c2lnbmF0dXJl',
        'Idempotency-Key': 'web.1',
        'X-Api-Key': 'api-secret',
      },
      secretHeaders: ['x-custom'],
      body: '{"image":"x"}',
    },
    () => 12,
  );

  it('redacts header names given, and those known to hold secrets', () => {
    expect(record({}).request.headers).toEqual({
      authorization: '[redacted]',
      'x-custom': '[redacted]',
      'webhook-signature': '[redacted]',
      'idempotency-key': 'web.1',
      'x-api-key': '[redacted]',
    });
  });

  it('removes secrets that the answer repeats', () => {
    const echo = 'got bearer-secret and custom-secret, api-secret, query-secret%21, query-secret!, v1,c2lnbmF0dXJl';
    const made = JSON.stringify(
      record({ response: { status: 400, headers: { 'x-echo': echo, 'set-cookie': 'session=abc' }, body: bytes(echo), complete: true }, error: echo }),
    );
    expect(made).not.toMatch(/bearer-secret|custom-secret|api-secret|query-secret|c2lnbmF0dXJl|session=abc/);
  });

  it('does not cut a secret in half at the end of what is kept', () => {
    const made = record({ response: { status: 500, headers: {}, body: bytes(`${'x'.repeat(19_995)}custom-secret`), complete: true } });
    expect(made.response?.body.text).not.toContain('custom');
    expect(made.response?.body.bytes).toBe(20_008);
  });

  it('leaves short values alone: a query n=1 must not make holes', () => {
    expect(record({ response: { status: 200, headers: {}, body: bytes('1 of 1'), complete: true } }).response?.body.text).toBe('1 of 1');
  });
});
