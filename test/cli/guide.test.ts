/** `hook guide`: without the URL, and with a second one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, startCommandLine } from './command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
  await cli.ok('hook create hub --registry generic --registry-host r.example');
});
afterAll(() => cli.stop());

test('names the place of the URL, and the command that makes a second one', async () => {
  const { out, err } = await cli.ok('hook guide hub');
  expect(out).toContain(`-d '{"image":"r.example/PATH:TAG@DIGEST"}' 'https://hooks.example/hooks/<THE TOKEN>'\n`);
  expect(err).toContain('Try: image-triggers hook guide hub --rotate\n');
  expect((await cli.api.ports.hooks.get('hub'))?.tokens).toHaveLength(1);
});

test('--rotate puts the second URL into it, beside the first', async () => {
  const { out, err } = await cli.ok('hook guide hub --rotate');
  expect(out).toMatch(/'https:\/\/hooks\.example\/hooks\/it_hub_\w+'\n/);
  expect(err).toMatch(/valid until 2026-07-07.*\nNext: .* hook rotate hub --keep newest\n/);
  expect(err).not.toContain('it_hub');
  expect((await cli.api.ports.hooks.get('hub'))?.tokens).toHaveLength(2);
  expect(await cli.run('hook guide hub --rotate')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('--keep former') });
  expect(JSON.parse((await cli.ok('hook guide hub --rotate --keep former --yes -o json')).out)).toMatchObject({ url: expect.stringContaining('it_hub') });
});

test('as JSON it is the answer of the API; ecr has nothing to paste, and nothing to rotate', async () => {
  expect(JSON.parse((await cli.ok('hook guide hub -o json')).out)).toMatchObject({ name: 'hub', registry: 'generic' });
  const ecr = await cli.ok('hook guide ecr');
  expect(ecr.out).toContain('Nothing to paste');
  expect(ecr.err).not.toContain('--rotate');
  expect(await cli.run('hook guide ecr --rotate')).toMatchObject({ code: 1, err: expect.stringContaining('built-in-hook') });
  expect(await cli.run('hook guide hub --keep former')).toMatchObject({ code: 2 });
  expect(await cli.run('hook guide nobody')).toMatchObject({ code: 1, err: expect.stringContaining('no hook is named') });
});
