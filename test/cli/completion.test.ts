/** Completion: what is offered at each place, and that the shells that are here offer it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCRIPTS, SHELLS } from '../../infra/cli/completion-scripts.ts';
import { START } from '../api/api.ts';
import { type CommandLine, startCommandLine } from './command-line.ts';

const ID = `${ulid(START)}.release`;

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
  for (const name of ['shop-api', 'shop-web', 'other']) await cli.ok(`application create ${name} --http https://web.example/deploy`);
  await cli.ok('hook create hub --registry generic --registry-host r.example');
  await cli.ok('trigger create release --hook hub --repository shop/web --application shop-web');
  await cli.api.calls.put({
    ...{ id: ID, trigger: 'release', application: 'shop-web', hook: 'hub', repository: 'r.example/shop/web', tag: 'v1', order: '1#x' },
    ...{ status: 'queued', receivedAt: START, decidedAt: START },
  });
});
afterAll(() => cli.stop());

const offered = async (words: string): Promise<readonly string[]> => {
  const { out, err } = await cli.ok(`__complete -- ${words}`);
  expect(err).toBe('');
  return out.split('\n').flatMap((line) => line.split('\t')[0] || []);
};

describe('what is offered', () => {
  test.each([
    ['hook ro', ['rotate', 'rotate-credential']],
    ['app trigger-url ""', ['create', 'list', 'delete', 'help']],
    ['hook rotate --keep ""', ['former', 'newest']],
    ['hook rotate --keep = ""', ['former', 'newest']],
    ['hook rotate --keep =', ['former', 'newest']],
    ['hook rotate --keep = n', ['newest']],
    ['hook rotate --keep=n', ['--keep=newest']],
    ['call list -o y', ['yaml']],
    ['hook create x --registry ali', ['alibaba-acr']],
    ['push send --registry=har', ['--registry=harbor']],
    ['call list --status un', ['untriggered', 'unknown']],
    ['call list --status failed,sk', ['failed,skipped']],
    ['application list --state held,de', ['held,degraded']],
    ['call list --reason=hold,fr', ['--reason=hold,freeze']],
    ['hook update hub --credential h', ['header', 'hmac']],
    ['hook update hub --access p', ['public']],
    ['export application/shop-', ['application/shop-api', 'application/shop-web']],
    ['export application/other tri', ['trigger', 'trigger/release']],
    ['-o json application show shop', ['shop-api', 'shop-web']],
    ['application deploy shop-w', ['shop-web']],
    ['application deploy shop-web ""', []],
    ['application template get o', ['other']],
    ['application create ""', []],
    ['application trigger-url create shop-a', ['shop-api']],
    ['trigger list --application shop-', ['shop-api', 'shop-web']],
    ['trigger create --hook ""', ['hub', 'ecr']],
    ['trigger show ""', ['release']],
    ['call show ""', [ID]],
    ['application rollback shop-web --to-call 0', [ID]],
    ['application template put shop-web ""', [':files']],
    ['application create x --target ./', [':files']],
    ['completion ""', ['bash', 'zsh', 'fish']],
    ['nonsense applica', ['application']],
  ])('%s', async (words, values) => {
    const found = await offered(words.replaceAll('""', "''"));
    expect(found).toEqual(values);
  });

  test('flags: those of the command and those of all, each with what it means', async () => {
    expect(await offered('hook rotate --')).toEqual(expect.arrayContaining(['--keep', '--yes', '--dry-run', '--stack', '--output']));
    expect((await cli.ok('__complete -- hook rotate --ye')).out).toBe('--yes\tdo it without asking\n');
  });

  test('where the engine cannot be asked it is nothing, and no message', async () => {
    expect(await cli.run(`__complete -- hook show --data ${cli.data}/nowhere ''`)).toEqual({ code: 0, out: '', err: '' });
    expect(await cli.run("__complete -- hook show --stack a --data b ''")).toEqual({ code: 0, out: '', err: '' });
  });

  test('it is no command for people', async () => {
    expect((await cli.ok('--help')).out).not.toContain('__complete');
  });
});

test('the script goes to stdout; how it is used is said on a terminal alone', async () => {
  for (const shell of SHELLS) {
    expect(await cli.ok(`completion ${shell}`)).toMatchObject({ out: expect.stringContaining('image-triggers'), err: '' });
    expect((await cli.ok(`completion ${shell}`, { columns: 80 })).err).toContain('Next:');
  }
  expect(await cli.run('completion tcsh')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('bash, zsh, fish') });
});

test('a path with blanks and quotes stays one word', () => {
  for (const shell of SHELLS) expect(SCRIPTS[shell](["/a b/it's"])).toContain(shell === 'fish' ? "'/a b/it\\'s'" : "'/a b/it'\\''s'");
});

/** What the shell says when it runs `lines`. */
const shell = async (program: string, args: readonly string[], lines: string): Promise<string> => {
  const child = spawn(program, [...args, '-c', lines], { env: { ...process.env, IMAGE_TRIGGERS_DATA: cli.data }, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  await once(child, 'close');
  return out;
};

const scriptFile = async (name: keyof typeof SCRIPTS): Promise<string> => {
  const file = join(cli.data, `completion.${name}`);
  await writeFile(file, (await cli.ok(`completion ${name}`)).out);
  return file;
};

const BASH = '/bin/bash';
test.skipIf(!existsSync(BASH))('bash: what <Tab> would show, also when it is read twice, and without running what was typed', async () => {
  const file = await scriptFile('bash');
  const tab = (...words: readonly string[]): string =>
    `COMP_WORDS=(image-triggers ${words.join(' ')}); COMP_CWORD=${words.length}; _image_triggers; echo "\${COMPREPLY[*]}"\n`;
  const out = await shell(
    BASH,
    ['--norc'],
    [
      `set -u; source ${file}; source ${file}; complete -p image-triggers\n`,
      tab('hook', 'ro'),
      tab('application', 'show', 'shop-'),
      tab('application', 'show', "''"),
      tab('hook', 'rotate', '--keep', '=', 'f'),
      tab('hook', 'show', `'$(touch ${cli.data}/ran)'`),
    ].join(''),
  );
  expect(out.split('\n')).toEqual([
    'complete -F _image_triggers image-triggers',
    'rotate rotate-credential',
    'shop-api shop-web',
    'other shop-api shop-web',
    'former',
    '',
    '',
  ]);
  expect(existsSync(`${cli.data}/ran`)).toBe(false);
});

const found = (name: string): string =>
  (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, name))
    .find(existsSync) ?? '';

test.skipIf(found('zsh') === '')('zsh reads it', async () => {
  const file = await scriptFile('zsh');
  expect(await shell(found('zsh'), ['-f'], `source ${file} && print -r -- $_comps[image-triggers]\n`)).toBe('_image_triggers\n');
});

test.skipIf(found('fish') === '')('fish: what <Tab> would show', async () => {
  const file = await scriptFile('fish');
  const tabs = ['application show shop-', 'hook rotate --keep ', 'hook rot'].map((words) => `complete -C 'image-triggers ${words}'`);
  const out = await shell(found('fish'), ['--no-config'], [`source ${file}`, ...tabs].join('\n'));
  expect(out.split('\n')).toEqual([
    ...['shop-api', 'shop-web', 'former', 'newest'],
    ...[expect.stringMatching(/^rotate\tmake/), expect.stringMatching(/^rotate-credential\tset/), ''],
  ]);
});
