import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandOf } from '../../infra/cli/advice.ts';
import { START } from '../api/api.ts';
import { type CommandLine, startCommandLine } from './command-line.ts';

let cli: CommandLine;
let run: CommandLine['run'];
let ok: CommandLine['ok'];
beforeAll(async () => {
  cli = await startCommandLine();
  ({ run, ok } = cli);
  await ok('application create web --http https://web.example');
});
afterAll(() => cli.stop());

test('create, list, revoke: the secret is shown once, on stdout', async () => {
  expect((await ok('application trigger-url list web')).err).toContain('none');
  const made = await ok('application trigger-url create web --get --registry-host r.example --host-alias vpc.example --only team/*');
  const [, id = '', token = ''] = /Trigger URL:\s+https:\/\/hooks\.example\/hook\/trigger\?token=(?:it_(url-\w{26})_)(\w+)\n/.exec(made.out) ?? [];
  expect(made.out).toMatch(
    new RegExp(`Id:\\s+${id}\\n[^]*GET deploys:\\s+yes\\nRegistry host:\\s+r\\.example\\nOther names:\\s+vpc\\.example\\nOnly:\\s+team/\\*\\n`),
  );
  expect(made.err).toContain('shown this once');
  expect(made.err).toContain("Next: call it, then  image-triggers call list --trigger '!web'");
  const listed = await ok('application trigger-url list web');
  expect(listed.out).toContain(id);
  expect(listed.out + listed.err).not.toContain(token);
  expect((await ok('application trigger-url list web -o name')).out).toBe(`${id}\n`);
  expect((await ok(`application trigger-url delete web ${id} --yes`)).out).toContain(id);
  expect((await ok('application trigger-url list web -o json')).out).toBe('{\n  "items": []\n}\n');
});

test('what is wrong is said in commands', async () => {
  expect(await run('application trigger-url create nobody')).toMatchObject({ code: 1, err: expect.stringContaining('image-triggers application list') });
  const id = 'url-01jz0000000000000000000000';
  expect(await run(`application trigger-url delete web ${id} --yes`)).toMatchObject({
    code: 1,
    err: expect.stringContaining('image-triggers application trigger-url list web'),
  });
  expect(await run('application trigger-url delete web ../x')).toMatchObject({ code: 2, err: expect.stringContaining('trigger-url list') });
  expect(commandOf('GET /v1/applications/web/trigger-urls')).toBe('application trigger-url list web');
});

test('its calls: by what stands for the trigger, whatever they are of', async () => {
  expect((await run("call list --trigger '!nobody'")).err).toContain('no application is named "nobody"');
  expect((await ok("call list --trigger '!web'")).err).toContain('none');
  expect(await run('call list --trigger !!web')).toMatchObject({ code: 2 });
  const digest = `sha256:${'a'.repeat(64)}`;
  const base = { trigger: '!web', application: 'web', hook: 'x', order: '1#x', status: 'delivered', tag: '', receivedAt: START, decidedAt: START } as const;
  const [restart, pinned] = [`${ulid(START)}.!web`, `${ulid(START + 1)}.!web`];
  await cli.api.calls.put({ ...base, id: restart, repository: '*', action: 'redeploy' });
  await cli.api.calls.put({ ...base, id: pinned, repository: 'r.example/web', digest });
  const listed = (await ok("call list --trigger '!web'")).out.split('\n');
  expect(listed[1]).toContain(`r.example/web@${digest}`);
  expect(listed[2]).toMatch(/ !web +redeploy +delivered /);
  expect((await ok(`call show '${restart}'`)).out).toMatch(/Action: +redeploy\nImage: +redeploy\n/);
});

test('parameters, source and switches of an application', async () => {
  const created = await ok(
    'application create parts --http https://web.example --auto-rollback --never-down --parameter replicas=3 --parameter a==b --git https://git.example/app.git --git-path deploy',
  );
  expect(created.code).toBe(0);
  const shown = async () => JSON.parse((await ok('application show parts -o json')).out);
  expect(await shown()).toMatchObject({
    policy: { autoRollback: true, neverDown: true },
    parameters: { replicas: '3', a: '=b' },
    source: { git: 'https://git.example/app.git', path: 'deploy' },
  });
  await ok('application update parts --parameter replicas=4');
  await ok('application update parts --no-git');
  expect(await shown()).toMatchObject({ parameters: { replicas: '4', a: '=b' }, target: { kind: 'http' } });
  expect(await shown()).not.toHaveProperty('source');
  await ok('application update parts --max-per-hour 5 --quiet-seconds 10');
  await ok('application update parts --no-auto-rollback --no-max-per-hour');
  expect(await shown()).toMatchObject({ policy: { neverDown: true, quietSeconds: 10 } });
  expect(Object.keys((await shown()).policy)).toHaveLength(2);
  expect(await run('application create more --http https://web.example --no-never-down')).toMatchObject({ code: 2 });
  expect(await run('application update parts --git-path x')).toMatchObject({ code: 2, err: expect.stringContaining('--git') });
  expect(await run('application update parts --parameter replicas')).toMatchObject({ code: 2, err: expect.stringContaining('NAME=VALUE') });
});
