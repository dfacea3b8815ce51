import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { HOST, START, type TestApi } from '../api/api.ts';
import { type CommandLine, startCommandLine } from './command-line.ts';

let cli: CommandLine;
let api: TestApi;
let run: CommandLine['run'];
let ok: CommandLine['ok'];
beforeAll(async () => {
  cli = await startCommandLine();
  ({ api, run, ok } = cli);
});
afterAll(() => cli.stop());

describe('the main way', () => {
  test('application, trigger, explain, calls, redeliver: data on stdout, the next command on stderr', async () => {
    const application = await ok('application create web --http https://web.example/deploy --quiet-seconds 2');
    expect(application.out).toMatch(/Name:\s+web\n/);
    expect(application.err).toContain('Next: image-triggers trigger create NAME --application web');

    const trigger = await ok(
      `trigger create release --registry alibaba-acr --registry-host ${HOST} --repository shop/web --expression 'release-v.*' --except '.*-rc' --application web`,
    );
    expect(trigger.out).toMatch(/Webhook URL:\s+https:\/\/hooks\.example\/hooks\/it_release_\w+/);
    expect(trigger.err).toContain('shown this once');
    expect(trigger.err).toContain('Next: push an image');
    // As it stands, it goes through without a registry.
    const [, without = ''] = /Without a push: image-triggers (.*) TAG\n/.exec(trigger.err) ?? [];
    expect((await ok(`${without} release-v0 --dry-run`)).out).toMatch(/release +yes +web/);
    expect((await ok('trigger list')).out).toMatch(
      new RegExp(`^NAME +REPOSITORY .*\nrelease +${HOST}/shop/web +expression release-v\\.\\*, except \\.\\*-rc +web +release +yes\n$`),
    );

    const explained = await ok(`explain ${HOST}/shop/web:v1 --lang zh`);
    expect(explained.out).toMatch(/release +no +web +标签不符合该触发器的规则。/);

    const id = `${ulid(START)}.release`;
    await api.calls.put({
      id,
      trigger: 'release',
      application: 'web',
      hook: 'release',
      repository: `${HOST}/shop/web`,
      tag: 'release-v1\u001b[31m',
      order: '1#x',
      status: 'failed',
      reason: 'target-refused',
      responseStatus: 500,
      responseBody: 'no\nno',
      attempts: 1,
      receivedAt: START,
      decidedAt: START,
    });
    await api.calls.attempt(id, {
      n: 1,
      at: START,
      outcome: 'refused',
      idempotencyKey: 'web.1',
      exchange: { request: { method: 'POST', url: 'https://web.example/deploy', headers: {} }, error: 'reset', ms: 12 },
    });
    const listed = await ok('call list --trigger release --status failed');
    expect(listed.out).toContain(`release-v1 [31m`);
    expect(listed.out).not.toContain('\u001b');
    expect((await ok('call list -o name')).out).toBe(`${id}\n`);
    const shown = await ok(`call show ${id}`);
    expect(shown.out).toMatch(/What to do: +Read its answer/);
    expect(shown.out).toMatch(/1 +2026-06-30 12:00:00 +refused +12 +POST https:\/\/web\.example\/deploy +reset/);
    await api.calls.attempt(id, {
      n: 2,
      at: START,
      outcome: 'unavailable',
      idempotencyKey: 'web.1',
      detail: 'connection refused',
      exchange: { request: { method: 'POST', url: 'https://web.example/deploy', headers: {} }, error: 'connection refused', ms: 3 },
    });
    expect((await ok(`call show ${id}`)).out).toMatch(/POST https:\/\/web\.example\/deploy +connection refused\n/);
    await api.calls.attempt(id, {
      n: 3,
      at: START,
      outcome: 'unavailable',
      idempotencyKey: 'web.1',
      detail: 'answered 500: boom',
      exchange: {
        request: { method: 'POST', url: 'https://web.example/deploy', headers: {} },
        response: { status: 500, headers: {}, body: { text: 'boom', bytes: 4, sha256: '', complete: true } },
        ms: 3,
      },
    });
    expect((await ok(`call show ${id}`)).out).toMatch(/\/deploy +500 boom\n/);
    const again = await ok(`call redeliver ${id} -o json`);
    expect(JSON.parse(again.out)).toMatchObject({ redeliveryOf: id, status: 'queued' });
    expect(again.err).toBe('');
  });

  test('updates, switches and deletions', async () => {
    await ok('application create other --http https://other.example');
    expect(JSON.parse((await ok('application update other --max-per-hour 5 -o json')).out)).toMatchObject({ policy: { maxPerHour: 5 } });
    expect((await ok('application disable other')).out).toMatch(/Enabled: +no/);
    expect((await ok('application enable other')).err).toContain('Next:');
    expect((await ok('hook create hub --registry generic --registry-host r.example --only team/* --host-alias vpc.example')).out).toMatch(/Only: +team\/\*/);
    const made = await ok('trigger create latest --hook hub --repository team/app --tag latest --tag stable --application other -o json');
    expect(JSON.parse(made.out)).toMatchObject({ rule: { mode: 'tags', tags: ['latest', 'stable'] }, hook: 'hub' });
    expect((await ok('trigger update latest --semver ^1.4 --prereleases')).out).toMatch(/Rule: +semver \^1\.4 and pre-releases/);
    expect((await ok('trigger disable latest')).out).toMatch(/Enabled: +no/);
    expect((await ok('hook rotate hub')).out).toMatch(/Previous URL valid until: +2026-07-07/);
    expect(await run('hook rotate hub')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('valid until 2026-07-07T12:00:00.000Z') });
    expect((await ok('hook rotate hub --keep former --yes')).out).toMatch(/Webhook URL: +https:.*\nPrevious URL valid until: +2026-07-07/s);
    const settled = await ok('hook rotate hub --keep newest --yes');
    expect(settled.out).toMatch(/Valid URLs: +1\n/);
    expect(settled.err).toContain('only valid one');
    expect(settled.err).not.toContain('shown this once');
    expect(await run('hook delete hub --yes')).toMatchObject({ code: 1, err: expect.stringContaining('latest') });
    expect((await ok('trigger delete latest --yes')).err).toContain('Try: image-triggers hook delete hub\n');
    await ok('hook delete hub --yes');
    await ok('application delete other --yes');
    expect((await ok('application list -o name')).out).toBe('web\n');
  });

  test('a role as YAML and as JSON, and for a target that needs none a sentence', async () => {
    await ok(
      'application create svc --ecs-service svc --ecs-cluster main --region eu-central-1 --role arn:aws:iam::123456789012:role/image-triggers-target-svc',
    );
    const yaml = await ok('application grant svc');
    expect(parse(yaml.out)).toMatchObject({ Resources: { Role: { Properties: { RoleName: 'image-triggers-target-svc' } } } });
    expect(yaml.err).toMatch(/aws cloudformation deploy .*--parameter-overrides TaskDefinitionFamily=… /);
    expect(JSON.parse((await ok('application grant svc -o json')).out)).toEqual(parse(yaml.out));
    expect(await ok('application grant web')).toMatchObject({ out: '', err: expect.stringContaining('needs no role') });
  });

  test('all pages of a list are one list', async () => {
    for (let i = 0; i < 105; i += 1)
      await api.ports.hooks.create({ name: `page-${i}`, registry: 'generic', hostAliases: [], enabled: true, tokens: [], createdAt: 1, updatedAt: 1 });
    expect((await ok('hook list -o name')).out.split('\n').filter((name) => name.startsWith('page-'))).toHaveLength(105);
  });
});

