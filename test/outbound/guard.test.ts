/** Where calls may go: every spelling of a forbidden address, names that lead to one, and names that change their mind. */
import { describe, expect, it } from 'vitest';
import { makeOutbound, type OutboundOptions } from '../../functions/outbound/request.ts';
import type { OutboundAnswer } from '../../functions/targets/target.ts';
import { serveHttp } from './loopback.ts';

/** What a resolver would say; anything else is not asked for. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1'],
  'localhost.': ['127.0.0.1'],
  '127.0.0.1.nip.io': ['127.0.0.1'],
  'metadata.google.internal': ['169.254.169.254'],
  'inside.example': ['10.1.2.3'],
  'six.example': ['fd00::1'],
  'mixed.example': ['93.184.216.34', '10.0.0.1'],
  'mixed-six.example': ['2606:4700:4700::1111', '::1'],
  'good.com': ['169.254.1.1'],
};
const lookup = async (host: string) => (NAMES[host] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

const call = (url: string, options: Partial<OutboundOptions> = {}): Promise<OutboundAnswer> =>
  makeOutbound({ allow: [], clock: () => 0, lookup, timeoutMs: 2_000, ...options })(
    { method: 'POST', url, headers: {}, body: '{}' },
    new AbortController().signal,
  );

const HOSTS = [
  '127.0.0.1',
  '0x7f.1',
  '2130706433',
  '017700000001',
  '127.1',
  '0',
  '0.0.0.0',
  '[::1]',
  '[::]',
  '[::1]:9876',
  '[::ffff:127.0.0.1]',
  '[::7f00:1]',
  '[64:ff9b::7f00:1]',
  '①②⑦.⓪.⓪.①',
  '１２７.０.０.１',
  '127。0。0。1',
  '169.254.169.254',
  '169.254.169.254.',
  '0251.0376.0251.0376',
  '169.254.43518',
  '0xa9fea9fe',
  '2852039166',
  '169.254.170.2',
  '100.100.100.200',
  '[fd00:ec2::254]',
  'localhost',
  'localhost.',
  'LOCALHOST',
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  '127.0.0.1.nip.io',
  'metadata.google.internal',
  'inside.example',
  'six.example',
  '10.0.0.1',
  '192.168.1.1',
  '172.16.0.1',
];

describe.each(['https', 'http'])('%s', (scheme) => {
  it.each(HOSTS)('to %s is refused before anything is sent', async (host) => {
    const answer = await call(`${scheme}://${host}/`);
    expect(answer.is).toBe('forbidden');
    expect(answer.exchange).not.toHaveProperty('response');
    expect(answer.exchange.error).toMatch(/public https|plain http/);
  });
});

it.each([
  ['https://user@169.254.169.254/', 'user name'],
  ['https://1:2@[::1]/', 'user name'],
  ['https://good.com\\@169.254.169.254/', 'link-local'],
  ['https://169.254.169.254#@good.com/', 'link-local'],
  ['https://[fe80::1%25eth0]/', 'not a URL'],
  ['http://example.com/', 'plain http'],
  ['ftp://example.com/', 'scheme ftp:'],
  ['file:///etc/passwd', 'scheme file:'],
  ['data:text/plain,x', 'scheme data:'],
  ['//example.com/', 'not a URL'],
  ['', 'not a URL'],
  ['https://', 'not a URL'],
])('%s is refused, saying why', async (url, words) => {
  const answer = await call(url);
  expect(answer.is === 'forbidden' && answer.why).toContain(words);
});

it.each(['https://mixed.example/', 'https://mixed-six.example/'])('%s is refused: one forbidden answer is enough', async (url) => {
  expect(await call(url)).toMatchObject({ is: 'forbidden', why: expect.stringContaining('leads to') });
});

it('a password in the address is not recorded', async () => {
  const answer = await call('https://me:hunter22@example.com/');
  expect(answer.is).toBe('forbidden');
  expect(JSON.stringify(answer)).not.toContain('hunter22');
});

describe('the list of exceptions', () => {
  it('opens exactly host and port', async () => {
    const server = await serveHttp((_, response) => response.end('in'));
    const other = await serveHttp((_, response) => response.end('other'));
    const allow = [`127.0.0.1:${server.port}`];
    expect(await call(server.origin, { allow })).toMatchObject({ is: 'answered', body: 'in' });
    expect(await call(other.origin, { allow })).toMatchObject({ is: 'forbidden' });
    expect(await call(`http://localhost:${server.port}`, { allow })).toMatchObject({ is: 'forbidden' });
    expect(await call(`http://2130706433:${server.port}`, { allow })).toMatchObject({ is: 'answered' });
  });

  it('opens a name with its default port too, but never metadata', async () => {
    const asked: string[] = [];
    const spy = async (host: string) => {
      asked.push(host);
      return [{ address: '169.254.169.254', family: 4 }];
    };
    expect(await call('https://inside.example/', { allow: ['inside.example:443'], lookup: spy })).toMatchObject({
      is: 'forbidden',
      why: expect.stringContaining('link-local'),
    });
    expect(asked).toEqual(['inside.example']);
    expect(await call('http://169.254.169.254/', { allow: ['169.254.169.254:80'] })).toMatchObject({ is: 'forbidden' });
  });

  it.each(['127.0.0.1', ':80', 'http://x:80', 'a b:80', '127.0.0.1:80:'])('refuses %j as an entry', (entry) => {
    expect(() => makeOutbound({ allow: [entry], clock: () => 0 })).toThrow('is not host:port');
  });
});

it('a name is resolved once, and the connection goes where the check looked', async () => {
  const server = await serveHttp((_, response) => response.end('checked'));
  const asked: string[] = [];
  const rebinding = async (host: string) => {
    asked.push(host);
    return [{ address: asked.length === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
  };
  const answer = await call(`http://rebind.example:${server.port}/`, { allow: [`rebind.example:${server.port}`], lookup: rebinding });
  expect(answer).toMatchObject({ is: 'answered', body: 'checked' });
  expect(asked).toEqual(['rebind.example']);
});

it('several fine answers are tried in turn', async () => {
  const server = await serveHttp((_, response) => response.end('second'));
  const both = async () => ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }));
  expect(await call(`http://two.example:${server.port}/`, { allow: [`two.example:${server.port}`], lookup: both })).toMatchObject({
    is: 'answered',
    body: 'second',
  });
});
