/** What is shown to be copied: words of a command as a shell takes them, and a URL with where it can be reached from. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from '../../infra/cli/shell-word.ts';
import { shownOnce } from '../../infra/cli/shown-once.ts';

test.each(['01JZ0000000000000000000000.release', 'url-01jz', 'r.example:5000/shop/web@sha256:ab'])('%s stays as it is', (word) => {
  expect(shellWord(word)).toBe(word);
});

test.each(['!web', "it's", 'a b', '', '$HOME', 'a\\b'])('%j comes out of a shell as it went in', (word) => {
  expect(shellWord(word)).not.toBe(word);
  expect(execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' })).toBe(word);
});

test.each(['http://127.0.0.1:7420/hooks/x', 'http://localhost/hooks/x', 'http://[::1]:7420/hooks/x'])('%s leads no registry here', (url) => {
  expect(shownOnce(url)).toEqual([expect.stringContaining('shown this once.'), expect.stringContaining('npm start -- --host 0.0.0.0 --public-url')]);
});

test('of a public URL that is not said', () => {
  expect(shownOnce('https://hooks.example/hooks/x', '; more')).toEqual(['\nThe URL is a secret and is shown this once; more.']);
});
