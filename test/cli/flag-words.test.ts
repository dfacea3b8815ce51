/** What the API says of fields is said of flags, by the commands that have them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, startCommandLine } from './command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
  await cli.ok('application create web --http https://web.example');
  await cli.ok('hook create hub --registry generic --registry-host r.example');
  await cli.ok('trigger create left --hook hub --repository shop/web --application web');
  await cli.ok("hook update hub --only 'team/*'");
  await cli.ok('hook create off --registry generic --registry-host r.example');
  await cli.ok('hook disable off');
});
afterAll(() => cli.stop());

test.each([
  ['hook create x --registry generic', 'error: --registry-host: it is missing: generic '],
  ["hook create x --registry generic --registry-host r.example --host-alias 'a b'", 'error: --host-alias: '],
  ['hook create x --registry generic --registry-host r.example --sweep-minutes 5', 'the hook gives --access'],
  ['trigger create x --registry nonsense --repository a/b --application web', 'error: --registry: "nonsense" is no format'],
  ['trigger create x --repository a/b --application web', 'the name of one that exists as --hook'],
  ['hook test off --repository shop/web --tag v1', 'or ask with --dry-run'],
  ['application create x --http nonsense', 'error: --http: '],
])('%s', async (args, said) => {
  const { code, out, err } = await cli.run(args);
  expect(code).toBeGreaterThan(0);
  expect(out).toBe('');
  expect(err).toContain(said);
  expect(err).not.toMatch(/"(?:registryHost|hostAliases|repositories|access|registry|hook|dry)"/);
});

test('what is said of a hook is said so wherever it is', async () => {
  expect((await cli.ok('explain r.example/shop/web:v1')).err).toContain('add it to --only of the hook');
  expect((await cli.ok('trigger show left')).err).toContain('add it to --only of the hook');
});

test('what begins with a name is no problem of a field', async () => {
  await cli.ok('trigger create tag --hook hub --repository team/web --application web');
  await cli.ok('application disable web');
  expect((await cli.ok('hook test hub --repository team/web --tag v1 --dry-run')).err).toMatch(/^tag: the application web is disabled/m);
});

test('a target from a file, and a file of definitions, have their own fields', async () => {
  expect((await cli.run('application create x --target -', { stdin: '{"kind":"ecs","service":"web"}' })).err).toContain('\n  target.cluster: is missing');
  const file = 'apiVersion: image-triggers/v1\nkind: Hook\nname: x\nregistry: generic\n';
  expect((await cli.run('apply -f -', { stdin: file })).err).toContain('hook/x: registryHost: it is missing');
});
