import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Endpoint, readEndpoint, readIdentity, writeEndpoint } from '../../infra/local/data-directory.ts';
import { makeDirectory } from '../../infra/local/make-directory.ts';

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'data-'));
});
afterEach(() => rmSync(base, { recursive: true }));
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const CURE = 'give a directory that this user may write, for example --data .image-triggers';

describe('the data directory', () => {
  it('is made with all that is missing above it, private, and nothing else in it', () => {
    const directory = join(base, 'a', 'b', 'c');
    makeDirectory(directory, 'given');
    expect([modeOf(join(base, 'a')), modeOf(directory), readdirSync(directory)]).toEqual([0o700, 0o700, []]);
  });

  it('becomes private when it was made by hand, unless it holds what is not the engine’s', () => {
    const [own, home] = [join(base, 'own'), join(base, 'home')];
    mkdirSync(join(own, 'secrets'), { recursive: true });
    mkdirSync(join(home, 'photographs'), { recursive: true });
    for (const directory of [own, home]) {
      chmodSync(directory, 0o755);
      makeDirectory(directory, 'given');
    }
    expect([modeOf(own), modeOf(home)]).toEqual([0o700, 0o755]);
  });

  it('is refused where a file is', () => {
    const file = join(base, 'file');
    writeFileSync(file, '');
    expect(() => makeDirectory(file, 'given')).toThrow(`--data given: ${file} is a file, not a directory; ${CURE}`);
    expect(() => makeDirectory(join(file, 'below'), 'given')).toThrow(`--data given: ${file} is a file, not a directory; ${CURE}`);
  });

  it('is refused behind a link to nowhere', () => {
    symlinkSync(join(base, 'nowhere'), join(base, 'link'));
    expect(() => makeDirectory(join(base, 'link'), 'given')).toThrow(`--data given: ${join(base, 'link')} cannot be made (EEXIST); ${CURE}`);
  });

  // Elsewhere than on Linux there is no such place; as root every other one can be written.
  it.runIf(process.platform === 'linux').each([
    ['/proc/image-triggers/data', /^--data given: \/proc\/image-triggers cannot be made \(ENOENT\); /],
    ['/proc/self', /^--data given: cannot be written \((ENOENT|EACCES|EPERM)\); /],
  ])('%s is refused, and soon', (directory, message) => {
    expect(() => makeDirectory(directory, 'given')).toThrow(message);
  });
});

describe('credentials.json', () => {
  it('is made once, private, and read again', () => {
    const made = readIdentity(base);
    expect(readIdentity(base)).toEqual(made);
    expect([modeOf(join(base, 'credentials.json')), readdirSync(base)]).toEqual([0o600, ['credentials.json']]);
  });

  it.each(['', '{', '[]', '{"token":"s3cret"', '{"token":"s3cret","accessKeyId":7}'])('of %j is named with its cure, and nothing of it is shown', (garbage) => {
    const file = join(base, 'credentials.json');
    writeFileSync(file, garbage);
    expect(() => readIdentity(base)).toThrow(`${file} is not what the engine wrote there: put it back from a copy, or delete it and start again`);
    expect(() => readIdentity(base)).not.toThrow('s3cret');
    expect(readFileSync(file, 'utf8')).toBe(garbage);
  });
});

describe('endpoint.json', () => {
  it('is there whole or not at all, private also where an older one was not', () => {
    const endpoint: Endpoint = { url: 'u', token: 't', pid: 1, accessKeyId: 'k', secretAccessKey: 's', region: 'r', awsUrl: 'a' };
    const file = join(base, 'endpoint.json');
    writeFileSync(file, 'old', { mode: 0o644 });
    const remove = writeEndpoint(base, endpoint);
    expect([readEndpoint(base), modeOf(file), readdirSync(base)]).toEqual([endpoint, 0o600, ['endpoint.json']]);
    remove();
    expect(existsSync(file)).toBe(false);
  });
});
