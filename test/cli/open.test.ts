/** `image-triggers open`: an address for the page, and who has a session. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, startCommandLine } from './command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
});
afterAll(() => cli.stop());

test('prints the address on standard output, and says so where no browser can be started', async () => {
  const address = /^https:\/\/hooks\.example\/console\/enter#\S+\n$/;
  expect(await cli.ok('open')).toMatchObject({ out: expect.stringMatching(address), err: expect.stringContaining('open the address yourself, once, until 2') });
  // Nothing but the address, so that a shell can hand it on.
  for (const args of ['open --print', 'open -o name']) expect((await cli.ok(args)).out).toMatch(address);
  expect(JSON.parse((await cli.ok('open -o json')).out)).toMatchObject({ url: expect.stringMatching(/console\/enter#/), expiresAt: expect.any(String) });
});

test('lists sessions and ends one', async () => {
  const { out } = await cli.ok('open --print -o name');
  const code = new URL(out.trim()).hash.slice(1);
  const opened = await cli.api.app.request(
    '/console/session',
    { method: 'POST', headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' }, body: `code=${code}` },
    { requestId: 'browser' },
  );
  expect(opened.status).toBe(303);
  const id = (await cli.ok('open --list -o name')).out.trim();
  expect(id).toMatch(/^[0-9A-Z]{26}$/);
  expect((await cli.ok(`open --end ${id} --yes`)).out).toContain(id);
  expect((await cli.run(`open --end ${id} --yes`)).code).toBe(1);
});
