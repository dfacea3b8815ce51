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
    [['--docker'], {}, '/var/run/docker.sock'],
    [['--docker', '--verbose'], {}, '/var/run/docker.sock'],
    [['--docker', '/run/podman.sock', '--verbose'], {}, '/run/podman.sock'],
    [['--docker'], { DOCKER_HOST: 'unix:///run/user/1000/docker.sock' }, '/run/user/1000/docker.sock'],
    [['--verbose'], { DOCKER_HOST: 'unix:///x' }, undefined],
  ])('%j with %j has the Docker socket %s', (args, env, docker) => {
    const options = readOptions(args, env);
    expect(options === 'help' ? options : options.docker).toBe(docker);
  });

  it('takes no Docker daemon of another machine', () => {
    expect(() => readOptions(['--docker'], { DOCKER_HOST: 'tcp://10.0.0.1:2375' })).toThrow(/DOCKER_HOST is tcp:.* only a socket of this machine/);
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