describe('secrets', () => {
  test('come from a file or standard input, and are shown nowhere', async () => {
    const file = join(cli.data, 'secret.txt');
    await writeFile(file, 'canary-one\n');
    const swept = await ok('hook create asked --registry generic --registry-host r.example --access ssm:/image-triggers/registry --sweep-minutes 30');
    expect(swept.out).toMatch(/Registry access: +ssm:\/image-triggers\/registry\nSwept: +every 30 min\n/);
    expect((await ok('hook update asked --access public')).out).toMatch(/Registry access: +public\nSwept: +every 30 min\n/);
    expect((await ok('hook update asked --access none')).out).not.toMatch(/Registry access|Swept/);
    const first = await ok(`hook create one --registry generic --registry-host r.example --credential header:x-token --credential-file ${file}`);
    const second = await ok('hook update one --credential basic:ci --credential-file -', { stdin: 'canary-two\n' });
    expect(JSON.stringify([first, second, api.logged])).not.toContain('canary');
    const { hashToken } = api.ports;
    expect((await api.ports.hooks.get('one'))?.credential).toMatchObject({ by: 'basic', values: [{ sha256: hashToken('ci:canary-two') }] });
    await ok('hook update one --no-credential');
    expect((await api.ports.hooks.get('one'))?.credential).toBeUndefined();
    expect(await run('hook update one --credential header')).toMatchObject({ code: 2, err: expect.stringContaining('--credential-file') });
    expect(await run('hook update one --credential header --credential-file -')).toMatchObject({ code: 2, err: expect.stringContaining('empty') });
  });

  test('of a signature, and accounts of signed tokens; two are valid during a rotation', async () => {
    const said = [
      await ok('hook create gh --registry ghcr --credential hmac --credential-file -', { stdin: 'canary-one' }),
      await ok('hook rotate-credential gh --credential hmac --credential-file -', { stdin: 'canary-two' }),
      await ok('hook show gh'),
    ];
    expect(said[1]?.err).toContain('image-triggers hook rotate-credential gh --keep newest');
    expect(said[2]?.out).toMatch(/Credential: +hmac, the former secret until 2026-07-07/);
    const third = await run('hook rotate-credential gh --credential hmac --credential-file -', { stdin: 'canary-three' });
    expect(third).toMatchObject({ code: 1, err: expect.stringContaining('Try: image-triggers hook rotate-credential gh --keep former') });
    expect((await ok('hook rotate-credential gh --keep newest --yes')).out).toMatch(/Credential: +hmac\n/);
    expect(JSON.stringify([...said, third, api.logged])).not.toContain('canary');

    const made = await ok('hook create gar --registry google --credential oidc:https://hooks.example --credential-email push@p.example');
    expect(made.out).toMatch(/Credential: +signed tokens for https:\/\/hooks\.example, of push@p\.example/);
    expect((await api.ports.hooks.get('gar'))?.credential).toEqual({ by: 'oidc', audience: 'https://hooks.example', email: 'push@p.example' });
    for (const wrong of ['hmac:x', 'oidc', 'basic', 'mtls']) expect(await run(`hook update gar --credential ${wrong}`)).toMatchObject({ code: 2 });
    expect(await run('hook update gar --credential oidc:a --credential-file -')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no secret on this side'),
    });
    expect(await run('hook update gar --credential-email a@b')).toMatchObject({ code: 2 });
    expect(await run('hook rotate-credential gar')).toMatchObject({ code: 2, err: expect.stringContaining('nothing to set') });
  });
});

