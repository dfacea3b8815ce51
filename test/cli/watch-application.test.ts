import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type CommandLine, type Ran, startCommandLine } from './command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
  await cli.ok('application create web --http https://web.example/deploy');
});
afterAll(() => cli.stop());

/** Nothing happens, then a hold, then nothing again, then its end; each between two looks. */
const watched = async (args: string): Promise<Ran> => {
  const ctrlC = new AbortController();
  const happens = [async () => undefined, () => cli.ok('application hold web --why fair'), async () => undefined, async () => ctrlC.abort()];
  const ran = await cli.ok(args, { pause: async () => void (await happens.shift()?.()), interruption: ctrlC.signal });
  await cli.ok('application release web');
  return ran;
};

test('it is shown again when it has changed, and only then', async () => {
  const { out, err } = await watched('application show web --watch');
  expect(out.match(/^Name: +web$/gm)).toHaveLength(2);
  expect(out.split('\n\n')[0]).not.toContain('On hold');
  expect(out.split('\n\n')[1]).toMatch(/On hold: +fair/);
  expect(err).toBe('Watching: Ctrl-C ends it.\n');
});

test('as JSON it is one line each time, as YAML one document', async () => {
  const json = (await watched('application show web --watch -o json')).out.trimEnd().split('\n');
  expect(json.map((line) => JSON.parse(line).status.hold?.why)).toEqual([undefined, 'fair']);
  const yaml = parseAllDocuments((await watched('application show web --watch -o yaml')).out);
  expect(yaml.map((each) => each.toJS().status.hold?.why)).toEqual([undefined, 'fair']);
});

test('what is not there is not waited for', async () => {
  expect(await cli.run('application show nobody --watch')).toMatchObject({ code: 1, out: '' });
});
