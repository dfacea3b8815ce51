/** `--dry-run` and `--yes`: what is shown, what is asked, and that nothing else happens. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { START } from '../api/api.ts';
import { type CommandLine, startCommandLine } from './command-line.ts';

const ID = `${ulid(START)}.release`;
const TOKEN_URL = `https://hooks.example/hooks/it_hub_${'A'.repeat(43)}_${'B'.repeat(6)}`;

let cli: CommandLine;
let run: CommandLine['run'];
let ok: CommandLine['ok'];
beforeAll(async () => {
  cli = await startCommandLine();
  ({ run, ok } = cli);
  await ok('application create web --http https://web.example/deploy');
  await ok('hook create hub --registry generic --registry-host r.example');
  await ok('trigger create release --hook hub --repository shop/web --application web');
  await ok('trigger create latest --hook hub --repository shop/web --tag latest --application web');
  await ok('application trigger-url create web');
  await cli.api.calls.put({
    ...{ id: ID, trigger: 'release', application: 'web', hook: 'hub', repository: 'r.example/shop/web', tag: 'v1', order: '1#x' },
    ...{ status: 'failed', receivedAt: START, decidedAt: START },
  });
});
afterAll(() => cli.stop());
beforeEach(() => {
  cli.api.logged.length = 0;
});

/** Requests that came, as the API logged them. */
const asked = (): readonly string[] => cli.api.logged.map(({ fields }) => String(fields.method));

describe('--dry-run', () => {
  test.each([
    ['application create new --http https://new.example', 'POST /v1/applications'],
    ['application update web --max-per-hour 3', 'PATCH /v1/applications/web'],
    ['application delete web --force', 'DELETE /v1/applications/web?force=true'],
    ['application disable web', 'POST /v1/applications/web/disable'],
    ['application deploy web r.example/shop/web:v1', 'POST /v1/applications/web/deploy'],
    ['application template put web -', 'PUT /v1/applications/web/template'],
    ['hook rotate hub --keep newest', 'POST /v1/hooks/hub/rotate?keep=newest'],
    ['hook guide hub --rotate', 'POST /v1/hooks/hub/rotate'],
    ['trigger delete release', 'DELETE /v1/triggers/release'],
    [`call redeliver ${ID}`, `POST /v1/calls/${ID}/redeliver`],
  ])('%s', async (args, request) => {
    const { out, err } = await ok(`${args} --dry-run`, { stdin: 'image: r.example/shop/web:v1\n' });
    expect(out.split('\n')[0]).toBe(request);
    expect(err).toBe('Nothing was sent: without --dry-run it is.\n');
    expect(asked().filter((method) => method !== 'GET')).toEqual([]);
  });

  test.each([
    ['application create new --http https://new.example --quiet-seconds 99999', 'policy.quietSeconds: 99999 is not allowed'],
    ['application update nobody --max-per-hour 3', 'no application is named "nobody"'],
    ['trigger delete nobody', 'no trigger is named "nobody"'],
    ['hook rotate nobody', 'no hook is named "nobody"'],
  ])('%s: what the API would refuse, as far as it can be known', async (args, why) => {
    expect(await run(`${args} --dry-run`)).toMatchObject({ code: 1, out: '', err: expect.stringContaining(why) });
    expect(asked().filter((method) => method !== 'GET')).toEqual([]);
  });

  test('as JSON and YAML it is one object; names there are none', async () => {
    const args = 'trigger create other --hook hub --repository a/b --all --application web --dry-run';
    const body = { name: 'other', hook: 'hub', repository: 'a/b', rule: { mode: 'all' }, application: 'web' };
    const shown = { dryRun: true, request: { method: 'POST', path: '/v1/triggers', body } };
    const [json, yaml] = [await ok(`${args} -o json`), await ok(`${args} -o yaml`)];
    expect(JSON.parse(json.out)).toEqual(shown);
    expect(parse(yaml.out)).toEqual(shown);
    expect(await ok(`${args} -o name`)).toMatchObject({ out: '', err: '' });
  });

  test.each(['hmac', 'header:x-token', 'basic:ci'])('a credential of the kind %s is left out', async (kind) => {
    const file = join(cli.data, 'secret.txt');
    await writeFile(file, 'canary-one\n');
    for (const format of ['table', 'json', 'yaml']) {
      const { out, err } = await ok(`hook create other --registry ghcr --credential ${kind} --credential-file ${file} --dry-run -o ${format}`);
      expect(out).toContain('(left out)');
      expect(out + err).not.toContain('canary');
    }
  });
});

describe('before something is destroyed', () => {
  const commands = [
    'application delete web',
    'hook delete hub',
    'trigger delete release',
    'application trigger-url delete web url-01jz0000000000000000000000',
    'hook rotate hub --keep newest',
    'hook guide hub --rotate --keep former',
    'hook rotate-credential hub --keep newest',
    'open --end 0123456789abcdef',
  ];

  test.each(commands)('%s: without a terminal nothing is asked of anybody', async (args) => {
    expect(await run(args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--yes') });
    expect(asked()).toEqual([]);
  });

  test.each(['', 'n', 'no', 'yep'])('the answer %j does nothing', async (answer) => {
    for (const args of commands) {
      const ran = await run(args, { answer });
      expect(ran, args).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringContaining('? [y/N] error: nothing was done'),
      });
    }
    expect(asked().filter((method) => method !== 'GET')).toEqual([]);
  });

  test('an application is asked for with what goes with it, and what speaks of it', async () => {
    const { err } = await run('application delete web', { answer: 'n' });
    expect(err).toContain('Delete the application web, which 2 triggers name, with its 1 trigger URL and its record of what runs');
  });

  test('y, Y and yes go on, and --yes asks nothing', async () => {
    for (const [name, answer] of Object.entries({ one: 'y', two: ' Y', three: 'yes' })) {
      await ok(`application create ${name} --http https://web.example/deploy`);
      expect((await ok(`application delete ${name}`, { answer })).out).toMatch(new RegExp(`Deleted: +${name}\n`));
    }
    const { err } = await ok('trigger delete latest --yes', { answer: 'n' });
    expect(err).not.toContain('[y/N]');
    expect((await run('trigger show latest')).code).toBe(1);
  });
});

test.each([
  ['hook show', 'hub'],
  ['trigger list --hook', 'hub'],
  ['application template put web', 'hub'],
  ['explain', 'hub'],
])('%s URL: a secret URL is refused without being repeated', async (command, hook) => {
  const ran = await run(`${command} ${TOKEN_URL}`);
  expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining(`the name of its hook, ${hook}`) });
  expect(ran.err).not.toContain('AAAA');
  expect(asked()).toEqual([]);
});

test('a trigger URL where its id is wanted: that id', async () => {
  const id = `url-${'0'.repeat(26)}`;
  const ran = await run(`application trigger-url delete web https://hooks.example/hook/trigger?token=it_${id}_${'A'.repeat(43)}_${'B'.repeat(6)}`);
  expect(ran).toMatchObject({ code: 2, err: expect.stringContaining(`its id, ${id}`) });
  expect(ran.err).not.toContain('AAAA');
});