describe('what goes wrong', () => {
  test.each([
    ['application create', 2, "missing required argument 'name'"],
    ['application create x --http a --ecs-service b', 2, '--http and --ecs-service'],
    ['application create x --http a --role b', 2, 'belong to --ecs-service'],
    ['application create x --secret ssm:/image-triggers/a', 2, 'belong to --http'],
    ['application create x --ecs-service main', 2, '\n  --ecs-cluster: is missing'],
    ['application create x --target /nowhere.json', 2, 'cannot be read'],
    ['application update web', 2, 'nothing to change'],
    ['trigger create x --repository a/b --application web --all --tag v1', 2, 'cannot be used with'],
    ['trigger create x --repository a/b --application web --prereleases --hook h', 2, '--prereleases belongs to --semver'],
    ['call list --limit 0', 2, '--limit'],
    ['call list -o xml', 2, 'Allowed choices are table, wide, json, yaml, name'],
    ['nonsense', 2, "unknown command 'nonsense'\nTry: image-triggers --help\n"],
    ['hook create x', 2, 'not specified\nTry: image-triggers hook create --help\n'],
    ['application create x', 2, 'it needs a target: give --http URL'],
    ['call list --stack a --data b', 2, 'either --stack'],
    ['application show nobody', 1, 'no application is named "nobody" [unknown-name]'],
    ['application create web --http https://web.example', 1, '[name-taken]'],
    ['trigger create x --repository a/b --application nobody --registry generic', 2, '--application: no application is named nobody'],
    ['application create two --http https://a.example --quiet-seconds 99999 --max-per-hour 999', 2, '\n  --max-per-hour: 999 is not allowed'],
  ])('%s → %d', async (args, code, message) => {
    expect(await run(args)).toMatchObject({ code, out: '', err: expect.stringContaining(message) });
  });

  test('a list of calls that is empty because the name is wrong says so; one of something new is just empty', async () => {
    await ok('application create silent --http https://web.example');
    await ok('trigger create silent --registry alibaba-acr --repository shop/silent --application silent --registry-host r.example');
    for (const flags of ['--trigger silent', '--application silent', '--trigger silent --status failed', '']) {
      const quiet = flags === '' ? '--status unknown' : flags;
      expect(await ok(`call list ${quiet}`)).toMatchObject({ out: '', err: 'none\n' });
    }
    expect(await run('call list --trigger typo')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('no trigger is named "typo"') });
    expect(await run('call list --application typo -o json')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('no application is named "typo"'),
    });
  });

  test.each([
    'application delete ..',
    'application delete ../triggers/release',
    "trigger show 'a b'",
    'hook rotate Bad',
    'hook enable a?force=true',
    'trigger create ok --repository a/b --application . --registry generic',
    'trigger list --hook a/b',
    'call list --trigger ..',
    'explain r.example/a:b --hook ../x',
    'call show ..',
    'call redeliver ../../triggers/release',
  ])('%s: no name and no id, so nothing is asked', async (args) => {
    api.logged.length = 0;
    expect(await run(args)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/is invalid.*(a name has 1 to 63 of a-z|give an id as "call list" shows it)/s),
    });
    expect(api.logged).toEqual([]);
  });

  test('no engine, an engine that is gone, and a wrong token: each with what to do', async () => {
    const nowhere = await mkdtemp(join(cli.data, 'nowhere-'));
    expect(await run(`call list --data ${nowhere}`)).toMatchObject({ code: 1, err: expect.stringContaining('start one with "npm start"') });
    await writeFile(join(nowhere, 'endpoint.json'), JSON.stringify({ url: 'http://127.0.0.1:9', token: 'x' }));
    expect(await run(`call list --data ${nowhere}`)).toMatchObject({ code: 1, err: expect.stringMatching(/does not answer .*npm start/) });
    await writeFile(join(nowhere, 'endpoint.json'), JSON.stringify({ url: cli.url, token: 'wrong' }));
    expect(await run(`call list --data ${nowhere}`)).toMatchObject({ code: 1, err: expect.stringContaining('access denied') });
  });
});

