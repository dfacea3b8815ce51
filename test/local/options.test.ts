import { describe, expect, it } from 'vitest';
import { DEFAULT_OPTIONS, isLoopback, readOptions } from '../../infra/local/options.ts';

describe('the command line of the engine', () => {
  it('has defaults that only this machine can reach', () => {
    expect(readOptions([])).toEqual(DEFAULT_OPTIONS);
    expect(isLoopback(DEFAULT_OPTIONS.host)).toBe(true);
  });

  it('reads every option', () => {
    const args = [
      '--port',
      '0',
      '--host',
      '0.0.0.0',
      '--data',
      'd',
      '--allow',
      'localhost:80',
      '--allow',
      '[::1]:81',
      '--chaos',
      '7',
      '--assembly',
      'a',
      '--public-url',
      'https://x.example/',
      '--verbose',
    ];
    expect(readOptions(args)).toEqual({
      port: 0,
      host: '0.0.0.0',
      data: 'd',
      allow: ['localhost:80', '[::1]:81'],
      chaos: 7,
      assembly: 'a',
      publicUrl: 'https://x.example',
      verbose: true,
    });
    expect(readOptions(['--help'])).toBe('help');
  });

  it.each([
    [['--port', '70000'], /--port 70000: must be a whole number from 0 to 65535/],
    [['--port', 'x'], /--port x/],
    [['--chaos', 'x'], /--chaos x/],
    [['--allow', 'localhost'], /--allow localhost: must be HOST:PORT/],
    [['--allow', 'localhost:0'], /--allow localhost:0/],
    [['--allow', 'http://a:1'], /--allow http/],
    [['--public-url', 'ftp://x'], /--public-url ftp/],
    [['--colour', 'red'], /--colour/],
  ])('refuses %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });

  it.each([
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.1.4', false],
    ['::1', true],
    ['localhost', true],
    ['127.8.8.8', true],
  ])('%s is this machine only: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
