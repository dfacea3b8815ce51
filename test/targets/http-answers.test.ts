/** What each answer of an `http` target means. */
import { describe, expect, it } from 'vitest';
import { retryAfterOf } from '../../functions/core/retry-after.ts';
import { serveHttp, serveTcp } from '../outbound/loopback.ts';
import { NOW } from './fake-ecs.ts';
import { GREEN, makeIo, wanted } from './io.ts';
import { targetOf } from './kinds.ts';

const tell = async (url: string, allow: readonly string[], timeoutMs?: number) => {
  const target = targetOf({ kind: 'http', url });
  if (!target.ok || target.value.sight !== 'blind') throw new Error('no blind target');
  return target.value.apply({ set: [wanted('v2', GREEN)] }, makeIo({ allow, ...(timeoutMs === undefined ? {} : { timeoutMs }) }));
};

const answering = async (status: number, headers: Readonly<Record<string, string>> = {}, body = '') => {
  const server = await serveHttp((_, response) => response.writeHead(status, headers).end(body));
  return tell(server.origin, [`127.0.0.1:${server.port}`]);
};

it.each([200, 201, 202, 204, 299])('%i is delivered', async (status) => {
  expect(await answering(status)).toMatchObject({ is: 'delivered', exchange: { response: { status } } });
});

it.each([300, 302, 304, 400, 401, 403, 404, 405, 410, 413, 422])('%i is refused for good', async (status) => {
  const outcome = await answering(status, {}, status === 304 ? '' : ' the\n reason ');
  expect(outcome).toMatchObject({
    is: 'refused',
    why: { code: 'target-refused', detail: status === 304 ? 'answered 304' : `answered ${status}: the reason` },
    exchange: { response: { status } },
  });
});

it.each([408, 409, 425, 429, 500, 501, 502, 503, 504, 599])('%i is tried again', async (status) => {
  expect(await answering(status, {}, 'busy')).toMatchObject({
    is: 'unavailable',
    answered: true,
    why: { code: 'unavailable', detail: `answered ${status}: busy` },
  });
});

it('a redirect to metadata is not followed, and said', async () => {
  const outcome = await answering(302, { location: 'http://169.254.169.254/latest/?token=secret-token' });
  expect(outcome).toMatchObject({
    is: 'refused',
    why: { code: 'target-refused', detail: 'answered 302 to http://169.254.169.254/latest/?token=…, which is not followed' },
  });
});

it.each([
  ['120', 120_000],
  [new Date(NOW + 90_000).toUTCString(), 90_000],
  [new Date(NOW - 90_000).toUTCString(), 0],
])('Retry-After: %s is %i ms', async (value, retryAfter) => {
  expect(await answering(503, { 'retry-after': value })).toMatchObject({ is: 'unavailable', retryAfter });
});

it.each(['', 'soon', '-5', '1.5', '0x10', '99999999999999', 'January 2026'])('Retry-After: %j says nothing', (value) => {
  expect(retryAfterOf(value, NOW)).toBeUndefined();
});

it('silence: unknown whether the target acted', async () => {
  const server = await serveHttp(() => {});
  expect(await tell(server.origin, [`127.0.0.1:${server.port}`], 100)).toMatchObject({
    is: 'unavailable',
    answered: false,
    why: { code: 'unavailable', detail: expect.stringContaining('did not answer') },
  });
});

it('a reset after the request: unknown', async () => {
  const server = await serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy()));
  expect(await tell(server.origin, [`127.0.0.1:${server.port}`])).toMatchObject({ is: 'unavailable', answered: false });
});

it('an answer of 10 MB is delivered, and kept small', async () => {
  const outcome = await answering(200, {}, 'x'.repeat(10_000_000));
  expect(outcome).toMatchObject({ is: 'delivered', exchange: { response: { body: { complete: false, bytes: 65_536 } } } });
  expect(JSON.stringify(outcome).length).toBeLessThan(8_000);
});

describe('a forbidden address', () => {
  it.each(['https://127.0.0.1/', 'https://169.254.169.254/latest/meta-data/', 'http://1.1.1.1/', 'https://[::1]/'])('%s is refused for good', async (url) => {
    expect(await tell(url, [])).toMatchObject({
      is: 'refused',
      why: { code: 'address-forbidden', detail: expect.any(String) },
      exchange: { error: expect.any(String) },
    });
  });
});