describe('help', () => {
  const commands = ['', 'application', 'trigger', 'hook', 'call', 'explain'];
  const verbs = ['create', 'list', 'show', 'update', 'delete', 'enable', 'disable'];
  const all = [
    ...commands,
    ...['application', 'trigger', 'hook'].flatMap((noun) => verbs.map((verb) => `${noun} ${verb}`)),
    'application grant',
    'hook rotate',
    'call list',
    'call show',
    'call redeliver',
  ];
  test.each(all)('%j --help has examples', async (command) => {
    const { code, out } = await run(`${command} --help`);
    expect(code).toBe(0);
    expect(out).toMatch(/Examples:\n {2}\$ image-triggers /);
    expect(out).toContain('--stack <name>');
  });
});

test('on a terminal a row is one line of its width', async () => {
  const { out } = await ok('call list', { columns: 120 });
  for (const line of out.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  expect(out).toContain('…');
});

test('as a process: the entry runs by itself, with its exit codes', async () => {
  const main = join(import.meta.dirname, '../../infra/cli/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'application', 'list', '-o', 'name', '--data', cli.data]);
  expect(stdout).toContain('web\n');
  await expect(promisify(execFile)(process.execPath, [main, 'nonsense'])).rejects.toMatchObject({ code: 2, stdout: '' });
  const version: unknown = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')).version;
  expect(await promisify(execFile)(process.execPath, [main, '--version'])).toEqual({ stdout: `${String(version)}\n`, stderr: '' });
});

test.skipIf(!existsSync('/dev/full'))('a full disk is one line and exit code 1', async () => {
  const full = await open('/dev/full', 'w');
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../infra/cli/main.ts'), '--help'], { stdio: ['ignore', full.fd, 'pipe'] });
  let err = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  expect(await once(child, 'close')).toEqual([1, null]);
  await full.close();
  expect(err).toMatch(/^error: standard output cannot be written \(ENOSPC\): .*\n$/);
});
