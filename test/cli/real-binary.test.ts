/** The entry as a process of its own, over pipes and on a terminal: what only a process has. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandLine, type Ran, startCommandLine } from './command-line.ts';

const MAIN = join(import.meta.dirname, '../../infra/cli/main.ts');

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
  for (const name of ['one', 'two']) await cli.ok(`application create ${name} --http https://web.example/deploy`);
  await cli.ok('application deploy one r.example/shop/web:v1');
});
afterAll(() => cli.stop());

const environment = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  TERM: 'xterm-256color',
  IMAGE_TRIGGERS_DATA: cli.data,
  ...more,
});

/** `input` is given at once, or when `after` has been said. */
const start = async (command: string, args: readonly string[], input: string, env: NodeJS.ProcessEnv, after = ''): Promise<Ran> => {
  const child = spawn(command, [...args], { env, cwd: cli.data });
  let [out, err] = ['', ''];
  if (after === '') child.stdin.end(input);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (after !== '' && out.includes(after)) child.stdin.end(input);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = await once(child, 'close');
  return { code, out, err };
};

const run = (args: string, input = '', more: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  start(process.execPath, [MAIN, ...args.split(' ')], input, environment(more));

describe('over pipes', () => {
  test.each([
    ['application list -o name', 0, 'one\ntwo\n', /^$/],
    ['application create three --http https://web.example/deploy -o name', 0, 'three\n', /^$/],
    ['application show nobody', 1, '', /^error: no application is named "nobody".*\nTry: image-triggers application list\n$/],
    ['application delete one', 2, '', /^error: .*--yes/],
    ['application delete three --yes', 0, /Deleted: +three\n/, /Next: image-triggers application list\n/],
    ['application list --no-such-flag', 2, '', /^error: unknown option/],
    ['nonsense', 2, '', /^error: unknown command/],
    ['--help', 0, /^Usage: image-triggers /, /^$/],
  ])('%s → %d', async (args, code, out, err) => {
    const ran = await run(args);
    expect(ran).toMatchObject({ code, out: typeof out === 'string' ? out : expect.stringMatching(out), err: expect.stringMatching(err) });
  });

  test('a secret comes by standard input, and goes nowhere', async () => {
    const made = await run('hook create signed --registry ghcr --credential hmac --credential-file -', 'canary-one\n');
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining('/hooks/it_signed_') });
    expect(made.out + made.err).not.toContain('canary');
  });

  test('data and messages go apart, without colour, whatever the terminal is', async () => {
    const { out, err } = await run('call list', '', { FORCE_COLOR: '1' });
    expect(out).toMatch(/^TIME .*\n.* queued /);
    expect(out + err).not.toContain('\u001b');
  });

  test('whoever reads only the beginning ends it, and that is no failure', async () => {
    const child = spawn(process.execPath, [MAIN, '--help'], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    expect([...(await once(child, 'close')), err]).toEqual([0, null, '']);
  });
});

describe('which engine', () => {
  test('none at the place that is named: how one is started, and how a stack is named', async () => {
    expect(await run(`application list --data ${cli.data}/nowhere`)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/npm start.*--data DIR.*--stack NAME/),
    });
  });

  test('by the environment; two kinds there are refused, and a flag overrules either', async () => {
    const both = { IMAGE_TRIGGERS_STACK: 'shop', IMAGE_TRIGGERS_REGION: 'eu-central-1' };
    expect(await run('application list', '', both)).toMatchObject({
      code: 2,
      err: expect.stringContaining('IMAGE_TRIGGERS_DATA and IMAGE_TRIGGERS_STACK are both set'),
    });
    expect(await run(`application list -o name --data ${cli.data}`, '', both)).toMatchObject({ code: 0, out: 'one\ntwo\n' });
    // Nothing listens there, so what it says shows which stack it looked for, and where.
    const nobody = {
      ...both,
      AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://127.0.0.1:9',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_MAX_ATTEMPTS: '1',
    };
    expect(await run('application list', '', { ...nobody, IMAGE_TRIGGERS_DATA: '' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('the stack shop'),
    });
    expect(await run('application list --stack other', '', nobody)).toMatchObject({ code: 1, err: expect.stringContaining('the stack other') });
  });
});

// Of util-linux: gives a command a terminal, and passes its end on.
const SCRIPT = '/usr/bin/script';
describe.skipIf(process.platform !== 'linux' || !existsSync(SCRIPT))('on a terminal', () => {
  const onTerminal = async (args: string, typed: string, more: Readonly<Record<string, string>> = {}): Promise<Ran> =>
    start(SCRIPT, ['-qec', `'${process.execPath}' '${MAIN}' ${args}`, '/dev/null'], typed, environment(more), typed === '' ? '' : '[y/N] ');

  test('a status is coloured, but not with NO_COLOR, nor where the terminal is dumb', async () => {
    expect((await onTerminal('call list', '')).out).toContain('\u001b[36mqueued\u001b[39m');
    expect((await onTerminal('call list', '', { NO_COLOR: '1' })).out).not.toContain('\u001b[36m');
    expect((await onTerminal('call list', '', { TERM: 'dumb' })).out).not.toContain('\u001b[36m');
  });

  test('it asks, and takes an answer', async () => {
    await cli.ok('application create asked --http https://web.example/deploy');
    expect(await onTerminal('application delete asked', 'n\n')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/Delete the application asked, .*\? \[y\/N\] .*nothing was done/s),
    });
    await cli.ok('application show asked');
    expect(await onTerminal('application delete asked', 'y\n')).toMatchObject({ code: 0, out: expect.stringMatching(/\[y\/N\].*Deleted: +asked/s) });
    expect((await cli.run('application show asked')).code).toBe(1);
  });

  test.each([
    ['Ctrl-D', '\u0004'],
    ['Ctrl-C', '\u0003'],
  ])('%s is no answer', async (_, key) => {
    const { code, out } = await onTerminal('application delete one', key);
    expect(code).toBe(1);
    expect(out).toContain('nothing was done: there was no answer');
    await cli.ok('application show one');
  });
});
